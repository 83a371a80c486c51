/** A blackhole wants all columns, as any sink would, so that what is measured is the same work. */
import type { SinkPlanner } from '../connector.js';

export const planBlackhole: SinkPlanner = {
  plan: ({ input }) => ({
    params: {},
    columns: input.fields.map((field) => field.name),
    effect: 'idempotent',
    commit: 'batch',
    description: 'count and drop',
    notes: [],
  }),
};

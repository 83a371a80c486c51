/** What was printed cannot be taken back: a repeated attempt prints its rows again, and explain says so. */
import type { SinkPlanner } from '../connector.js';

export const planPrint: SinkPlanner = {
  plan: ({ input }) => ({
    params: {},
    columns: input.fields.map((field) => field.name),
    effect: 'at-least-once',
    commit: 'batch',
    description: 'NDJSON to standard output',
    notes: [],
  }),
};

/** Counts rows as written and forgets them. */
import { rowCount } from '../../columnar/batch.js';
import type { SinkModule } from '../connector.js';

export const blackholeSink: SinkModule = {
  openSink: async (_params, _input, context) => ({
    beginSplit: async () => undefined,
    write: async (batch) => context.written(rowCount(batch)),
    endSplit: async () => null,
    abortSplit: async () => undefined,
    close: async () => undefined,
  }),
};

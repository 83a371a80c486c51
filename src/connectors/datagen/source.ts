/** The datagen source: a split is a range of row numbers, made batch by batch. */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch } from '../../columnar/batch.js';
import type { Split } from '../../split/split.js';
import type { JsonObject, ReadOptions, SourceModule, SourceReader } from '../connector.js';
import { fieldOf, widthOf, type DatagenParams } from './columns.js';
import { columnFiller } from './fill-column.js';

export const datagenSource: SourceModule = {
  openSource: async (params: JsonObject): Promise<SourceReader> => {
    const { rows, seed, columns, batchRows } = params as unknown as DatagenParams;
    const schema = { fields: columns.map((column) => fieldOf(column.name, column)) };
    const fillers = columns.map((column) => columnFiller(column.name, column, seed));
    const rowBytes = columns.reduce((sum, column) => sum + widthOf(column), 1);
    const most = Math.max(1, Math.min(batchRows, MAX_BATCH_ROWS, Math.floor(TARGET_BATCH_BYTES / rowBytes)));
    return {
      async *read(split: Split, { limit, signal }: ReadOptions): AsyncGenerator<Batch> {
        const [from, end] = rowsOf(split, rows);
        const to = Math.min(end, from + (limit ?? rows));
        for (let at = from; at < to; at += most) {
          signal.throwIfAborted();
          const length = Math.min(most, to - at);
          yield { schema, columns: fillers.map((fill) => fill(at, length, null)), length, selection: null };
        }
      },
      close: async () => undefined,
    };
  },
};

/** The row numbers `[from, to)` of a split; the outermost are open, and the table ends all the same. */
function rowsOf({ lower, upper, openBelow, openAbove }: Split, rows: number): readonly [number, number] {
  return [openBelow ? 0 : Number(lower), openAbove ? rows : Number(upper) + 1];
}

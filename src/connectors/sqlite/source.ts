/** The sqlite source: one read-only connection for each slot, one statement for each split. */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch } from '../../columnar/batch.js';
import type { Split } from '../../split/split.js';
import type { JsonObject, ReadOptions, SlotContext, SourceModule, SourceReader } from '../connector.js';
import { openDatabase, type Database } from './open-database.js';
import { RowBuilders, type Row } from './row-builders.js';
import { bindValues, readSql, splitBinds, type ReadParams } from './sql-text.js';
import { sqliteError } from './sqlite-error.js';
import { withPatience } from './with-patience.js';

export const sqliteSource: SourceModule = {
  openSource: async (json: JsonObject, context: SlotContext) => {
    const params = json as unknown as ReadParams;
    return new SqliteReader(await openDatabase(params.file, { side: 'source' }), params, context);
  },
};

class SqliteReader implements SourceReader {
  constructor(
    private readonly database: Database,
    private readonly params: ReadParams,
    private readonly context: SlotContext,
  ) {}

  async *read(split: Split, options: ReadOptions): AsyncGenerator<Batch> {
    const { schema, file, fetchRows } = this.params;
    const maxRows = Math.min(fetchRows, MAX_BATCH_ROWS);
    const rows = new RowBuilders(schema, this.context.settings['source.max-row-bytes'], options.reject);
    const cursor = await this.open(split, options);
    let left = options.limit ?? Infinity;
    try {
      while (left > 0) {
        options.signal.throwIfAborted();
        const wanted = Math.min(maxRows, left);
        const ended = fill(rows, cursor, wanted);
        left -= rows.length;
        if (rows.length > 0) yield rows.finish();
        if (ended) return;
      }
    } catch (error) {
      if (options.signal.aborted) throw error;
      throw sqliteError(error, file, 'source');
    } finally {
      cursor.return?.();
    }
  }

  close(): Promise<void> {
    this.database.close();
    return Promise.resolve();
  }

  /** A writer may hold the file for a moment; the first row is asked for here, because that takes the lock. */
  private async open(split: Split, { signal }: ReadOptions): Promise<Iterator<Row>> {
    try {
      const statement = this.database.prepare(readSql(this.params, split)).raw();
      const binds = { ...bindValues(this.params.binds), ...splitBinds(split) };
      const start = (): Iterator<Row> => {
        const cursor = statement.iterate(binds) as Iterator<Row>;
        return startedWith(cursor, cursor.next());
      };
      return await withPatience(start, { budgetMs: this.context.settings['source.idle.timeout'], signal });
    } catch (error) {
      throw sqliteError(error, this.params.file, 'source');
    }
  }
}

/** The cursor as it was before its first row was taken. */
function startedWith(cursor: Iterator<Row>, first: IteratorResult<Row>): Iterator<Row> {
  let pending: IteratorResult<Row> | null = first;
  return {
    next: () => {
      const result = pending ?? cursor.next();
      pending = null;
      return result;
    },
    return: () => cursor.return?.() ?? { done: true, value: undefined },
  };
}

/** Takes rows until there are so many or they are large; true when there are no more. */
function fill(rows: RowBuilders, cursor: Iterator<Row>, wanted: number): boolean {
  while (rows.length < wanted && rows.byteSize < TARGET_BATCH_BYTES) {
    const next = cursor.next();
    if (next.done === true) return true;
    rows.append(next.value);
  }
  return false;
}

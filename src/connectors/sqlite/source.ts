/** The sqlite source: one read-only connection for each slot, one statement for each split. */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch, type Schema } from '../../columnar/batch.js';
import { createBuilder, type ColumnBuilder } from '../../columnar/column-builder.js';
import { ValueError } from '../../columnar/row-errors.js';
import type { Split } from '../../split/split.js';
import type { JsonObject, ReadOptions, SlotContext, SourceModule, SourceReader } from '../connector.js';
import { cellReader, type CellReader, type SqliteValue } from './cell-reader.js';
import { openDatabase, type Database } from './open-database.js';
import { bindValues, readSql, splitBinds, type ReadParams } from './sql-text.js';
import { sqliteError } from './sqlite-error.js';
import { withPatience } from './with-patience.js';

export const sqliteSource: SourceModule = {
  openSource: async (json: JsonObject, context: SlotContext) => {
    const params = json as unknown as ReadParams;
    return new SqliteReader(await openDatabase(params.file, { side: 'source' }), params, context);
  },
};

type Row = readonly SqliteValue[];

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

class RowBuilders {
  byteSize = 0;
  private builders: readonly ColumnBuilder[];
  private readonly readers: readonly CellReader[];
  private count = 0;

  constructor(
    private readonly schema: Schema,
    private readonly maxRowBytes: number,
    private readonly reject: ReadOptions['reject'],
  ) {
    this.builders = schema.fields.map((field) => createBuilder(field.type));
    this.readers = schema.fields.map((field) => cellReader(field.type));
  }

  get length(): number {
    return this.count;
  }

  append(row: Row): void {
    const bytes = rowBytes(row, this.builders.length);
    let column = 0;
    try {
      if (bytes > this.maxRowBytes)
        throw new ValueError('54000', `the row has ${bytes} bytes, more than source.max-row-bytes`);
      for (; column < this.builders.length; column++) this.readers[column](row[column], this.builders[column]);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      for (const builder of this.builders) if (builder.length > this.count) builder.truncate(this.count);
      const name = this.schema.fields[column]?.name;
      this.reject(
        error.sqlState,
        bytes > this.maxRowBytes ? error.message : `column "${name}": ${error.message}`,
        rowText(this.schema, row),
      );
      return;
    }
    this.count++;
    this.byteSize += bytes;
  }

  finish(): Batch {
    const batch: Batch = {
      schema: this.schema,
      columns: this.builders.map((builder) => builder.finish()),
      length: this.count,
      selection: null,
    };
    this.count = 0;
    this.byteSize = 0;
    return batch;
  }
}

function rowBytes(row: Row, columns: number): number {
  let bytes = 8 * columns;
  for (let i = 0; i < columns; i++) {
    const value = row[i];
    if (typeof value === 'string' || Buffer.isBuffer(value)) bytes += value.length;
  }
  return bytes;
}

const MAX_SHOWN = 4096;

/** The raw row for a reject file, as JSON of its storage: blobs in hexadecimal. */
function rowText(schema: Schema, row: Row): string {
  const cell = (value: SqliteValue): string => {
    if (Buffer.isBuffer(value)) return JSON.stringify(`\\x${value.subarray(0, MAX_SHOWN).toString('hex')}`);
    return typeof value === 'bigint'
      ? String(value)
      : JSON.stringify(typeof value === 'string' ? value.slice(0, MAX_SHOWN) : value);
  };
  return `{${schema.fields.map((field, i) => `${JSON.stringify(field.name)}:${cell(row[i])}`).join(',')}}`;
}

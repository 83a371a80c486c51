/**
 * Collects rows into a batch: at most `maxRows` of them or about a megabyte.
 *
 *     begin(chunk) → add(row) … → flush() → begin(next chunk) …   until isFull, then finish()
 *
 * Rows that cannot be read are handed to `reject` and left out by the batch's selection.
 */
import { TARGET_BATCH_BYTES, type Batch, type Schema } from '../../columnar/batch.js';
import { RowErrors, type RowError } from '../../columnar/row-errors.js';
import { EtlError } from '../../errors/etl-error.js';
import type { ReadOptions } from '../connector.js';
import { createColumnReader, type ColumnReader } from './column-readers.js';
import { FieldTable } from './field-table.js';
import type { FieldFinder } from './find-fields.js';

const FIRST_CAPACITY = 1024;
const REJECT_TEXT_BYTES = 4096;

export class BatchMaker {
  private readonly readers: readonly ColumnReader[];
  private readonly fields = new FieldTable();
  private bytes: Buffer = Buffer.alloc(0);
  /** Rows of the chunk whose fields are found, but not yet read. */
  private pending = 0;
  private rows = 0;
  private byteCount = 0;
  /** Of the column being read. */
  private readonly errors = new RowErrors();
  private readonly rejected = new Set<number>();
  /** Rows over all batches. */
  totalRows = 0;

  constructor(
    private readonly schema: Schema,
    private readonly finder: FieldFinder,
    private readonly maxRows: number,
    private readonly reject: ReadOptions['reject'],
  ) {
    this.readers = schema.fields.map(({ type }) => createColumnReader(type, Math.min(maxRows, FIRST_CAPACITY)));
  }

  begin(bytes: Buffer): void {
    this.bytes = bytes;
    this.finder.begin(bytes);
  }

  add(start: number, end: number): void {
    if (!this.finder.find(start, end, this.fields)) {
      throw new EtlError('ETL-4109', `row ${this.totalRows + 1} does not have ${this.readers.length} columns`);
    }
    this.pending++;
    this.totalRows++;
    this.byteCount += end - start;
  }

  /** A row too large to be read: rejected by its first bytes. */
  skip(byteCount: number, limit: number, head: Buffer): void {
    this.totalRows++;
    const text = head.toString('utf8');
    this.reject('54000', `the row has ${byteCount} bytes, more than source.max-row-bytes = ${limit}`, text);
  }

  get isFull(): boolean {
    return this.rows + this.pending >= this.maxRows || this.byteCount >= TARGET_BATCH_BYTES;
  }

  /** Reads what was added into the columns; the chunk is not needed any more. */
  flush(): void {
    const { pending, readers, fields, bytes, errors } = this;
    if (pending === 0) return;
    const failed: RowError[] = [];
    for (let column = 0; column < readers.length; column++) {
      readers[column].read(bytes, fields, column, readers.length, pending, errors);
      if (errors.size === 0) continue;
      const { name } = this.schema.fields[column];
      for (const error of errors.list.splice(0)) failed.push({ ...error, message: `column ${name}: ${error.message}` });
    }
    this.rejectRows(failed);
    this.rows += pending;
    this.pending = 0;
    fields.count = 0;
  }

  finish(): Batch | null {
    this.flush();
    if (this.rows === 0) return null;
    const { schema, rows, rejected } = this;
    const columns = this.readers.map((reader) => reader.finish());
    const selection =
      rejected.size === 0 ? null : Int32Array.from(rowNumbers(rows)).filter((row) => !rejected.has(row));
    this.rows = 0;
    this.byteCount = 0;
    rejected.clear();
    return { schema, columns, length: rows, selection };
  }

  private rejectRows(failed: readonly RowError[]): void {
    for (const { row, sqlState, message } of failed) {
      if (this.rejected.has(row)) continue;
      this.rejected.add(row);
      this.reject(sqlState, message, this.rowText(row - this.rows));
    }
  }

  /** The row as COPY would print it, without its escapes. */
  private rowText(index: number): string {
    const { starts, ends } = this.fields;
    const stride = this.readers.length;
    const texts = this.readers.map((_, column) => {
      const start = starts[index * stride + column];
      const end = Math.min(ends[index * stride + column], start + REJECT_TEXT_BYTES);
      return start < 0 ? '\\N' : this.bytes.toString('utf8', start, end);
    });
    return texts.join('\t');
  }
}

function* rowNumbers(count: number): Generator<number> {
  for (let row = 0; row < count; row++) yield row;
}

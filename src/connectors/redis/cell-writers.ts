/** Cells as the bytes that Redis keeps. Each writer is made for the columns of one batch; the caller has checked for NULL. */
import { ByteWriter } from '../../columnar/byte-writer.js';
import { isValid, type Column } from '../../columnar/column.js';
import { jsonWriter, writeJsonString } from '../../columnar/write-json.js';
import { textWriter } from '../../columnar/write-text.js';
import { appendBytes, appendConstant, bulk, closeBulk, openBulk } from './bulk-string.js';

export type WriteCell = (row: number, out: ByteWriter) => void;

/** PostgreSQL's text, but the bytes of a bytea as they are (a string of Redis holds any bytes), and `true` for true. */
export function stringWriter(column: Column): WriteCell {
  if (column.layout === 'bytes') {
    const { data, offsets } = column;
    return (row, out) => appendBytes(out, data, offsets[row], offsets[row + 1]);
  }
  if (column.layout === 'bits') {
    const { values } = column;
    return (row, out) => out.ascii(((values[row >> 3] >> (row & 7)) & 1) === 1 ? 'true' : 'false');
  }
  return textWriter(column);
}

/** `{"id":1,"name":null}` of these columns. */
export function jsonObjectWriter(names: readonly string[], columns: readonly Column[]): WriteCell {
  const openings = names.map((name, i) => {
    const out = new ByteWriter(64);
    const bytes = Buffer.from(name);
    out.ascii(i === 0 ? '{' : ',');
    writeJsonString(bytes, 0, bytes.length, out);
    out.ascii(':');
    return Buffer.from(out.view());
  });
  const writers = columns.map(jsonWriter);
  const count = columns.length;
  return (row, out) => {
    for (let i = 0; i < count; i++) {
      appendConstant(out, openings[i]);
      writers[i](row, out);
    }
    out.byte(125);
  };
}

/** The words `field value` of a HSET, without the fields that are NULL. */
export class FieldsWriter {
  private readonly names: readonly Buffer[];
  private readonly digits: number[];
  private columns: readonly Column[] = [];
  private writers: readonly WriteCell[] = [];

  constructor(names: readonly string[]) {
    this.names = names.map((name) => Buffer.from(bulk(name)));
    this.digits = names.map(() => 1);
  }

  startBatch(columns: readonly Column[]): void {
    this.columns = columns;
    this.writers = columns.map(stringWriter);
  }

  /** Fields of `row` that are not NULL. */
  count(row: number): number {
    let count = 0;
    for (let i = 0; i < this.columns.length; i++) if (isValid(this.columns[i], row)) count++;
    return count;
  }

  write(row: number, out: ByteWriter): void {
    for (let i = 0; i < this.columns.length; i++) {
      if (!isValid(this.columns[i], row)) continue;
      appendConstant(out, this.names[i]);
      const body = openBulk(out, this.digits[i]);
      this.writers[i](row, out);
      this.digits[i] = closeBulk(out, body, this.digits[i]);
    }
  }
}

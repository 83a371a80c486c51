/**
 * Rows as CSV (RFC 4180, lines end in LF): NULL is `nullValue` without quotes, a text that looks the same gets quotes;
 * booleans are `true` and `false`.
 */
import type { Batch, Schema } from './batch.js';
import { getBit } from './bitmap.js';
import { ByteWriter } from './byte-writer.js';
import { isValid, type Column } from './column.js';
import { textWriter, type CellWriter } from './write-text.js';

export interface CsvForm {
  readonly delimiter: string;
  readonly nullValue: string;
  readonly formulaGuard: boolean;
}

const QUOTE = 34;

export class CsvWriter {
  private readonly delimiter: number;
  private readonly nullValue: Buffer;
  private readonly scratch = new ByteWriter(256);

  constructor(private readonly form: CsvForm) {
    this.delimiter = form.delimiter.charCodeAt(0);
    this.nullValue = Buffer.from(form.nullValue);
  }

  header(schema: Schema): Buffer {
    const out = new ByteWriter(256);
    schema.fields.forEach(({ name }, i) => {
      if (i > 0) out.byte(this.delimiter);
      const start = out.length;
      out.utf8(name);
      this.quoteIfNeeded(start, out);
    });
    out.byte(10);
    return Buffer.from(out.view());
  }

  /** Writes rows of one batch, line break included. */
  forBatch({ columns }: Batch): CellWriter {
    const writers = columns.map((column) => this.cellWriter(column));
    return (row, out) => {
      for (let i = 0; i < writers.length; i++) {
        if (i > 0) out.byte(this.delimiter);
        if (isValid(columns[i], row)) {
          const start = out.length;
          writers[i](row, out);
          this.quoteIfNeeded(start, out);
        } else out.copy(this.nullValue, 0, this.nullValue.length);
      }
      out.byte(10);
    };
  }

  private cellWriter(column: Column): CellWriter {
    if (column.layout === 'bits') return (row, out) => out.ascii(getBit(column.values, row) ? 'true' : 'false');
    const write = textWriter(column);
    if (!this.form.formulaGuard || column.layout !== 'bytes' || column.type.kind !== 'text') return write;
    const { data, offsets } = column;
    return (row, out) => {
      if (offsets[row + 1] > offsets[row] && isFormula(data[offsets[row]])) out.byte(39);
      write(row, out);
    };
  }

  /** Puts what stands behind `start` in quotes if a reader would take it for something else. */
  private quoteIfNeeded(start: number, out: ByteWriter): void {
    const { bytes, length } = out;
    let quotes = 0;
    let needed = this.isNullValue(bytes, start, length);
    for (let at = start; at < length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) quotes++;
      else if (byte === this.delimiter || byte === 10 || byte === 13) needed = true;
    }
    if (quotes === 0 && !needed) return;
    const { scratch } = this;
    scratch.clear();
    scratch.copy(bytes, start, length);
    out.length = start;
    out.reserve(scratch.length + quotes + 2);
    let to = start;
    out.bytes[to++] = QUOTE;
    for (let at = 0; at < scratch.length; at++) {
      if (scratch.bytes[at] === QUOTE) out.bytes[to++] = QUOTE;
      out.bytes[to++] = scratch.bytes[at];
    }
    out.bytes[to++] = QUOTE;
    out.length = to;
  }

  private isNullValue(bytes: Uint8Array, start: number, end: number): boolean {
    const { nullValue } = this;
    if (end - start !== nullValue.length) return false;
    for (let i = 0; i < nullValue.length; i++) if (bytes[start + i] !== nullValue[i]) return false;
    return true;
  }
}

/** `=` `+` `-` `@` tab CR: what spreadsheets take for the beginning of a formula. */
function isFormula(byte: number): boolean {
  return byte === 61 || byte === 43 || byte === 45 || byte === 64 || byte === 9 || byte === 13;
}

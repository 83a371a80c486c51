/** Rows as the driver gives them into columns, until there are enough for a batch. */
import type { Batch, Schema } from '../../columnar/batch.js';
import { createBuilder, type ColumnBuilder } from '../../columnar/column-builder.js';
import { ValueError } from '../../columnar/row-errors.js';
import { cellReader, type CellReader, type SqliteValue } from './cell-reader.js';

export type Row = readonly SqliteValue[];

export class RowBuilders {
  byteSize = 0;
  private builders: readonly ColumnBuilder[];
  private readonly readers: readonly CellReader[];
  private count = 0;

  constructor(
    private readonly schema: Schema,
    private readonly maxRowBytes: number,
    private readonly reject: (sqlState: string, message: string, text: string) => void,
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

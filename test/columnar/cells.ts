/** A cell there and back, as the oracle tests ask for it. */
import type { Batch } from '../../src/columnar/batch.js';
import { ByteWriter } from '../../src/columnar/byte-writer.js';
import type { Column } from '../../src/columnar/column.js';
import { createBuilder } from '../../src/columnar/column-builder.js';
import type { DataType } from '../../src/columnar/data-type.js';
import { textParser } from '../../src/columnar/parse-text.js';
import { ValueError } from '../../src/columnar/row-errors.js';
import { jsonWriter } from '../../src/columnar/write-json.js';
import { textWriter } from '../../src/columnar/write-text.js';

/** A column of one row of PostgreSQL's text; null is NULL. Parsed out of the middle of a larger buffer. */
export function columnOf(type: DataType, ...texts: readonly (string | null)[]): Column {
  return columnFrom(type, texts);
}

export function columnFrom(type: DataType, texts: readonly (string | null)[]): Column {
  const builder = createBuilder(type, 1);
  const parse = textParser(type);
  for (const text of texts) {
    if (text === null) builder.appendNull();
    else {
      const bytes = Buffer.from(`7${text}7`);
      parse(bytes, 1, bytes.length - 1, builder);
    }
  }
  return builder.finish();
}

export function textOf(column: Column, row = 0): string {
  const out = new ByteWriter(1);
  textWriter(column)(row, out);
  return out.view().toString();
}

export function jsonOf(column: Column, row = 0): string {
  const out = new ByteWriter(1);
  jsonWriter(column)(row, out);
  return out.view().toString();
}

/** The text of a value read as `type`, or the condition that refused it. */
export function roundTrip(type: DataType, text: string): string {
  try {
    return textOf(columnOf(type, text));
  } catch (error) {
    if (error instanceof ValueError) return `error ${error.sqlState}`;
    throw error;
  }
}

/** A batch of PostgreSQL's texts, rows of cells. */
export function batchOf(
  types: Readonly<Record<string, DataType>>,
  ...rows: readonly (readonly (string | null)[])[]
): Batch {
  const fields = Object.entries(types).map(([name, type]) => ({ name, type, nullable: true }));
  const columns = fields.map((field, i) =>
    columnFrom(
      field.type,
      rows.map((row) => row[i]),
    ),
  );
  return { schema: { fields }, columns, length: rows.length, selection: null };
}

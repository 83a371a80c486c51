/** Literals: from PostgreSQL's text of a value to a checked literal of its type, and to a column of that one value. */
import { ByteWriter } from '../columnar/byte-writer.js';
import { createBuilder } from '../columnar/column-builder.js';
import type { Column } from '../columnar/column.js';
import type { DataType } from '../columnar/data-type.js';
import { textParser } from '../columnar/parse-text.js';
import { textWriter } from '../columnar/write-text.js';
import { numericFromText } from './numeric.js';
import { decimalOrNumeric } from './type-rules.js';
import type { TypedExpr } from './typed-expr.js';

export type LiteralExpr = Extract<TypedExpr, { kind: 'literal' }>;

export function nullLiteral(type: DataType): LiteralExpr {
  return { kind: 'literal', text: null, type };
}

/** The literal that `text` denotes in `type`, in PostgreSQL's own spelling. ValueError where it is none. */
export function literalOf(text: string, type: DataType): LiteralExpr {
  if (type.kind === 'numeric') return numericLiteral(text);
  const column = columnOfText(text, type);
  const out = new ByteWriter(64);
  textWriter(column)(0, out);
  return { kind: 'literal', text: out.view().toString(), type };
}

/** A decimal of just the digits that `text` shows; `numeric` where those are too many, or for NaN. */
export function numericLiteral(text: string): LiteralExpr {
  const value = numericFromText(text);
  const digits = (value.unscaled < 0n ? -value.unscaled : value.unscaled).toString().length;
  const type: DataType =
    value.special === null ? decimalOrNumeric(Math.max(digits, value.scale), value.scale) : { kind: 'numeric' };
  return { kind: 'literal', text: value.toString(), type };
}

/** One row that holds the value; `null` text gives a NULL. */
export function columnOfText(text: string | null, type: DataType): Column {
  const builder = createBuilder(type, 8);
  if (text === null) {
    builder.appendNull();
    return builder.finish();
  }
  const bytes = Buffer.from(text);
  textParser(type)(bytes, 0, bytes.length, builder);
  return builder.finish();
}

/**
 * A column: the values of one field for the rows of one batch, in Arrow's memory layout.
 *
 * Columns are immutable once they are in a batch, and own their arrays. `length` counts rows; the arrays may be longer.
 * `validity` is Arrow's bitmap (bit set = value present, least significant bit first), or null when no row is NULL;
 * what a NULL row holds in `values` is unspecified but readable (for `bytes`: an empty range).
 */
import type { DataType } from './data-type.js';

interface ColumnBase {
  readonly type: DataType;
  readonly length: number;
  readonly validity: Uint8Array | null;
}

/** boolean: bit `row & 7` of byte `row >> 3`. */
export interface BitsColumn extends ColumnBase {
  readonly layout: 'bits';
  readonly values: Uint8Array;
}

/** smallint, integer, date. */
export interface Int32Column extends ColumnBase {
  readonly layout: 'int32';
  readonly values: Int32Array;
}

/** bigint, time, timestamp, timestamptz. `words` and `values` are two views of the same memory (low word first). */
export interface Int64Column extends ColumnBase {
  readonly layout: 'int64';
  readonly values: BigInt64Array;
  readonly words: Int32Array;
}

/** real, double precision. */
export interface Float64Column extends ColumnBase {
  readonly layout: 'float64';
  readonly values: Float64Array;
}

/** numeric(p,s): the unscaled integer, two's complement, four 32-bit words a row, low word first. */
export interface Decimal128Column extends ColumnBase {
  readonly layout: 'decimal128';
  readonly words: Int32Array;
}

/** text, json, uuid, numeric, bytea: row's bytes are `data[offsets[row] .. offsets[row + 1])`; text is UTF-8. */
export interface BytesColumn extends ColumnBase {
  readonly layout: 'bytes';
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
}

/** interval: four words a row: months, days, microseconds low, microseconds high. */
export interface IntervalColumn extends ColumnBase {
  readonly layout: 'interval';
  readonly words: Int32Array;
}

/** array: row's elements are `child[offsets[row] .. offsets[row + 1])`. */
export interface ListColumn extends ColumnBase {
  readonly layout: 'list';
  readonly offsets: Int32Array;
  readonly child: Column;
}

export type Column =
  BitsColumn | Int32Column | Int64Column | Float64Column | Decimal128Column | BytesColumn | IntervalColumn | ListColumn;

export function isValid(column: Column, row: number): boolean {
  const bits = column.validity;
  return bits === null || ((bits[row >> 3]! >> (row & 7)) & 1) === 1;
}

/** An int64 of two words as a double: exact for |value| ≤ 2^53. Kernels test the high word before they trust it. */
export function int64ToNumber(words: Int32Array, row: number): number {
  return words[2 * row + 1]! * 4294967296 + (words[2 * row]! >>> 0);
}

/**
 * One key column as unsigned 64-bit integers in the order of its values: `high[at + i]` and `low[at + i]` for each row,
 * left-aligned, ascending. What a NULL gets is unspecified. A type wider than 64 bits is cut, or approached from below, so
 * that a smaller integer always means a smaller value and equal integers mean nothing.
 */
import type { BytesColumn, Column, Decimal128Column, Float64Column, IntervalColumn } from '../columnar/column.js';
import type { DataType } from '../columnar/data-type.js';
import { spanDays, spanMicros } from '../columnar/interval-span.js';
import { encodeNumerics } from './encode-numeric.js';

export interface KeyWidth {
  /** Bits that can differ, from the highest on. */
  readonly bits: number;
  /** Equal bits mean equal values. */
  readonly isExact: boolean;
}

/** Null for types whose order does not fit the scheme (jsonb, arrays): their rows are compared. */
export function keyWidth(type: DataType): KeyWidth | null {
  switch (type.kind) {
    case 'boolean':
      return { bits: 1, isExact: true };
    case 'int16':
      return { bits: 16, isExact: true };
    case 'int32':
    case 'date':
    case 'float32':
      return { bits: 32, isExact: true };
    case 'time':
      return { bits: TIME_BITS, isExact: true };
    case 'int64':
    case 'timestamp':
    case 'timestamptz':
    case 'float64':
      return { bits: 64, isExact: true };
    case 'decimal':
      return type.precision <= 9 ? { bits: 32, isExact: true } : { bits: 64, isExact: type.precision <= 18 };
    case 'text':
      return type.collation === undefined ? { bits: 64, isExact: false } : null;
    case 'numeric':
    case 'json':
    case 'uuid':
    case 'bytea':
    case 'interval':
      return { bits: 64, isExact: false };
    case 'jsonb':
    case 'list':
      return null;
  }
}

/** Microseconds of a day, 24:00:00 included. */
const TIME_BITS = 37;

export interface KeyTarget {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  /** Where the first row goes. */
  readonly at: number;
}

/** Rows `selection[0 .. length)`, or the first `length`. */
export function encodeKey(column: Column, selection: Int32Array | null, length: number, target: KeyTarget): void {
  const { high, low, at } = target;
  switch (column.layout) {
    case 'bits':
      for (let i = 0; i < length; i++) {
        const row = selection === null ? i : selection[i];
        high[at + i] = (column.values[row >> 3] >> (row & 7)) << 31;
        low[at + i] = 0;
      }
      return;
    case 'int32': {
      const shift = column.type.kind === 'int16' ? 16 : 0;
      for (let i = 0; i < length; i++) {
        const row = selection === null ? i : selection[i];
        high[at + i] = (column.values[row] << shift) ^ 0x80000000;
        low[at + i] = 0;
      }
      return;
    }
    case 'int64':
      if (column.type.kind === 'time') return encodeTimes(column.words, selection, length, target);
      return encodeWords(column.words, 2, selection, length, target);
    case 'decimal128':
      return encodeDecimals(column, selection, length, target);
    case 'float64':
      return encodeFloats(column, selection, length, target);
    case 'interval':
      return encodeIntervals(column, selection, length, target);
    case 'bytes':
      if (column.type.kind === 'numeric') return encodeNumerics(column, selection, length, high, low, at);
      if (column.type.kind === 'uuid') return encodeUuids(column, selection, length, target);
      return encodeBytes(column, selection, length, target);
    case 'list':
      throw new TypeError('arrays have no normalised keys');
    default:
      return column satisfies never;
  }
}

function encodeWords(
  words: Int32Array,
  perRow: 2 | 4,
  selection: Int32Array | null,
  length: number,
  { high, low, at }: KeyTarget,
): void {
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    high[at + i] = words[perRow * row + 1] ^ 0x80000000;
    low[at + i] = words[perRow * row];
  }
}

function encodeTimes(
  words: Int32Array,
  selection: Int32Array | null,
  length: number,
  { high, low, at }: KeyTarget,
): void {
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    high[at + i] = (words[2 * row + 1] << 27) | (words[2 * row] >>> 5);
    low[at + i] = words[2 * row] << 27;
  }
}

function encodeFloats(
  { type, values }: Float64Column,
  selection: Int32Array | null,
  length: number,
  { high, low, at }: KeyTarget,
): void {
  const isSingle = type.kind === 'float32';
  const float = isSingle ? new Float32Array(1) : new Float64Array(1);
  const words = new Int32Array(float.buffer);
  for (let i = 0; i < length; i++) {
    const value = values[selection === null ? i : selection[i]];
    // NaNs have many bit patterns; adding 0 turns -0 into 0.
    float[0] = value !== value ? NaN : value + 0;
    const top = isSingle ? words[0] : words[1];
    const flip = top >> 31;
    high[at + i] = top ^ (flip | 0x80000000);
    low[at + i] = isSingle ? 0 : words[0] ^ flip;
  }
}

function encodeDecimals(
  { type, words }: Decimal128Column,
  selection: Int32Array | null,
  length: number,
  target: KeyTarget,
): void {
  const precision = type.kind === 'decimal' ? type.precision : 38;
  if (precision > 9 && precision <= 18) return encodeWords(words, 4, selection, length, target);
  const { high, low, at } = target;
  const float = new Float64Array(1);
  const bits = new Int32Array(float.buffer);
  for (let i = 0; i < length; i++) {
    const word = 4 * (selection === null ? i : selection[i]);
    if (precision <= 9) {
      high[at + i] = words[word] ^ 0x80000000;
      low[at + i] = 0;
      continue;
    }
    // The nearest double of the magnitude, term by term: rounding never turns an order round.
    const flip = words[word + 3] >> 31;
    float[0] =
      ((((words[word + 3] ^ flip) >>> 0) * 4294967296 + ((words[word + 2] ^ flip) >>> 0)) * 4294967296 +
        ((words[word + 1] ^ flip) >>> 0)) *
        4294967296 +
      ((words[word] ^ flip) >>> 0);
    high[at + i] = (bits[1] | 0x80000000) ^ flip;
    low[at + i] = bits[0] ^ flip;
  }
}

/** 37 bits of days, then the highest 27 of the 37 bits of microseconds. */
function encodeIntervals(
  { words }: IntervalColumn,
  selection: Int32Array | null,
  length: number,
  { high, low, at }: KeyTarget,
): void {
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    const days = spanDays(words, row) + 0x1000000000;
    const top = Math.floor(days / 32);
    high[at + i] = top;
    low[at + i] = ((days - top * 32) << 27) | Math.floor(spanMicros(words, row) / 1024);
  }
}

/** The first eight bytes; what is shorter ends in zeros. */
function encodeBytes(
  { offsets, data }: BytesColumn,
  selection: Int32Array | null,
  length: number,
  { high, low, at }: KeyTarget,
): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    const start = offsets[row];
    const end = offsets[row + 1];
    high[at + i] = start + 4 <= end ? view.getInt32(start) : shortWord(data, start, end);
    low[at + i] = start + 8 <= end ? view.getInt32(start + 4) : shortWord(data, start + 4, end);
  }
}

/** Fewer than four bytes as the highest of a word. */
function shortWord(data: Uint8Array, start: number, end: number): number {
  let word = 0;
  for (let at = start, shift = 24; at < end; at++, shift -= 8) word |= data[at] << shift;
  return word;
}

/** The first sixteen hexadecimal digits of `123e4567-e89b-12d3-…`. */
function encodeUuids(
  { offsets, data }: BytesColumn,
  selection: Int32Array | null,
  length: number,
  { high, low, at }: KeyTarget,
): void {
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    const start = offsets[row];
    if (offsets[row + 1] - start < 18) continue;
    high[at + i] = (hex4(data, start) << 16) | hex4(data, start + 4);
    low[at + i] = (hex4(data, start + 9) << 16) | hex4(data, start + 14);
  }
}

function hex4(data: Uint8Array, at: number): number {
  return (nibble(data[at]) << 12) | (nibble(data[at + 1]) << 8) | (nibble(data[at + 2]) << 4) | nibble(data[at + 3]);
}

function nibble(letter: number): number {
  return letter <= 57 ? letter - 48 : letter - 87;
}

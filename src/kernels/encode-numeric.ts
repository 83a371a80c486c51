/**
 * `numeric` texts as unsigned 64-bit integers in the order of their values, cut to thirteen significant digits.
 *
 * From the highest bit on: 1 when not negative, 0, 18 bits of where the point stands, 44 bits of digits; all flipped when negative.
 * Zero is the sign bit alone, ±Infinity has the largest point, NaN is all ones.
 */
import type { BytesColumn } from '../columnar/column.js';

const DIGITS = 13;
/** Numbers have up to 16,383 zeros behind the point before their first digit. */
const POINT_BIAS = 16384;
const MAX_POINT = 0x3ffff;

export function encodeNumerics(
  { offsets, data }: BytesColumn,
  selection: Int32Array | null,
  length: number,
  high: Uint32Array,
  low: Uint32Array,
  at: number,
): void {
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    const end = offsets[row + 1];
    const isNegative = data[offsets[row]] === 45;
    const start = isNegative ? offsets[row] + 1 : offsets[row];
    let top: number;
    let rest = 0;
    if (data[start] === 78 && start < end) top = 0xffffffff;
    else if (data[start] === 73 && start < end) top = 0x80000000 | (MAX_POINT << 12);
    else {
      const first = firstDigit(data, start, end);
      const digits = leadingDigits(data, first, end);
      rest = digits | 0;
      top = 0x80000000;
      if (first < end) top |= ((pointOf(data, start, first, end) + POINT_BIAS) << 12) | Math.floor(digits / 4294967296);
    }
    high[at + i] = isNegative ? ~top : top;
    low[at + i] = isNegative ? ~rest : rest;
  }
}

/** The offset of the first digit that is not 0, or `end`. */
function firstDigit(data: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (data[at] === 48 || data[at] === 46)) at++;
  return at;
}

/** Digits before the point, from the first significant one on; minus the zeros between the point and it. */
function pointOf(data: Uint8Array, start: number, first: number, end: number): number {
  for (let at = start; at < first; at++) if (data[at] === 46) return at + 1 - first;
  let at = first;
  while (at < end && data[at] !== 46) at++;
  return at - first;
}

/** The first thirteen digits from `first` on, zeros where there are no more: below 2^44. */
function leadingDigits(data: Uint8Array, first: number, end: number): number {
  let digits = 0;
  let at = first;
  for (let taken = 0; taken < DIGITS; taken++) {
    if (at < end && data[at] === 46) at++;
    digits = digits * 10 + (at < end ? data[at++] - 48 : 0);
  }
  return digits;
}

/**
 * 64-bit integers as two 32-bit words (low first), without BigInt: a BigInt is an allocation, and columns have millions.
 *
 * The trick everywhere: a double holds 53 bits exactly, so `(rest < 2^20) * 2^32 + word` and its quotient by a million
 * are exact, and an int64 is `quotient * 1e6 + rest` with a quotient below 2^53.
 */
import type { ByteWriter } from './byte-writer.js';

const WORD = 4294967296;
const MILLION = 1000000;

/** Floor of the value divided by 1,000,000: a safe integer. Its rest is `millionRest`. */
export function millionQuotient(low: number, high: number): number {
  const top = Math.floor(high / MILLION);
  return top * WORD + Math.floor(((high - top * MILLION) * WORD + (low >>> 0)) / MILLION);
}

/** The value minus 1,000,000 times its `millionQuotient`: 0 to 999,999. */
export function millionRest(low: number, high: number): number {
  const rest = (high - Math.floor(high / MILLION) * MILLION) * WORD + (low >>> 0);
  return rest - Math.floor(rest / MILLION) * MILLION;
}

/**
 * Stores `head * factor + tail` at `words[at]`, `words[at + 1]`; false where it does not fit an int64 (nothing is stored).
 * |head| < 2^47, 0 ≤ factor ≤ 10^9, 0 ≤ tail < 2^52.
 */
export function storeProduct(head: number, factor: number, tail: number, words: Int32Array, at: number): boolean {
  const headTop = Math.floor(head / 65536);
  const top = headTop * factor;
  const topHigh = Math.floor(top / 65536);
  const low = (top - topHigh * 65536) * 65536 + (head - headTop * 65536) * factor + tail;
  const carry = Math.floor(low / WORD);
  const high = topHigh + carry;
  if (high > 0x7fffffff || high < -0x80000000) return false;
  words[at] = low - carry * WORD;
  words[at + 1] = high;
  return true;
}

/** Stores a safe integer. */
export function storeNumber(value: number, words: Int32Array, at: number): void {
  const high = Math.floor(value / WORD);
  words[at] = value - high * WORD;
  words[at + 1] = high;
}

/** Decimal digits of an int64. */
export function writeInt64(low: number, high: number, out: ByteWriter): void {
  if (high === low >> 31) {
    out.integer(low);
    return;
  }
  if (high >= -0x200000 && high < 0x200000) {
    out.integer(high * WORD + (low >>> 0));
    return;
  }
  let quotient = millionQuotient(low, high);
  let rest = millionRest(low, high);
  if (quotient < 0) {
    out.byte(45);
    quotient = -quotient;
    if (rest !== 0) {
      quotient--;
      rest = MILLION - rest;
    }
  }
  out.integer(quotient);
  writePadded(rest, 6, out);
}

/** `value` in exactly `width` digits, zeros first. Below 2^31. */
export function writePadded(value: number, width: number, out: ByteWriter): void {
  out.reserve(width);
  const target = out.bytes;
  let at = out.length + width;
  out.length = at;
  let rest = value;
  for (let i = 0; i < width; i++) {
    const next = (rest / 10) | 0;
    target[--at] = 48 + (rest - next * 10);
    rest = next;
  }
}

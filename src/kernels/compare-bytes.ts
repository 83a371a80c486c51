/** Ranges of bytes compared. Byte order is, for UTF-8, code point order: PostgreSQL's collation "C". */
import { numericEnd } from '../columnar/numeric-scale.js';

export function equalBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j]) return false;
  return true;
}

export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < shared; i++) {
    const difference = a[aStart + i] - b[bStart + i];
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}

/** Decimal texts in PostgreSQL's form by value: -Infinity, numbers, Infinity, NaN. */
export function compareNumericText(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const aClass = numericClass(a, aStart);
  const bClass = numericClass(b, bStart);
  if (aClass !== bClass) return aClass - bClass;
  if (aClass === 1) return compareMagnitudes(a, aStart, aEnd, b, bStart, bEnd);
  return aClass === -1 ? compareMagnitudes(b, bStart + 1, bEnd, a, aStart + 1, aEnd) : 0;
}

/** -2 for -Infinity, -1 below zero, 1 from zero on, 2 Infinity, 3 NaN. */
function numericClass(data: Uint8Array, start: number): number {
  const first = data[start];
  if (first === 45) return data[start + 1] === 73 ? -2 : -1;
  return first === 73 ? 2 : first === 78 ? 3 : 1;
}

/** More digits before the point win (there are no leading zeros); then digit by digit. */
function compareMagnitudes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const digits = wholeDigits(a, aStart, aEnd) - wholeDigits(b, bStart, bEnd);
  if (digits !== 0) return digits;
  return compareBytes(a, aStart, numericEnd(a, aStart, aEnd), b, bStart, numericEnd(b, bStart, bEnd));
}

function wholeDigits(data: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && data[at] !== 46) at++;
  return at - start;
}

/** Functions that look at a text and give a number or a boolean. Lengths and positions count characters from 1. */
import { codePointAt, countChars, findBytes } from './utf8.js';

export function charLength(bytes: Uint8Array, start: number, end: number): number {
  return countChars(bytes, start, end);
}

export function octetLength(_bytes: Uint8Array, start: number, end: number): number {
  return end - start;
}

export function bitLength(_bytes: Uint8Array, start: number, end: number): number {
  return (end - start) * 8;
}

/** Code point of the first character, 0 for an empty text. */
export function ascii(bytes: Uint8Array, start: number, end: number): number {
  return start === end ? 0 : codePointAt(bytes, start);
}

/** `position(part IN text)`: 0 when it does not occur. */
export function strpos(
  bytes: Uint8Array,
  start: number,
  end: number,
  part: Uint8Array,
  partStart: number,
  partEnd: number,
): number {
  const found = findBytes(bytes, start, end, part, partStart, partEnd);
  return found < 0 ? 0 : countChars(bytes, start, found) + 1;
}

/** The same over bytea, where a position counts bytes. */
export function bytePosition(
  bytes: Uint8Array,
  start: number,
  end: number,
  part: Uint8Array,
  partStart: number,
  partEnd: number,
): number {
  const found = findBytes(bytes, start, end, part, partStart, partEnd);
  return found < 0 ? 0 : found - start + 1;
}

export function startsWith(
  bytes: Uint8Array,
  start: number,
  end: number,
  prefix: Uint8Array,
  prefixStart: number,
  prefixEnd: number,
): boolean {
  const size = prefixEnd - prefixStart;
  if (size > end - start) return false;
  for (let i = 0; i < size; i++) if (bytes[start + i] !== prefix[prefixStart + i]) return false;
  return true;
}

/**
 * Walking over UTF-8 bytes by characters (code points), without making strings.
 *
 * The bytes are valid UTF-8: sources reject what is not. A position is always a byte offset at the start of a character.
 */
import type { ByteWriter } from '../../columnar/byte-writer.js';

/** Characters in `bytes[start, end)`. */
export function countChars(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if ((bytes[i]! & 0xc0) !== 0x80) count++;
  return count;
}

/** Where the character after the one at `at` starts. */
export function nextChar(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  return at + (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
}

/** Where the character that ends at `at` starts. */
export function previousChar(bytes: Uint8Array, at: number): number {
  let i = at - 1;
  while ((bytes[i]! & 0xc0) === 0x80) i--;
  return i;
}

/** The offset `count` characters after `start`, at most `end`. */
export function skipChars(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = start;
  for (let left = count; left > 0 && at < end; left--) at = nextChar(bytes, at);
  return at;
}

/** The offset `count` characters before `end`, at least `start`. */
export function skipCharsBack(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = end;
  for (let left = count; left > 0 && at > start; left--) at = previousChar(bytes, at);
  return at;
}

/** The code point of the character at `at`. */
export function codePointAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return lead;
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | (bytes[at + 1]! & 0x3f);
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f);
  return (
    ((lead & 0x07) << 18) | ((bytes[at + 1]! & 0x3f) << 12) | ((bytes[at + 2]! & 0x3f) << 6) | (bytes[at + 3]! & 0x3f)
  );
}

export function appendCodePoint(out: ByteWriter, code: number): void {
  out.reserve(4);
  const target = out.bytes;
  let at = out.length;
  if (code < 0x80) target[at++] = code;
  else {
    if (code < 0x800) target[at++] = 0xc0 | (code >> 6);
    else {
      if (code < 0x10000) target[at++] = 0xe0 | (code >> 12);
      else {
        target[at++] = 0xf0 | (code >> 18);
        target[at++] = 0x80 | ((code >> 12) & 0x3f);
      }
      target[at++] = 0x80 | ((code >> 6) & 0x3f);
    }
    target[at++] = 0x80 | (code & 0x3f);
  }
  out.length = at;
}

/** Offset of the first occurrence of `needle` in `bytes[start, end)`, -1 if there is none. An empty needle is found at once. */
export function findBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  needle: Uint8Array,
  needleStart: number,
  needleEnd: number,
): number {
  const size = needleEnd - needleStart;
  if (size === 0) return start;
  const first = needle[needleStart]!;
  const last = end - size;
  for (let at = start; at <= last; at++) {
    if (bytes[at] !== first) continue;
    let k = 1;
    while (k < size && bytes[at + k] === needle[needleStart + k]) k++;
    if (k === size) return at;
  }
  return -1;
}

export function equalBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  const size = aEnd - aStart;
  if (size !== bEnd - bStart) return false;
  for (let i = 0; i < size; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/**
 * Finding one's way in JSON bytes that are known to be valid, without parsing them. What lies behind `end` belongs to
 * others: every loop stops there.
 *
 * A `Place` is where a value was found, reused from row to row. Members of jsonb are unique and written one way, so the
 * first equal key is the one; json is kept as it was typed: the last one counts, and keys may hide behind escapes.
 */
import { ByteWriter } from '../../columnar/byte-writer.js';
import { skipSpace } from '../../columnar/check-json.js';
import { unescape } from '../../columnar/jsonb-text.js';
import { writeJsonString } from '../../columnar/write-json.js';
import { equalBytes } from './utf8.js';

export interface Place {
  start: number;
  end: number;
}

const OPEN_OBJECT = 123;
const OPEN_ARRAY = 91;
const QUOTE = 34;
const BACKSLASH = 92;

/** A key as jsonb writes it, quotes included: such keys compare byte by byte. */
export function canonicalKey(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const out = new ByteWriter(end - start + 16);
  writeJsonString(bytes, start, end, out);
  return Uint8Array.prototype.slice.call(out.bytes, 0, out.length);
}

/** Finds a member of the jsonb object at `[start, end)`; false when it has none of that key, or is no object. */
export function findMember(bytes: Uint8Array, start: number, end: number, key: Uint8Array, place: Place): boolean {
  let at = skipSpace(bytes, start, end);
  if (bytes[at] !== OPEN_OBJECT) return false;
  const size = key.length;
  at = skipSpace(bytes, at + 1, end);
  while (at < end && bytes[at] === QUOTE) {
    // Both sides start with a quote and hold no bare one inside: equal bytes up to the closing quote mean an equal key.
    let i = 1;
    while (i < size && bytes[at + i] === key[i]) i++;
    const isEqual = i === size;
    at = isEqual ? at + size : behindString(bytes, at, end);
    at = skipSpace(bytes, at, end) + 1;
    at = skipSpace(bytes, at, end);
    const behind = behindValue(bytes, at, end);
    if (isEqual) {
      place.start = at;
      place.end = behind;
      return true;
    }
    at = skipSpace(bytes, behind, end) + 1;
    at = skipSpace(bytes, at, end);
  }
  return false;
}

/** The same in json text. `scratch` is overwritten. */
export function findLastMember(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: Uint8Array,
  keyStart: number,
  keyEnd: number,
  place: Place,
  scratch: ByteWriter,
): boolean {
  let at = skipSpace(bytes, start, end);
  if (bytes[at] !== OPEN_OBJECT) return false;
  let found = false;
  at = skipSpace(bytes, at + 1, end);
  while (at < end && bytes[at] === QUOTE) {
    let close = at + 1;
    let isEscaped = false;
    for (; close < end && bytes[close] !== QUOTE; close++) {
      if (bytes[close] !== BACKSLASH) continue;
      isEscaped = true;
      close++;
    }
    const isEqual = isEscaped
      ? sameEscaped(bytes, at + 1, close, key, keyStart, keyEnd, scratch)
      : equalBytes(bytes, at + 1, close, key, keyStart, keyEnd);
    at = skipSpace(bytes, skipSpace(bytes, close + 1, end) + 1, end);
    const behind = behindValue(bytes, at, end);
    if (isEqual) {
      place.start = at;
      place.end = behind;
      found = true;
    }
    at = skipSpace(bytes, skipSpace(bytes, behind, end) + 1, end);
  }
  return found;
}

/** Finds element `index` (negative: from the end) of the array at `[start, end)`; false when there is none, or no array. */
export function findElement(bytes: Uint8Array, start: number, end: number, index: number, place: Place): boolean {
  const open = skipSpace(bytes, start, end);
  if (bytes[open] !== OPEN_ARRAY) return false;
  let left = index < 0 ? index + countElements(bytes, open, end) : index;
  if (left < 0) return false;
  let at = skipSpace(bytes, open + 1, end);
  if (bytes[at] === 93) return false;
  for (;;) {
    const behind = behindValue(bytes, at, end);
    if (left-- === 0) {
      place.start = at;
      place.end = behind;
      return true;
    }
    at = skipSpace(bytes, behind, end);
    if (bytes[at] !== 44) return false;
    at = skipSpace(bytes, at + 1, end);
  }
}

/** Elements of the array that opens at `open`. */
export function countElements(bytes: Uint8Array, open: number, end: number): number {
  let at = skipSpace(bytes, open + 1, end);
  if (bytes[at] === 93) return 0;
  for (let count = 1; ; count++) {
    at = skipSpace(bytes, behindValue(bytes, at, end), end);
    if (bytes[at] !== 44) return count;
    at = skipSpace(bytes, at + 1, end);
  }
}

/** The offset behind the value that starts at `at`. */
export function behindValue(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at];
  if (first === QUOTE) return behindString(bytes, at, end);
  let i = at;
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
    let depth = 0;
    while (i < end) {
      const byte = bytes[i];
      if (byte === QUOTE) {
        i = behindString(bytes, i, end);
        continue;
      }
      i++;
      // `{` and `[`, `}` and `]` differ in one bit.
      if ((byte! | 32) === OPEN_OBJECT) depth++;
      else if ((byte! | 32) === 125 && --depth === 0) return i;
    }
    return end;
  }
  for (; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 44 || byte === 125 || byte === 93 || byte <= 32) break;
  }
  return i;
}

/** The offset behind the string that opens at `at`. */
export function behindString(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
  }
  return end;
}

/** Is the inside of a JSON string with escapes this text? */
function sameEscaped(
  bytes: Uint8Array,
  start: number,
  end: number,
  text: Uint8Array,
  textStart: number,
  textEnd: number,
  scratch: ByteWriter,
): boolean {
  scratch.clear();
  unescape(bytes, start, end, scratch);
  return equalBytes(scratch.bytes, 0, scratch.length, text, textStart, textEnd);
}

/** Functions that take a part of a text: substring, left, right, split_part, overlay, trim. */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { ValueError } from '../../columnar/row-errors.js';
import { equalBytes, findBytes, nextChar, previousChar, skipChars, skipCharsBack } from './utf8.js';

const INT32_MAX = 2147483647;

/** `substring(text FROM from)`; positions before 1 are empty. */
export function substringFrom(bytes: Uint8Array, start: number, end: number, from: number, out: ByteWriter): void {
  out.copy(bytes, from <= 1 ? start : skipChars(bytes, start, end, from - 1), end);
}

/** `substring(text FROM from FOR count)`: a `from` below 1 uses up part of the count, as the standard says. */
export function substring(
  bytes: Uint8Array,
  start: number,
  end: number,
  from: number,
  count: number,
  out: ByteWriter,
): void {
  const last = checkedEnd(from, count);
  if (last <= 1) return;
  const first = from <= 1 ? start : skipChars(bytes, start, end, from - 1);
  out.copy(bytes, first, last > INT32_MAX ? end : skipChars(bytes, first, end, last - Math.max(from, 1)));
}

export function byteSubstringFrom(bytes: Uint8Array, start: number, end: number, from: number, out: ByteWriter): void {
  out.copy(bytes, Math.min(end, start + Math.max(from, 1) - 1), end);
}

export function byteSubstring(
  bytes: Uint8Array,
  start: number,
  end: number,
  from: number,
  count: number,
  out: ByteWriter,
): void {
  const last = checkedEnd(from, count);
  if (last <= 1) return;
  const first = Math.min(end, start + Math.max(from, 1) - 1);
  out.copy(bytes, first, Math.max(first, Math.min(end, start + last - 1)));
}

function checkedEnd(from: number, count: number): number {
  if (count < 0) throw new ValueError('22011', 'negative substring length not allowed');
  return from + count;
}

/** The first `count` characters; a negative count leaves out that many at the end. */
export function left(bytes: Uint8Array, start: number, end: number, count: number, out: ByteWriter): void {
  out.copy(bytes, start, count >= 0 ? skipChars(bytes, start, end, count) : skipCharsBack(bytes, start, end, -count));
}

/** The last `count` characters; a negative count leaves out that many at the start. */
export function right(bytes: Uint8Array, start: number, end: number, count: number, out: ByteWriter): void {
  out.copy(bytes, count >= 0 ? skipCharsBack(bytes, start, end, count) : skipChars(bytes, start, end, -count), end);
}

/** Field `field` (from 1, or from -1 backwards) of a text cut at each `separator`; empty when there is no such field. */
export function splitPart(
  bytes: Uint8Array,
  start: number,
  end: number,
  separator: Uint8Array,
  separatorStart: number,
  separatorEnd: number,
  field: number,
  out: ByteWriter,
): void {
  if (field === 0) throw new ValueError('22023', 'field position must not be zero');
  const size = separatorEnd - separatorStart;
  if (size === 0) {
    if (field === 1 || field === -1) out.copy(bytes, start, end);
    return;
  }
  let wanted = field;
  if (wanted < 0) {
    // Fields are cut from the left also when they are counted from the right: separators may overlap themselves.
    let fields = 1;
    for (let at = start; ; fields++) {
      const cut = findBytes(bytes, at, end, separator, separatorStart, separatorEnd);
      if (cut < 0) break;
      at = cut + size;
    }
    wanted += fields + 1;
    if (wanted <= 0) return;
  }
  let from = start;
  for (let number = 1; ; number++) {
    const cut = findBytes(bytes, from, end, separator, separatorStart, separatorEnd);
    if (number === wanted) return out.copy(bytes, from, cut < 0 ? end : cut);
    if (cut < 0) return;
    from = cut + size;
  }
}

/** `overlay(text PLACING part FROM from FOR count)`. */
export function overlay(
  bytes: Uint8Array,
  start: number,
  end: number,
  part: Uint8Array,
  partStart: number,
  partEnd: number,
  from: number,
  count: number,
  out: ByteWriter,
): void {
  if (from <= 0) throw new ValueError('22011', 'negative substring length not allowed');
  const rest = from + count;
  if (rest > INT32_MAX || rest < -INT32_MAX - 1) throw new ValueError('22003', 'integer out of range');
  out.copy(bytes, start, skipChars(bytes, start, end, from - 1));
  out.copy(part, partStart, partEnd);
  out.copy(bytes, rest <= 1 ? start : skipChars(bytes, start, end, rest - 1), end);
}

export function btrim(
  bytes: Uint8Array,
  start: number,
  end: number,
  set: Uint8Array,
  setStart: number,
  setEnd: number,
  out: ByteWriter,
): void {
  const from = trimStart(bytes, start, end, set, setStart, setEnd);
  out.copy(bytes, from, trimEnd(bytes, from, end, set, setStart, setEnd));
}

export function ltrim(
  bytes: Uint8Array,
  start: number,
  end: number,
  set: Uint8Array,
  setStart: number,
  setEnd: number,
  out: ByteWriter,
): void {
  out.copy(bytes, trimStart(bytes, start, end, set, setStart, setEnd), end);
}

export function rtrim(
  bytes: Uint8Array,
  start: number,
  end: number,
  set: Uint8Array,
  setStart: number,
  setEnd: number,
  out: ByteWriter,
): void {
  out.copy(bytes, start, trimEnd(bytes, start, end, set, setStart, setEnd));
}

export function btrimSpaces(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  let from = start;
  while (from < end && bytes[from] === 32) from++;
  let to = end;
  while (to > from && bytes[to - 1] === 32) to--;
  out.copy(bytes, from, to);
}

export function ltrimSpaces(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  let from = start;
  while (from < end && bytes[from] === 32) from++;
  out.copy(bytes, from, end);
}

export function rtrimSpaces(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  let to = end;
  while (to > start && bytes[to - 1] === 32) to--;
  out.copy(bytes, start, to);
}

function trimStart(
  bytes: Uint8Array,
  start: number,
  end: number,
  set: Uint8Array,
  setStart: number,
  setEnd: number,
): number {
  let at = start;
  while (at < end) {
    const next = nextChar(bytes, at);
    if (!hasChar(set, setStart, setEnd, bytes, at, next)) break;
    at = next;
  }
  return at;
}

function trimEnd(
  bytes: Uint8Array,
  start: number,
  end: number,
  set: Uint8Array,
  setStart: number,
  setEnd: number,
): number {
  let at = end;
  while (at > start) {
    const previous = previousChar(bytes, at);
    if (!hasChar(set, setStart, setEnd, bytes, previous, at)) break;
    at = previous;
  }
  return at;
}

function hasChar(
  set: Uint8Array,
  setStart: number,
  setEnd: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): boolean {
  for (let at = setStart; at < setEnd;) {
    const next = nextChar(set, at);
    if (equalBytes(set, at, next, bytes, from, to)) return true;
    at = next;
  }
  return false;
}

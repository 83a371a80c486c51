/** Functions that make a new text out of others. */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { ValueError } from '../../columnar/row-errors.js';
import { checkResultBytes } from './limits.js';
import { appendCodePoint, countChars, equalBytes, findBytes, nextChar, previousChar, skipChars } from './utf8.js';

export function concatPair(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
  out: ByteWriter,
): void {
  checkResultBytes(aEnd - aStart + bEnd - bStart);
  out.copy(a, aStart, aEnd);
  out.copy(b, bStart, bEnd);
}

export function repeat(bytes: Uint8Array, start: number, end: number, times: number, out: ByteWriter): void {
  const size = end - start;
  if (times <= 0 || size === 0) return;
  checkResultBytes(times * size);
  out.reserve(times * size);
  const first = out.length;
  out.copy(bytes, start, end);
  // Doubling what is there already: a handful of native copies instead of `times` small ones.
  for (let done = size, total = times * size; done < total;) {
    const step = Math.min(done, total - done);
    out.bytes.copyWithin(first + done, first, first + step);
    done += step;
    out.length = first + done;
  }
}

export function lpad(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  fill: Uint8Array,
  fillStart: number,
  fillEnd: number,
  out: ByteWriter,
): void {
  if (width <= 0) return;
  const length = countChars(bytes, start, end);
  if (length < width) appendFill(fill, fillStart, fillEnd, width - length, out);
  out.copy(bytes, start, skipChars(bytes, start, end, width));
}

export function rpad(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  fill: Uint8Array,
  fillStart: number,
  fillEnd: number,
  out: ByteWriter,
): void {
  if (width <= 0) return;
  const length = countChars(bytes, start, end);
  out.copy(bytes, start, skipChars(bytes, start, end, width));
  if (length < width) appendFill(fill, fillStart, fillEnd, width - length, out);
}

function appendFill(fill: Uint8Array, start: number, end: number, chars: number, out: ByteWriter): void {
  const fillChars = countChars(fill, start, end);
  if (fillChars === 0) return;
  const rounds = Math.floor(chars / fillChars);
  checkResultBytes((rounds + 1) * (end - start));
  repeat(fill, start, end, rounds, out);
  out.copy(fill, start, skipChars(fill, start, end, chars - rounds * fillChars));
}

/** Every occurrence of `from`, left to right, by `to`; an empty `from` replaces nothing. */
export function replace(
  bytes: Uint8Array,
  start: number,
  end: number,
  from: Uint8Array,
  fromStart: number,
  fromEnd: number,
  to: Uint8Array,
  toStart: number,
  toEnd: number,
  out: ByteWriter,
): void {
  const size = fromEnd - fromStart;
  const first = out.length;
  let at = start;
  if (size > 0)
    for (;;) {
      const found = findBytes(bytes, at, end, from, fromStart, fromEnd);
      if (found < 0) break;
      out.copy(bytes, at, found);
      out.copy(to, toStart, toEnd);
      checkResultBytes(out.length - first);
      at = found + size;
    }
  out.copy(bytes, at, end);
}

/** Each character of `from` becomes the one at the same place in `to`, or nothing where `to` is shorter. */
export function translate(
  bytes: Uint8Array,
  start: number,
  end: number,
  from: Uint8Array,
  fromStart: number,
  fromEnd: number,
  to: Uint8Array,
  toStart: number,
  toEnd: number,
  out: ByteWriter,
): void {
  for (let at = start; at < end;) {
    const next = nextChar(bytes, at);
    let target = toStart;
    let i = fromStart;
    while (i < fromEnd) {
      const after = nextChar(from, i);
      if (equalBytes(from, i, after, bytes, at, next)) break;
      i = after;
      if (target < toEnd) target = nextChar(to, target);
    }
    if (i >= fromEnd) out.copy(bytes, at, next);
    else if (target < toEnd) out.copy(to, target, nextChar(to, target));
    at = next;
  }
}

export function reverse(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.reserve(end - start);
  for (let at = end; at > start;) {
    const previous = previousChar(bytes, at);
    out.copy(bytes, previous, at);
    at = previous;
  }
}

export function chr(code: number, out: ByteWriter): void {
  if (code < 0) throw new ValueError('22023', 'character number must be positive');
  if (code === 0) throw new ValueError('54000', 'null character not permitted');
  if (code > 0x10ffff) throw new ValueError('54000', `requested character too large for encoding: ${code}`);
  if (code >= 0xd800 && code <= 0xdfff)
    throw new ValueError('54000', `requested character not valid for encoding: ${code}`);
  appendCodePoint(out, code);
}

/** A text as SQL literal: quotes doubled, backslashes doubled behind an E. */
export function quoteLiteral(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.reserve((end - start) * 2 + 4);
  if (bytes.subarray(start, end).includes(92)) out.ascii('E');
  out.byte(39);
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 39 || byte === 92) out.byte(byte);
    out.byte(byte);
  }
  out.byte(39);
}

export function quoteNullable(bytes: Uint8Array | null, start: number, end: number, out: ByteWriter): void {
  if (bytes === null) out.ascii('NULL');
  else quoteLiteral(bytes, start, end, out);
}

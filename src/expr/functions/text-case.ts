/** lower, upper, initcap as PostgreSQL does under a UTF-8 locale: one character for one, so `upper('ß')` is `ß`. */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { isAlnum, toLower, toUpper, type CaseMap } from './char-class.js';
import { appendCodePoint, codePointAt, nextChar } from './utf8.js';

export function lower(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  const at = mapAscii(bytes, start, end, 65, 32, out);
  if (at < end) mapChars(bytes, at, end, toLower, out);
}

export function upper(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  const at = mapAscii(bytes, start, end, 97, -32, out);
  if (at < end) mapChars(bytes, at, end, toUpper, out);
}

export function initcap(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  let inWord = false;
  for (let at = start; at < end; at = nextChar(bytes, at)) {
    const code = (inWord ? toLower : toUpper).map(codePointAt(bytes, at));
    appendCodePoint(out, code);
    inWord = isAlnum(code);
  }
}

/** Maps the leading ASCII run; returns where it ended. */
function mapAscii(bytes: Uint8Array, start: number, end: number, from: number, delta: number, out: ByteWriter): number {
  out.reserve(end - start);
  const target = out.bytes;
  let to = out.length;
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte > 127) break;
    target[to++] = byte >= from && byte < from + 26 ? byte + delta : byte;
  }
  out.length = to;
  return at;
}

function mapChars(bytes: Uint8Array, start: number, end: number, map: CaseMap, out: ByteWriter): void {
  for (let at = start; at < end; at = nextChar(bytes, at)) appendCodePoint(out, map.map(codePointAt(bytes, at)));
}

/**
 * JSON text → the text PostgreSQL's `jsonb` prints: `{"a": 1, "bb": [true, null]}`.
 *
 * Keys by length, then bytes; the last of equal keys wins; numbers as numeric; strings with the least escapes. 22P02 for
 * what is not JSON, 22P05 for `\u0000`, which jsonb cannot hold.
 */
import { ByteWriter } from './byte-writer.js';
import { checkJson, hexValue, skipScalar, skipSpace, skipString } from './check-json.js';
import { writeNumeric } from './numeric-text.js';
import { ValueError } from './row-errors.js';
import { writeJsonString } from './write-json.js';

export function writeJsonb(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  if (checkJson(bytes, start, end) >= 0) {
    const text = Buffer.from(bytes.subarray(start, Math.min(end, start + 200))).toString();
    throw new ValueError('22P02', `invalid input syntax for type json: "${text}"`);
  }
  writeValue(bytes, skipSpace(bytes, start, end), end, out);
}

/** One valid value at `at`; returns the offset behind it. */
function writeValue(bytes: Uint8Array, at: number, end: number, out: ByteWriter): number {
  switch (bytes[at]) {
    case 123:
      return writeObject(bytes, at, end, out);
    case 91:
      return writeArray(bytes, at, end, out);
    case 34:
      return writeString(bytes, at, end, out);
    default: {
      const behind = skipScalar(bytes, at, end);
      if (bytes[at] <= 57) writeNumeric(bytes, at, behind, out);
      else out.copy(bytes, at, behind);
      return behind;
    }
  }
}

function writeArray(bytes: Uint8Array, start: number, end: number, out: ByteWriter): number {
  out.byte(91);
  let at = skipSpace(bytes, start + 1, end);
  for (let first = true; bytes[at] !== 93; first = false) {
    if (!first) {
      at = skipSpace(bytes, at + 1, end);
      out.ascii(', ');
    }
    at = skipSpace(bytes, writeValue(bytes, at, end, out), end);
  }
  out.byte(93);
  return at + 1;
}

function writeObject(bytes: Uint8Array, start: number, end: number, out: ByteWriter): number {
  const members = new Map<string, { key: Buffer; value: Buffer }>();
  const scratch = new ByteWriter(64);
  let at = skipSpace(bytes, start + 1, end);
  while (bytes[at] !== 125) {
    if (bytes[at] === 44) at = skipSpace(bytes, at + 1, end);
    scratch.clear();
    const behind = skipString(bytes, at, end);
    unescape(bytes, at + 1, behind - 1, scratch);
    const key = Buffer.from(scratch.view());
    scratch.clear();
    const value = skipSpace(bytes, skipSpace(bytes, behind, end) + 1, end);
    at = skipSpace(bytes, writeValue(bytes, value, end, scratch), end);
    members.set(key.toString('latin1'), { key, value: Buffer.from(scratch.view()) });
  }
  const sorted = [...members.values()].sort((a, b) => a.key.length - b.key.length || Buffer.compare(a.key, b.key));
  out.byte(123);
  sorted.forEach(({ key, value }, index) => {
    if (index > 0) out.ascii(', ');
    writeJsonString(key, 0, key.length, out);
    out.ascii(': ');
    out.copy(value, 0, value.length);
  });
  out.byte(125);
  return at + 1;
}

function writeString(bytes: Uint8Array, start: number, end: number, out: ByteWriter): number {
  const behind = skipString(bytes, start, end);
  const scratch = new ByteWriter(behind - start);
  unescape(bytes, start + 1, behind - 1, scratch);
  writeJsonString(scratch.bytes, 0, scratch.length, out);
  return behind;
}

/** Appends the UTF-8 of the inside of a valid JSON string. 22P05 for `\u0000`, 22P02 for half a surrogate pair. */
export function unescape(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  let from = start;
  for (let at = start; at < end; at++) {
    if (bytes[at] !== 92) continue;
    out.copy(bytes, from, at);
    at++;
    if (bytes[at] !== 117) out.byte(plainOf(bytes[at]));
    else {
      let code = hex4(bytes, at + 1);
      at += 4;
      if (code === 0)
        throw new ValueError('22P05', 'unsupported Unicode escape sequence: \\u0000 cannot be converted to text');
      if (code >= 0xd800 && code < 0xe000) {
        const low = at + 6 < end && bytes[at + 1] === 92 && bytes[at + 2] === 117 ? hex4(bytes, at + 3) : 0;
        if (code >= 0xdc00 || low < 0xdc00 || low > 0xdfff) {
          throw new ValueError('22P02', 'invalid input syntax for type json: half of a Unicode surrogate pair');
        }
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
      }
      out.utf8(String.fromCodePoint(code));
    }
    from = at + 1;
  }
  out.copy(bytes, from, end);
}

function hex4(bytes: Uint8Array, at: number): number {
  let code = 0;
  for (let i = 0; i < 4; i++) code = code * 16 + hexValue(bytes[at + i]);
  return code;
}

function plainOf(letter: number): number {
  switch (letter) {
    case 98:
      return 8;
    case 102:
      return 12;
    case 110:
      return 10;
    case 114:
      return 13;
    case 116:
      return 9;
    default:
      return letter;
  }
}

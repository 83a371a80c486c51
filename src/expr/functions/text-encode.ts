/** bytea to and from text: `encode`, `decode`, and `to_hex` of integers. */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { ValueError } from '../../columnar/row-errors.js';
import { codePointAt } from './utf8.js';

export type ByteFormat = 'hex' | 'base64' | 'escape';

const HEX = Buffer.from('0123456789abcdef');
const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const fromBase64 = new Int8Array(256).fill(-1);
BASE64.forEach((byte, value) => (fromBase64[byte] = value));

/** The format that a name means, in any case; throws PostgreSQL's error for others. */
export function byteFormat(name: string): ByteFormat {
  const format = name.toLowerCase();
  if (format === 'hex' || format === 'base64' || format === 'escape') return format;
  throw new ValueError('22023', `unrecognized encoding: "${name}"`);
}

export function encodeHex(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.reserve((end - start) * 2);
  const target = out.bytes;
  let to = out.length;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    target[to++] = HEX[byte >> 4]!;
    target[to++] = HEX[byte & 15]!;
  }
  out.length = to;
}

/** RFC 2045: a line feed after each 76 characters, unless nothing follows. */
export function encodeBase64(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  let column = 0;
  for (let at = start; at < end; at += 3) {
    if (column === 76) {
      out.byte(10);
      column = 0;
    }
    const left = end - at;
    const group = (bytes[at]! << 16) | ((left > 1 ? bytes[at + 1]! : 0) << 8) | (left > 2 ? bytes[at + 2]! : 0);
    out.byte(BASE64[group >> 18]!);
    out.byte(BASE64[(group >> 12) & 63]!);
    out.byte(left > 1 ? BASE64[(group >> 6) & 63]! : 61);
    out.byte(left > 2 ? BASE64[group & 63]! : 61);
    column += 4;
  }
}

/** Zero and bytes above 127 as \ooo, backslash doubled. */
export function encodeEscape(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.reserve((end - start) * 4);
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 0 || byte > 127) {
      out.byte(92);
      out.byte(48 + (byte >> 6));
      out.byte(48 + ((byte >> 3) & 7));
      out.byte(48 + (byte & 7));
    } else {
      if (byte === 92) out.byte(92);
      out.byte(byte);
    }
  }
}

export function decodeHex(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  for (let at = start; at < end;) {
    const byte = bytes[at]!;
    if (isSpace(byte)) {
      at++;
      continue;
    }
    const high = hexDigit(bytes, at++);
    if (at >= end) throw new ValueError('22023', 'invalid hexadecimal data: odd number of digits');
    out.byte((high << 4) | hexDigit(bytes, at++));
  }
}

function hexDigit(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  if (letter >= 97 && letter <= 102) return letter - 87;
  throw new ValueError('22023', `invalid hexadecimal digit: "${String.fromCodePoint(codePointAt(bytes, at))}"`);
}

export function decodeBase64(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  let group = 0;
  let digits = 0;
  let pads = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (isSpace(byte)) continue;
    let value = 0;
    if (byte === 61) {
      if (pads === 0) {
        if (digits === 2) pads = 1;
        else if (digits === 3) pads = 2;
        else throw new ValueError('22023', 'unexpected "=" while decoding base64 sequence');
      }
    } else {
      value = fromBase64[byte]!;
      if (value < 0)
        throw new ValueError(
          '22023',
          `invalid symbol "${String.fromCodePoint(codePointAt(bytes, at))}" found while decoding base64 sequence`,
        );
    }
    group = (group << 6) | value;
    if (++digits < 4) continue;
    out.byte((group >> 16) & 255);
    if (pads === 0 || pads > 1) out.byte((group >> 8) & 255);
    if (pads === 0 || pads > 2) out.byte(group & 255);
    group = 0;
    digits = 0;
  }
  if (digits !== 0) throw new ValueError('22023', 'invalid base64 end sequence');
}

export function decodeEscape(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  for (let at = start; at < end;) {
    const byte = bytes[at]!;
    if (byte !== 92) {
      out.byte(byte);
      at++;
    } else if (
      at + 3 < end &&
      isOctal(bytes[at + 1]!, 51) &&
      isOctal(bytes[at + 2]!, 55) &&
      isOctal(bytes[at + 3]!, 55)
    ) {
      out.byte(((bytes[at + 1]! - 48) << 6) | ((bytes[at + 2]! - 48) << 3) | (bytes[at + 3]! - 48));
      at += 4;
    } else if (at + 1 < end && bytes[at + 1] === 92) {
      out.byte(92);
      at += 2;
    } else throw new ValueError('22P02', 'invalid input syntax for type bytea');
  }
}

function isOctal(byte: number, last: number): boolean {
  return byte >= 48 && byte <= last;
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 10 || byte === 13;
}

export function toHex32(value: number, out: ByteWriter): void {
  out.ascii((value >>> 0).toString(16));
}

export function toHex64(value: bigint, out: ByteWriter): void {
  out.ascii(BigInt.asUintN(64, value).toString(16));
}

/** For safe integers. */
export function toHex64Fast(value: number, out: ByteWriter): void {
  if (value >= 0) out.ascii(value.toString(16));
  else toHex64(BigInt(value), out);
}

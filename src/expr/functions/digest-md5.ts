/**
 * MD5 (RFC 1321) over a range of bytes, written as 32 hexadecimal digits.
 *
 * Our own, because keys and documents are short: one block takes a third of the time of a hash object of node:crypto.
 */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { encodeHex } from './text-encode.js';

const K = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 4294967296) | 0);

export class Md5 {
  readonly #words = new Int32Array(16);
  readonly #tail = new Uint8Array(128);
  readonly #digest = new Uint8Array(16);
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  appendHex(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
    this.#a = 0x67452301;
    this.#b = 0xefcdab89 | 0;
    this.#c = 0x98badcfe | 0;
    this.#d = 0x10325476;
    let at = start;
    for (; end - at >= 64; at += 64) this.#block(bytes, at);
    const tail = this.#tail;
    const rest = end - at;
    for (let i = 0; i < rest; i++) tail[i] = bytes[at + i]!;
    tail[rest] = 0x80;
    const size = rest < 56 ? 64 : 128;
    tail.fill(0, rest + 1, size);
    const bits = (end - start) * 8;
    for (let i = 0; i < 4; i++) {
      tail[size - 8 + i] = (bits % 4294967296) >>> (8 * i);
      tail[size - 4 + i] = Math.floor(bits / 4294967296) >>> (8 * i);
    }
    this.#block(tail, 0);
    if (size === 128) this.#block(tail, 64);
    const digest = this.#digest;
    for (let i = 0; i < 4; i++) {
      digest[i] = this.#a >>> (8 * i);
      digest[4 + i] = this.#b >>> (8 * i);
      digest[8 + i] = this.#c >>> (8 * i);
      digest[12 + i] = this.#d >>> (8 * i);
    }
    encodeHex(digest, 0, 16, out);
  }

  #block(bytes: Uint8Array, at: number): void {
    const x = this.#words;
    for (let i = 0, p = at; i < 16; i++, p += 4)
      x[i] = bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    let d = this.#d;
    // Four steps a turn, so that the variables change places by name and not by assignment.
    for (let i = 0; i < 16; i += 4) {
      a = rotate((a + (d ^ (b & (c ^ d))) + x[i]! + K[i]!) | 0, 7, b);
      d = rotate((d + (c ^ (a & (b ^ c))) + x[i + 1]! + K[i + 1]!) | 0, 12, a);
      c = rotate((c + (b ^ (d & (a ^ b))) + x[i + 2]! + K[i + 2]!) | 0, 17, d);
      b = rotate((b + (a ^ (c & (d ^ a))) + x[i + 3]! + K[i + 3]!) | 0, 22, c);
    }
    for (let i = 16, g = 1; i < 32; i += 4, g += 20) {
      a = rotate((a + (c ^ (d & (b ^ c))) + x[g & 15]! + K[i]!) | 0, 5, b);
      d = rotate((d + (b ^ (c & (a ^ b))) + x[(g + 5) & 15]! + K[i + 1]!) | 0, 9, a);
      c = rotate((c + (a ^ (b & (d ^ a))) + x[(g + 10) & 15]! + K[i + 2]!) | 0, 14, d);
      b = rotate((b + (d ^ (a & (c ^ d))) + x[(g + 15) & 15]! + K[i + 3]!) | 0, 20, c);
    }
    for (let i = 32, g = 5; i < 48; i += 4, g += 12) {
      a = rotate((a + (b ^ c ^ d) + x[g & 15]! + K[i]!) | 0, 4, b);
      d = rotate((d + (a ^ b ^ c) + x[(g + 3) & 15]! + K[i + 1]!) | 0, 11, a);
      c = rotate((c + (d ^ a ^ b) + x[(g + 6) & 15]! + K[i + 2]!) | 0, 16, d);
      b = rotate((b + (c ^ d ^ a) + x[(g + 9) & 15]! + K[i + 3]!) | 0, 23, c);
    }
    for (let i = 48, g = 0; i < 64; i += 4, g += 28) {
      a = rotate((a + (c ^ (b | ~d)) + x[g & 15]! + K[i]!) | 0, 6, b);
      d = rotate((d + (b ^ (a | ~c)) + x[(g + 7) & 15]! + K[i + 1]!) | 0, 10, a);
      c = rotate((c + (a ^ (d | ~b)) + x[(g + 14) & 15]! + K[i + 2]!) | 0, 15, d);
      b = rotate((b + (d ^ (c | ~a)) + x[(g + 21) & 15]! + K[i + 3]!) | 0, 21, c);
    }
    this.#a = (this.#a + a) | 0;
    this.#b = (this.#b + b) | 0;
    this.#c = (this.#c + c) | 0;
    this.#d = (this.#d + d) | 0;
  }
}

function rotate(value: number, by: number, add: number): number {
  return (((value << by) | (value >>> (32 - by))) + add) | 0;
}

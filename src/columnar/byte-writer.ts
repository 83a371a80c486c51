import { copyBytes } from './copy-bytes.js';

/**
 * A growing byte buffer that text, JSON and protocol encoders append to.
 *
 * `bytes` and `length` are public for hot loops: call `reserve(n)` once, then store into `bytes` at `length` directly.
 * `reserve` may replace `bytes`; never hold on to it across a call.
 */
export class ByteWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity = 4096) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `extra` more bytes. */
  reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Appends `source[start, end)`. */
  copy(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    copyBytes(source, start, end, this.bytes, this.length);
    this.length += end - start;
  }

  ascii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.length + i] = text.charCodeAt(i);
    this.length += text.length;
  }

  utf8(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  /** A safe integer in decimal digits. */
  integer(value: number): void {
    this.reserve(20);
    const target = this.bytes;
    let rest = value;
    if (rest < 0) {
      target[this.length++] = 45;
      rest = -rest;
    }
    let digits = 1;
    for (let bound = 10; rest >= bound; bound *= 10) digits++;
    let at = this.length + digits;
    this.length = at;
    while (rest > 0x7fffffff) {
      const next = Math.floor(rest / 10);
      target[--at] = 48 + (rest - next * 10);
      rest = next;
    }
    let small = rest | 0;
    do {
      const next = (small / 10) | 0;
      target[--at] = 48 + (small - next * 10);
      small = next;
    } while (small !== 0);
  }

  /** The written bytes, a view that the next write may overwrite. */
  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }
}

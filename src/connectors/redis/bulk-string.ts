/**
 * Bulk strings whose length is known only after their bytes are written: `$` digits CRLF body CRLF.
 *
 * The digits are reserved for a length as long as the last one had; a body whose length has more or fewer digits is
 * moved by the difference. Values of a column mostly agree, so a move is rare. (Redis refuses leading zeros.)
 */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { copyBytes } from '../../columnar/copy-bytes.js';

/** Redis' own limit of one string, `proto-max-bulk-len`. */
export const MAX_BULK_BYTES = 512 * 1024 * 1024;

/** Leaves room for the header; returns where the body begins. */
export function openBulk(out: ByteWriter, digits: number): number {
  out.reserve(digits + 3);
  return (out.length += digits + 3);
}

/** Writes header and end of the body that began at `body`; returns the digits that its length has. */
export function closeBulk(out: ByteWriter, body: number, reserved: number): number {
  const size = out.length - body;
  out.reserve(16);
  const bytes = out.bytes;
  let digits = 1;
  for (let bound = 10; size >= bound; bound *= 10) digits++;
  let start = body;
  if (digits !== reserved) {
    start += digits - reserved;
    bytes.copyWithin(start, body, out.length);
    out.length += digits - reserved;
  }
  bytes[start - 1] = 10;
  bytes[start - 2] = 13;
  let at = start - 2;
  let rest = size;
  do {
    const next = (rest / 10) | 0;
    bytes[--at] = 48 + (rest - next * 10);
    rest = next;
  } while (rest !== 0);
  bytes[at - 1] = 36;
  bytes[out.length++] = 13;
  bytes[out.length++] = 10;
  return digits;
}

/** A constant piece of protocol. */
export function appendConstant(out: ByteWriter, constant: Uint8Array): void {
  appendBytes(out, constant, 0, constant.length);
}

/** `command('SET', 3)` → `*3\r\n$3\r\nSET\r\n`: the head of a command of so many words, itself included. */
export function commandHead(name: string, words: number): string {
  return `*${words}\r\n${bulk(name)}`;
}

/** A constant word. */
export function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** Appends `source[start, end)`. */
export function appendBytes(out: ByteWriter, source: Uint8Array, start: number, end: number): void {
  const at = out.length;
  out.reserve(end - start);
  out.length = at + (end - start);
  copyBytes(source, start, end, out.bytes, at);
}

/** Appends once more what stands in `out.bytes[start, end)`. */
export function appendCopy(out: ByteWriter, start: number, end: number): void {
  out.reserve(end - start);
  out.bytes.copyWithin(out.length, start, end);
  out.length += end - start;
}

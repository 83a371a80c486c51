/**
 * Unpacks LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), the way in which other Arrow writers
 * compress buffers.
 *
 *     magic | flags, sizes, header check | block … | 0 | content check
 *     block: bytes (u32; highest bit: stored as it is) | data | check
 *
 * Checksums are skipped: whoever wrote them told nobody whether to trust the file. Nothing is read or written outside of
 * what is there, whatever the data say.
 */
import { ArrowError } from './arrow-error.js';

const MAGIC = 0x184d2204;
const STORED = 0x80000000;
const LEAST_MATCH = 4;
/** Of a length in a token: more follows. */
const LONG = 15;

/** @throws ArrowError where it is no frame, or does not unpack to exactly `size` bytes */
export function unpackLz4Frame(frame: Buffer, size: number): Buffer {
  // A byte of input makes at most 255 of output: no small file asks for much memory.
  if (size > 255 * frame.length) throw damaged();
  const output = Buffer.allocUnsafeSlow(size);
  try {
    const written = unpackBlocks(frame, output);
    if (written !== size) throw damaged();
  } catch (error) {
    throw error instanceof RangeError ? damaged() : error;
  }
  return output;
}

function unpackBlocks(frame: Buffer, output: Buffer): number {
  if (frame.readUInt32LE(0) !== MAGIC) throw damaged();
  const flags = frame[4];
  if (flags >> 6 !== 1) throw new ArrowError('it is compressed with a version of LZ4 that etl cannot read');
  const hasBlockCheck = (flags & 0x10) !== 0;
  const hasSize = (flags & 0x08) !== 0;
  if ((flags & 0x01) !== 0) throw new ArrowError('it is compressed with an LZ4 dictionary, which etl cannot read');
  let at = 4 + 2 + (hasSize ? 8 : 0) + 1;
  let to = 0;
  for (;;) {
    const word = frame.readUInt32LE(at);
    at += 4;
    if (word === 0) return to;
    const isStored = word >= STORED;
    const bytes = isStored ? word - STORED : word;
    if (at + bytes > frame.length) throw damaged();
    if (isStored) {
      if (to + bytes > output.length) throw damaged();
      frame.copy(output, to, at, at + bytes);
      to += bytes;
    } else to = unpackBlock(frame, at, at + bytes, output, to);
    at += bytes + (hasBlockCheck ? 4 : 0);
  }
}

/** Sequences of literals and matches; a match may reach into earlier blocks. Returns where the output ends. */
function unpackBlock(input: Uint8Array, start: number, end: number, output: Uint8Array, begin: number): number {
  let at = start;
  let to = begin;
  while (at < end) {
    const token = input[at++];
    let literals = token >> 4;
    if (literals === LONG) {
      let more;
      do {
        if (at >= end) throw damaged();
        more = input[at++];
        literals += more;
      } while (more === 255);
    }
    if (at + literals > end || to + literals > output.length) throw damaged();
    if (literals > 32) output.set(input.subarray(at, at + literals), to);
    else for (let i = 0; i < literals; i++) output[to + i] = input[at + i];
    at += literals;
    to += literals;
    // The last sequence has no match.
    if (at === end) return to;
    if (at + 2 > end) throw damaged();
    const distance = input[at] | (input[at + 1] << 8);
    at += 2;
    let length = (token & LONG) + LEAST_MATCH;
    if (length === LONG + LEAST_MATCH) {
      let more;
      do {
        if (at >= end) throw damaged();
        more = input[at++];
        length += more;
      } while (more === 255);
    }
    if (distance === 0 || distance > to || to + length > output.length) throw damaged();
    if (distance >= length && length > 32) output.copyWithin(to, to - distance, to - distance + length);
    else for (let i = 0; i < length; i++) output[to + i] = output[to - distance + i];
    to += length;
  }
  return to;
}

function damaged(): ArrowError {
  return new ArrowError('its compressed data is damaged');
}

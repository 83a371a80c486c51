/**
 * Packs bytes as an LZ4 frame (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), as Arrow's readers want them: independent
 * blocks of 4 MiB at the most, no checksums of content; and its blocks (lz4_Block_format.md), greedily: the first match that is found is
 * taken, and where none is found for long, ever more bytes are skipped.
 */
/** Magic, version 1 with independent blocks, 4 MiB blocks, and the check of these two bytes. */
const HEADER = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
const BLOCK_BYTES = 4 << 20;
const STORED = 0x80000000;
const LEAST_MATCH = 4;
/** A match does not begin in a block's last 12 bytes, and its last 5 are literals. */
const LAST_START = 12;
const LAST_LITERALS = 5;
const MOST_DISTANCE = 65535;
const HASH_BITS = 13;
/** After so many bytes without a match the steps grow, by one each time. */
const SKIP_BITS = 6;

/** Positions + 1 by hash, of the block at hand. */
const heads = new Int32Array(1 << HASH_BITS);

/** Null where it would not be shorter than the bytes themselves. */
export function packLz4Frame(bytes: Uint8Array): Buffer | null {
  const frame = Buffer.allocUnsafe(bytes.length);
  if (bytes.length < HEADER.length + 16) return null;
  HEADER.copy(frame);
  let to = HEADER.length;
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES) {
    const end = Math.min(bytes.length, from + BLOCK_BYTES);
    if (to + 8 >= frame.length) return null;
    const packed = packBlock(bytes, from, end, frame, to + 4, Math.min(frame.length - 4, to + 4 + end - from));
    if (packed < 0) {
      if (to + 4 + (end - from) + 4 > frame.length) return null;
      frame.writeUInt32LE((STORED | (end - from)) >>> 0, to);
      frame.set(bytes.subarray(from, end), to + 4);
      to += 4 + end - from;
    } else {
      frame.writeUInt32LE(packed - to - 4, to);
      to = packed;
    }
  }
  frame.writeUInt32LE(0, to);
  return frame.subarray(0, to + 4);
}

/** Returns where the output ends; -1 where it does not fit before `limit`. */
function packBlock(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  begin: number,
  limit: number,
): number {
  heads.fill(0);
  const lastStart = end - LAST_START;
  const lastEnd = end - LAST_LITERALS;
  let to = begin;
  let literals = start;
  let tries = 1 << SKIP_BITS;
  for (let at = start; at < lastStart;) {
    const word = wordAt(input, at);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const match = heads[slot] - 1;
    heads[slot] = at + 1;
    if (match < start || at - match > MOST_DISTANCE || wordAt(input, match) !== word) {
      at += tries++ >> SKIP_BITS;
      continue;
    }
    tries = 1 << SKIP_BITS;
    let length = LEAST_MATCH;
    while (at + length < lastEnd && input[match + length] === input[at + length]) length++;
    const room = to + 1 + (at - literals) + ((at - literals) >> 7) + 2 + (length >> 7) + 2;
    if (room > limit) return -1;
    to = putSequence(input, literals, at, output, to, length - LEAST_MATCH);
    output[to++] = (at - match) & 0xff;
    output[to++] = (at - match) >> 8;
    to = putRest(output, to, length - LEAST_MATCH);
    at += length;
    literals = at;
  }
  if (to + 2 + (end - literals) + ((end - literals) >> 7) > limit) return -1;
  return putSequence(input, literals, end, output, to, 0);
}

/** The token, and the literals `[from, end)`. */
function putSequence(
  input: Uint8Array,
  from: number,
  end: number,
  output: Uint8Array,
  begin: number,
  match: number,
): number {
  const count = end - from;
  output[begin] = (Math.min(count, 15) << 4) | Math.min(match, 15);
  let to = putRest(output, begin + 1, count);
  if (count > 48) output.set(input.subarray(from, end), to);
  else for (let i = 0; i < count; i++) output[to + i] = input[from + i];
  to += count;
  return to;
}

/** What of a length did not fit into its half of the token. */
function putRest(output: Uint8Array, begin: number, length: number): number {
  let to = begin;
  if (length < 15) return to;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) output[to++] = 255;
  output[to++] = rest;
  return to;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

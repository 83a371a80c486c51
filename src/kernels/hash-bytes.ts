/** Hashes of cells that are bytes. `numeric` and `jsonb` are text whose equality is not that of their bytes. */
import type { BytesColumn } from '../columnar/column.js';
import { fractionEnd, numericEnd, trimmedFraction } from '../columnar/numeric-scale.js';
import { mixWord } from './murmur.js';

export function mixBytesColumn(
  column: BytesColumn,
  nullWord: number,
  selection: Int32Array | null,
  length: number,
  out: Int32Array,
): void {
  const { offsets, data, validity } = column;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const { kind } = column.type;
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    if (validity !== null && ((validity[row >> 3] >> (row & 7)) & 1) === 0) {
      out[i] = mixWord(out[i], nullWord);
      continue;
    }
    const start = offsets[row];
    const end = offsets[row + 1];
    if (kind === 'jsonb') out[i] = mixWord(out[i], hashJsonb(data, start, end));
    else out[i] = mixBytes(out[i], view, data, start, kind === 'numeric' ? numericEnd(data, start, end) : end);
  }
}

/** Four bytes at a time; the length goes in too, so that ('ab', 'c') is not ('a', 'bc'). `view` shows `data`. */
function mixBytes(seed: number, view: DataView, data: Uint8Array, start: number, end: number): number {
  let hash = seed;
  let at = start;
  for (const last = end - 3; at < last; at += 4) hash = mixWord(hash, view.getInt32(at, true));
  let tail = 0;
  while (at < end) tail = (tail << 8) | data[at++];
  return mixWord(mixWord(hash, tail), end - start);
}

/** FNV-1a over the text without the zeros that end a number's fraction. */
function hashJsonb(data: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = data[at];
    if (byte === 46 && !inString) {
      const behind = fractionEnd(data, at, end);
      const kept = trimmedFraction(data, at, behind);
      for (; at < kept; at++) hash = Math.imul(hash ^ data[at], 0x01000193);
      at = behind - 1;
      continue;
    }
    hash = Math.imul(hash ^ byte, 0x01000193);
    if (byte === 34) inString = !inString;
    else if (byte === 92) hash = Math.imul(hash ^ data[++at], 0x01000193);
  }
  return hash;
}

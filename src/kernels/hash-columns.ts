/**
 * A 32-bit hash per row over the key columns, column after column: the batch's loop is chosen once per layout.
 *
 * Rows that are equal as PostgreSQL's `GROUP BY` sees them have one hash: NULL is a word of its own, every NaN is one, -0 is 0,
 * `1.0` is `1.00` (numeric, and numbers inside jsonb), an interval counts by its length. Both sides of a join must have columns
 * of the same types (decimals: of one scale). The hash is not part of any file format and may change between versions.
 */
import { spanDays, spanMicros } from '../columnar/interval-span.js';
import type { BitsColumn, Column, Float64Column, IntervalColumn, ListColumn } from '../columnar/column.js';
import { leafColumn, leafOffset } from '../columnar/list-leaves.js';
import { mixBytesColumn } from './hash-bytes.js';
import { finishHash, mixWord } from './murmur.js';

/** What a NULL mixes in. */
const NULL_WORD = 0x5bd1e995;

/**
 * Stores the hashes of `length` rows: of the rows `selection[0 .. length)` at `out[0 .. length)`, or of the first `length`.
 * Another `seed` gives an independent hash, which is what a recursive partitioning needs per level.
 */
export function hashColumns(
  columns: readonly Column[],
  selection: Int32Array | null,
  length: number,
  out: Int32Array,
  seed = 0,
): void {
  out.fill(seed, 0, length);
  for (const column of columns) mixColumn(column, selection, length, out);
  for (let i = 0; i < length; i++) out[i] = finishHash(out[i]);
}

function mixColumn(column: Column, selection: Int32Array | null, length: number, out: Int32Array): void {
  switch (column.layout) {
    case 'bits':
      return mixBits(column, selection, length, out);
    case 'int32':
      return mixWords(column.values, 1, column.validity, selection, length, out);
    case 'int64':
      return mixWords(column.words, 2, column.validity, selection, length, out);
    case 'decimal128':
      return mixWords(column.words, 4, column.validity, selection, length, out);
    case 'float64':
      return mixFloats(column, selection, length, out);
    case 'bytes':
      return mixBytesColumn(column, NULL_WORD, selection, length, out);
    case 'interval':
      return mixIntervals(column, selection, length, out);
    case 'list':
      return mixLists(column, selection, length, out);
    default:
      return column satisfies never;
  }
}

function isNull(validity: Uint8Array, row: number): boolean {
  return ((validity[row >> 3] >> (row & 7)) & 1) === 0;
}

function mixBits(
  { values, validity }: BitsColumn,
  selection: Int32Array | null,
  length: number,
  out: Int32Array,
): void {
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    const absent = validity !== null && isNull(validity, row);
    out[i] = mixWord(out[i], absent ? NULL_WORD : (values[row >> 3] >> (row & 7)) & 1);
  }
}

function mixWords(
  words: Int32Array,
  perRow: 1 | 2 | 4,
  validity: Uint8Array | null,
  selection: Int32Array | null,
  length: number,
  out: Int32Array,
): void {
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    if (validity !== null && isNull(validity, row)) {
      out[i] = mixWord(out[i], NULL_WORD);
      continue;
    }
    const at = perRow * row;
    let hash = mixWord(out[i], words[at]);
    if (perRow > 1) hash = mixWord(hash, words[at + 1]);
    if (perRow > 2) hash = mixWord(mixWord(hash, words[at + 2]), words[at + 3]);
    out[i] = hash;
  }
}

function mixFloats(
  { values, validity }: Float64Column,
  selection: Int32Array | null,
  length: number,
  out: Int32Array,
): void {
  const float = new Float64Array(1);
  const words = new Int32Array(float.buffer);
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    if (validity !== null && isNull(validity, row)) {
      out[i] = mixWord(out[i], NULL_WORD);
      continue;
    }
    const value = values[row];
    // NaNs have many bit patterns; adding 0 turns -0 into 0.
    float[0] = value !== value ? NaN : value + 0;
    out[i] = mixWord(mixWord(out[i], words[0]), words[1]);
  }
}

function mixIntervals(
  { words, validity }: IntervalColumn,
  selection: Int32Array | null,
  length: number,
  out: Int32Array,
): void {
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    if (validity !== null && isNull(validity, row)) out[i] = mixWord(out[i], NULL_WORD);
    else out[i] = mixSafeInteger(mixSafeInteger(out[i], spanDays(words, row)), spanMicros(words, row));
  }
}

function mixSafeInteger(hash: number, value: number): number {
  const high = Math.floor(value / 4294967296);
  return mixWord(mixWord(hash, value - high * 4294967296), high);
}

function mixLists(column: ListColumn, selection: Int32Array | null, length: number, out: Int32Array): void {
  const { validity } = column;
  const leaves = leafColumn(column);
  const hashes = new Int32Array(leaves.length);
  hashColumns([leaves], null, leaves.length, hashes);
  for (let i = 0; i < length; i++) {
    const row = selection === null ? i : selection[i];
    if (validity !== null && isNull(validity, row)) {
      out[i] = mixWord(out[i], NULL_WORD);
      continue;
    }
    const from = leafOffset(column, row);
    const to = leafOffset(column, row + 1);
    // Arrays without elements are equal whatever their dimensions.
    let hash = mixWord(out[i], to === from ? 0 : column.offsets[row + 1] - column.offsets[row]);
    for (let at = from; at < to; at++) hash = mixWord(hash, hashes[at]);
    out[i] = hash;
  }
}

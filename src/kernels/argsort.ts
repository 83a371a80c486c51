/**
 * The order of rows by their normalised keys (normalize-keys.ts), and by a tie breaker where the keys are equal. Stable.
 *
 * A radix sort by the high words; where several rows have one high word, by their low words; where those are equal too, by more
 * of the key in the same way, or by comparing. Words that do not vary cost one look. Rows are carried as they are: row
 * numbers of a batch, or addresses of rows in many (row-address.ts).
 */
import { bitmapBytes, getBit, setBit } from '../columnar/bitmap.js';
import { mergeSort } from './merge-sort.js';
import { sortWords, varyingBits, type WordSort } from './radix-sort.js';
import type { TieBreaker } from './tie-breaker.js';

/** Ties of fewer rows are sorted by comparing. */
const REFINE_FROM = 64;

/**
 * The most that `argsort` allocates for `count` rows, its result (four bytes a row) included; without ties to refine it is 17
 * bytes a row.
 */
export function argsortBytes(count: number): number {
  return 48 * count;
}

/**
 * `rows` in order; `high[i]` and `low[i]` are the key of `rows[i]`. `ties` is asked about rows whose keys are equal; null when
 * equal keys are equal rows.
 */
export function argsort(high: Uint32Array, low: Uint32Array, rows: Int32Array, ties: TieBreaker | null): Int32Array {
  const count = rows.length;
  const sort: WordSort = {
    keys: new Uint32Array(count),
    rows: new Int32Array(count),
    spareKeys: new Uint32Array(count),
    spareRows: new Int32Array(count),
  };
  // Bit i: the key at i is that at i - 1.
  const tied = ties === null ? null : new Uint8Array(bitmapBytes(count + 1));
  const isNarrow = varyingBits(high, 0, count) === 0;
  const [sorted, spare] = isNarrow ? sortByLow(sort, low, rows, tied) : sortByBoth(sort, high, low, rows, tied);
  if (ties !== null && tied !== null) breakTies(sorted, spare, tied, ties);
  return sorted;
}

/** Sorted rows, and room for as many. */
type Sorted = readonly [sorted: Int32Array, spare: Int32Array];

/** Where the high words are all the same. */
function sortByLow(sort: WordSort, low: Uint32Array, rows: Int32Array, tied: Uint8Array | null): Sorted {
  sort.keys.set(low.subarray(0, rows.length));
  sort.rows.set(rows);
  sortWords(sort, 0, rows.length);
  if (tied !== null) markTies(tied, sort.keys, 0, rows.length);
  return [sort.rows, sort.spareRows];
}

function sortByBoth(
  sort: WordSort,
  high: Uint32Array,
  low: Uint32Array,
  rows: Int32Array,
  tied: Uint8Array | null,
): Sorted {
  const { keys, rows: order, spareRows: sorted } = sort;
  const count = rows.length;
  keys.set(high.subarray(0, count));
  for (let i = 0; i < count; i++) order[i] = i;
  sortWords(sort, 0, count);
  for (let start = 0; start < count;) {
    const key = keys[start];
    let end = start + 1;
    while (end < count && keys[end] === key) end++;
    if (end - start > 1) {
      for (let at = start; at < end; at++) keys[at] = low[order[at]];
      sortWords(sort, start, end);
      if (tied !== null) markTies(tied, keys, start, end);
    }
    start = end;
  }
  for (let i = 0; i < count; i++) sorted[i] = rows[order[i]];
  return [sorted, order];
}

function markTies(tied: Uint8Array, keys: Uint32Array, from: number, to: number): void {
  for (let at = from + 1; at < to; at++) if (keys[at] === keys[at - 1]) setBit(tied, at);
}

/** `spare` is room for as many rows. */
function breakTies(sorted: Int32Array, spare: Int32Array, tied: Uint8Array, ties: TieBreaker): void {
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (getBit(tied, end)) end++;
    if (end - start >= REFINE_FROM) sortTie(sorted, spare, start, end, ties);
    else if (end - start > 1) mergeSort(sorted, spare, start, end, ties.compare);
    start = end;
  }
}

function sortTie(sorted: Int32Array, spare: Int32Array, start: number, end: number, ties: TieBreaker): void {
  const rows = sorted.subarray(start, end);
  const refined = ties.refine(rows);
  if (refined === null) mergeSort(sorted, spare, start, end, ties.compare);
  else sorted.set(argsort(refined.high, refined.low, rows, refined.ties), start);
}

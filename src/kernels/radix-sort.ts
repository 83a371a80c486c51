/**
 * Stable radix sort of 32-bit unsigned words with a row number each, least significant digit first.
 *
 * Only the bits that vary are sorted by: the window between the lowest and the highest of them is cut into equal digits of at
 * most 11 bits. Few words are sorted by insertion.
 */

export interface WordSort {
  /** Sorted in place. */
  readonly keys: Uint32Array;
  /** Moved along with the keys. */
  readonly rows: Int32Array;
  /** Room for as many. */
  readonly spareKeys: Uint32Array;
  readonly spareRows: Int32Array;
}

const WIDE_DIGIT_BITS = 11;
const DIGIT_BITS = 8;
/** From how many words on a table of 2,048 counts pays. */
const WIDE_FROM = 4096;
const INSERTION_UP_TO = 40;

/** Sorts the words `[from, to)`. */
export function sortWords(sort: WordSort, from: number, to: number): void {
  const { keys, rows, spareKeys, spareRows } = sort;
  if (to - from <= INSERTION_UP_TO) return insertWords(keys, rows, from, to);
  const varying = varyingBits(keys, from, to);
  if (varying === 0) return;
  const bottom = 31 - Math.clz32(varying & -varying);
  const window = 32 - Math.clz32(varying) - bottom;
  const passes = Math.ceil(window / (to - from < WIDE_FROM ? DIGIT_BITS : WIDE_DIGIT_BITS));
  const bits = Math.ceil(window / passes);
  const ends = new Int32Array(1 << bits);
  for (let pass = 0; pass < passes; pass++) {
    const shift = bottom + pass * bits;
    if (pass % 2 === 0) sortByDigit(keys, rows, spareKeys, spareRows, from, to, shift, ends);
    else sortByDigit(spareKeys, spareRows, keys, rows, from, to, shift, ends);
  }
  if (passes % 2 === 0) return;
  keys.set(spareKeys.subarray(from, to), from);
  rows.set(spareRows.subarray(from, to), from);
}

function sortByDigit(
  keys: Uint32Array,
  rows: Int32Array,
  toKeys: Uint32Array,
  toRows: Int32Array,
  from: number,
  to: number,
  shift: number,
  next: Int32Array,
): void {
  const mask = next.length - 1;
  next.fill(0);
  for (let i = from; i < to; i++) next[(keys[i] >>> shift) & mask]++;
  let start = from;
  for (let digit = 0; digit <= mask; digit++) {
    const count = next[digit];
    next[digit] = start;
    start += count;
  }
  for (let i = from; i < to; i++) {
    const key = keys[i];
    const at = next[(key >>> shift) & mask]++;
    toKeys[at] = key;
    toRows[at] = rows[i];
  }
}

/** The bits in which words `[from, to)` are not all the same. */
export function varyingBits(keys: Uint32Array, from: number, to: number): number {
  const first = keys[from];
  let varying = 0;
  for (let i = from + 1; i < to; i++) varying |= keys[i] ^ first;
  return varying;
}

function insertWords(keys: Uint32Array, rows: Int32Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const key = keys[i];
    const row = rows[i];
    let at = i;
    for (; at > from && keys[at - 1] > key; at--) {
      keys[at] = keys[at - 1];
      rows[at] = rows[at - 1];
    }
    keys[at] = key;
    rows[at] = row;
  }
}

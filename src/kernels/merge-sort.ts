/** Stable sort of row numbers by a comparator: insertion in short stretches, then merges. For what integers cannot decide. */
import type { RowComparator } from './compare-rows.js';

const STRETCH = 8;

/** Sorts `rows[from, to)` in place; `spare` has room at the same places. */
export function mergeSort(rows: Int32Array, spare: Int32Array, from: number, to: number, compare: RowComparator): void {
  for (let start = from; start < to; start += STRETCH) {
    insertRows(rows, start, Math.min(start + STRETCH, to), compare);
  }
  let source = rows;
  let target = spare;
  for (let width = STRETCH; width < to - from; width *= 2) {
    for (let start = from; start < to; start += 2 * width) {
      mergeRows(source, target, start, Math.min(start + width, to), Math.min(start + 2 * width, to), compare);
    }
    [source, target] = [target, source];
  }
  if (source !== rows) rows.set(source.subarray(from, to), from);
}

function insertRows(rows: Int32Array, from: number, to: number, compare: RowComparator): void {
  for (let i = from + 1; i < to; i++) {
    const row = rows[i];
    let at = i;
    for (; at > from && compare(rows[at - 1], row) > 0; at--) rows[at] = rows[at - 1];
    rows[at] = row;
  }
}

function mergeRows(
  source: Int32Array,
  target: Int32Array,
  from: number,
  middle: number,
  to: number,
  compare: RowComparator,
): void {
  let left = from;
  let right = middle;
  // What is in order already is moved as it is.
  if (middle === to || compare(source[middle - 1], source[middle]) <= 0) {
    target.set(source.subarray(from, to), from);
    return;
  }
  for (let at = from; at < to; at++) {
    if (right === to || (left < middle && compare(source[left], source[right]) <= 0)) target[at] = source[left++];
    else target[at] = source[right++];
  }
}

/**
 * Which rows of a sorted run belong to one of several ranges that all readers cut alike.
 *
 *     samples of all runs, sorted  ─▶  boundaries b1 ≤ b2 ≤ …      range i: b(i) ≤ row < b(i+1), the ends open
 *
 * Rows that are equal in the keys are never parted.
 */
import { MAX_BATCH_ROWS, type Batch } from '../columnar/batch.js';
import type { Column } from '../columnar/column.js';
import { cutCopies } from '../columnar/cut-copies.js';
import { addressRows, batchOf, rowOf } from '../columnar/row-address.js';
import type { SortKey } from '../columnar/sort-key.js';
import { sliceBatch, compactBatch } from '../columnar/take.js';
import { rowComparator } from '../kernels/compare-rows.js';
import { argsort } from '../kernels/argsort.js';
import { normalizeKeys, planKeys } from '../kernels/normalize-keys.js';
import { tieBreaker } from '../kernels/tie-breaker.js';
import { sampleKeys } from './key-sample.js';

/** A row of a sample: where a range begins. */
export interface Boundary {
  readonly columns: readonly Column[];
  readonly row: number;
}

/** Null: open. */
export interface Range {
  readonly from: Boundary | null;
  readonly to: Boundary | null;
}

/** Range `index` of `count`, each with about as many rows of the samples, which may have any number of rows. */
export function rangeOf(sampled: readonly Batch[], keys: readonly SortKey[], index: number, count: number): Range {
  const samples = sampled.flatMap((sample) => [...cutCopies(sample, MAX_BATCH_ROWS)]);
  const order = sortSamples(samples, sampleKeys(keys));
  const boundary = (number: number): Boundary | null => {
    if (number === 0 || number === count || order.length === 0) return null;
    const address = order[Math.floor((number * order.length) / count)];
    return { columns: samples[batchOf(address)].columns, row: rowOf(address) };
  };
  return { from: boundary(index), to: boundary(index + 1) };
}

/** The batches of a run that can hold rows of the range: of the batches `[first, end)` of a part, whose sample says with which rows they begin. */
export function batchesInRange(
  sample: Batch,
  { first, end }: { readonly first: number; readonly end: number },
  keys: readonly SortKey[],
  range: Range,
): { first: number; end: number } {
  const own = sampleKeys(keys);
  const compareTo = (boundary: Boundary): ((batch: number) => number) => {
    const compare = rowComparator(own, sample.columns, boundary.columns);
    return (batch) => compare(batch, boundary.row);
  };
  // Rows equal to the boundary may begin within the batch before the first that starts with one.
  const from =
    range.from === null ? first : Math.max(first, firstWhere(first, end, atLeast(compareTo(range.from))) - 1);
  const to = range.to === null ? end : firstWhere(first, end, atLeast(compareTo(range.to)));
  return { first: from, end: to };
}

/** The rows of a batch that lie in the range. */
export function rowsInRange(batch: Batch, keys: readonly SortKey[], range: Range): Batch {
  const { columns, length } = batch;
  const bound = (boundary: Boundary): number => {
    const keyed = keys.map((key) => columns[key.column]);
    const compare = rowComparator(sampleKeys(keys), keyed, boundary.columns);
    return firstWhere(0, length, (row) => compare(row, boundary.row) >= 0);
  };
  const from = range.from === null ? 0 : bound(range.from);
  const to = range.to === null ? length : bound(range.to);
  return compactBatch(sliceBatch(batch, from, Math.max(from, to)));
}

function atLeast(compare: (batch: number) => number): (batch: number) => boolean {
  return (batch) => compare(batch) >= 0;
}

/** The first of the sorted things `[from, to)` that is so, or `to`. */
function firstWhere(from: number, to: number, isSo: (i: number) => boolean): number {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isSo(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

function sortSamples(samples: readonly Batch[], keys: readonly SortKey[]): Int32Array {
  if (samples.length === 0) return new Int32Array(0);
  const addresses = addressRows(samples);
  const high = new Uint32Array(addresses.length);
  const low = new Uint32Array(addresses.length);
  const [{ columns }] = samples;
  const plan = planKeys(
    keys,
    columns.map((column) => column.type),
    columns.map((_, i) => samples.some((sample) => sample.columns[i].validity !== null)),
  );
  let at = 0;
  for (const sample of samples) {
    normalizeKeys(plan, sample.columns, null, sample.length, high, low, at);
    at += sample.length;
  }
  return argsort(high, low, addresses, tieBreaker(keys, samples, plan));
}

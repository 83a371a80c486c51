/**
 * Rows that are collected, then put in order: the batches stay where they are, only addresses of rows are sorted.
 *
 * What it holds is counted in the caller's reservation: `add` says how much more a batch needs, its share of the sort's own
 * arrays included.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch, type Schema } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import { rowGatherer } from '../../columnar/gather-rows.js';
import type { SortKey } from '../../columnar/sort-key.js';
import { argsortBytes } from '../../kernels/argsort.js';
import { sortAddresses } from '../../kernels/sort-addresses.js';

/** Two words of key and an address. */
const KEY_BYTES = 12;

export class SortBuffer {
  private batches: Batch[] = [];
  rows = 0;
  private bytes = 0;

  constructor(
    private readonly schema: Schema,
    private readonly keys: readonly SortKey[],
  ) {}

  get isEmpty(): boolean {
    return this.rows === 0;
  }

  /** Bytes that it takes to hold the batch and to sort its rows, and to gather one batch of them. */
  static bytesFor(batch: Batch): number {
    return sizeOfBatch(batch) + KEY_BYTES * batch.length + argsortBytes(batch.length);
  }

  /** `batch` has no selection. */
  add(batch: Batch): void {
    this.batches.push(batch);
    this.rows += batch.length;
    this.bytes += sizeOfBatch(batch);
  }

  /** The first `limit` rows in order, or all, in batches of at most `batchRows`. Stable. */
  *sorted(batchRows: number, limit: number | null = null): Generator<Batch> {
    const { schema, batches } = this;
    if (batches.length === 0) return;
    const addresses = sortAddresses(schema, this.keys, batches);
    const end = Math.min(addresses.length, limit ?? Infinity);
    const fitting = Math.ceil((this.rows * TARGET_BATCH_BYTES) / Math.max(1, this.bytes));
    const step = Math.max(1, Math.min(MAX_BATCH_ROWS, batchRows, fitting));
    const gather = rowGatherer(schema, batches);
    for (let from = 0; from < end; from += step) yield gather(addresses.subarray(from, Math.min(end, from + step)));
  }

  clear(): void {
    this.batches = [];
    this.rows = this.bytes = 0;
  }
}

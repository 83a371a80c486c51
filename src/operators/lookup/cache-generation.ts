/**
 * Keys and the rows that were found for them; none for some. Rows of a key lie next to each other in one batch.
 *
 * A key that comes again takes the place of the old one, whose rows stay until the whole generation goes.
 */
import type { Batch, Schema } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import { grown } from '../../columnar/base-builder.js';
import { addressOf } from '../../columnar/row-address.js';
import { concatColumns } from '../../columnar/concat-columns.js';
import { createGroupTable } from '../../kernels/create-group-table.js';
import { BYTES_PER_GROUP, MOST_KEY_BYTES, type GroupTable } from '../../kernels/group-table.js';

const LEAST_CAPACITY = 64;
/** Of a key: where its rows begin, how many, and when they were found. */
const BYTES_PER_KEY = BYTES_PER_GROUP + 4 + 4 + 8;
/** Smaller batches are put together: every look into many of them costs. */
const SMALL_BATCH = 1024;

/** Rows of the keys, key after key. */
export interface KeptRows {
  readonly rows: Batch;
  /** Of key `k` those from `offsets[k]` to `offsets[k + 1]`. */
  readonly offsets: Int32Array;
  readonly timeOf: (key: number) => number;
}

export class CacheGeneration {
  batches: Batch[] = [];
  starts = new Int32Array(0);
  counts = new Int32Array(0);
  times = new Float64Array(0);
  private readonly table: GroupTable;
  private batchBytes = 0;
  private capacity = 0;
  private rows = 0;

  constructor(keys: Schema) {
    this.table = createGroupTable(keys);
  }

  /** Rows, and keys without any. */
  get size(): number {
    return Math.max(this.rows, this.table.count);
  }

  get isFull(): boolean {
    return this.table.bytes > MOST_KEY_BYTES;
  }

  get bytes(): number {
    return this.capacity * BYTES_PER_KEY + this.batchBytes + this.table.bytes;
  }

  /** At the most, with these. */
  bytesWith(keys: Batch, { rows }: KeptRows): number {
    const capacity = this.capacityFor(keys.length);
    const old = capacity === this.capacity ? 0 : this.capacity;
    return (
      (capacity + old) * BYTES_PER_KEY +
      this.batchBytes +
      2 * this.table.bytes +
      2 * sizeOfBatch(keys) +
      sizeOfBatch(rows)
    );
  }

  /** Stores where each key stands, or -1. */
  find(keys: Batch, groups: Int32Array): void {
    if (this.table.count === 0) groups.fill(-1);
    else this.table.find(keys, groups);
  }

  add(keys: Batch, { rows, offsets, timeOf }: KeptRows): void {
    this.reserve(keys.length);
    const groups = new Int32Array(keys.length);
    this.table.assign(keys, groups);
    const first = rows.length === 0 ? 0 : this.keep(rows);
    for (let key = 0; key < keys.length; key++) {
      const group = groups[key];
      this.starts[group] = first + offsets[key];
      this.counts[group] = offsets[key + 1] - offsets[key];
      this.times[group] = timeOf(key);
    }
    this.rows += rows.length;
  }

  /** Address of the first. */
  private keep(rows: Batch): number {
    const last = this.batches.at(-1);
    if (last === undefined || last.length + rows.length > SMALL_BATCH) {
      this.batches.push(rows);
      this.batchBytes += sizeOfBatch(rows);
      return addressOf(this.batches.length - 1, 0);
    }
    const columns = rows.columns.map((column, i) => concatColumns([last.columns[i], column]));
    const joined = { ...rows, columns, length: last.length + rows.length };
    this.batches[this.batches.length - 1] = joined;
    this.batchBytes += sizeOfBatch(joined) - sizeOfBatch(last);
    return addressOf(this.batches.length - 1, last.length);
  }

  private reserve(more: number): void {
    const capacity = this.capacityFor(more);
    if (capacity === this.capacity) return;
    this.table.resize(capacity);
    this.starts = grown(this.starts, new Int32Array(capacity));
    this.counts = grown(this.counts, new Int32Array(capacity));
    this.times = grown(this.times, new Float64Array(capacity));
    this.capacity = capacity;
  }

  private capacityFor(more: number): number {
    let capacity = Math.max(LEAST_CAPACITY, this.capacity);
    while (capacity < this.table.count + more) capacity *= 2;
    return capacity;
  }
}

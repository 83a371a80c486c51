/**
 * Rows that are collected, then put in order: the batches stay where they are, only addresses of rows are sorted.
 *
 *     add ─▶ [stretch ─▶ [stretch ─▶ [stretch …     each in order by itself, while the caches hold it
 *             └────────────┴────────────┴─▶ sorted: every stretch is walked from its front
 *
 * Without stretches each row would be fetched from anywhere in memory, a miss for each of its columns: sorting took twice as long.
 *
 * What it holds is counted in the caller's reservation: `bytesFor` says how much more a batch needs, its share of the sort's own
 * arrays included. The copy of a stretch lies where those arrays of the rows before will.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch, type Schema } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import { rowGatherer } from '../../columnar/gather-rows.js';
import type { SortKey } from '../../columnar/sort-key.js';
import { argsortBytes } from '../../kernels/argsort.js';
import { sortAddresses } from '../../kernels/sort-addresses.js';

/** Two words of key and an address. */
const KEY_BYTES = 12;
/** Rows are put in order when so much has come together. */
const STRETCH_BYTES = 256 << 10;
/** Wider rows are hardly fetched faster, and copying them costs more. */
const WIDE_ROW_BYTES = 512;

export class SortBuffer {
  private batches: Batch[] = [];
  rows = 0;
  private bytes = 0;
  /** The stretch that is not in order yet: where in `batches` it begins, and what is in it. */
  private readonly stretch = { from: 0, rows: 0, bytes: 0 };

  constructor(
    private readonly schema: Schema,
    private readonly keys: readonly SortKey[],
  ) {}

  get isEmpty(): boolean {
    return this.rows === 0;
  }

  /** Bytes that it takes to hold the batch and to sort its rows, and to gather one batch of them. */
  static bytesFor(batch: Batch): number {
    return sizeOfBatch(batch) + bytesToSort(batch.length);
  }

  /** `batch` has no selection. */
  add(batch: Batch): void {
    const { stretch } = this;
    const bytes = sizeOfBatch(batch);
    this.batches.push(batch);
    this.rows += batch.length;
    this.bytes += bytes;
    stretch.rows += batch.length;
    stretch.bytes += bytes;
    if (stretch.bytes >= STRETCH_BYTES) this.endStretch();
  }

  /** The first `limit` rows in order, or all, in batches of at most `batchRows`. Stable. */
  *sorted(batchRows: number, limit: number | null = null): Generator<Batch> {
    const { schema, batches } = this;
    if (batches.length === 0) return;
    const addresses = sortAddresses(schema, this.keys, batches);
    const end = Math.min(addresses.length, limit ?? Infinity);
    const fitting = Math.ceil((this.rows * TARGET_BATCH_BYTES) / Math.max(1, this.bytes));
    const step = Math.max(1, Math.min(MAX_BATCH_ROWS, batchRows, fitting));
    yield* gatherInSteps(schema, batches, addresses.subarray(0, end), step);
  }

  clear(): void {
    this.batches = [];
    this.rows = this.bytes = 0;
    this.beginStretch();
  }

  private beginStretch(): void {
    Object.assign(this.stretch, { from: this.batches.length, rows: 0, bytes: 0 });
  }

  /** Puts it in order, unless there is no room for a copy, or nothing to gain. */
  private endStretch(): void {
    const { from, rows, bytes } = this.stretch;
    const fits = bytes <= bytesToSort(this.rows - rows);
    if (fits && bytes < WIDE_ROW_BYTES * rows) {
      const batches = this.batches.slice(from);
      const addresses = sortAddresses(this.schema, this.keys, batches);
      if (!isAscending(addresses)) {
        this.batches.length = from;
        this.batches.push(...gatherInSteps(this.schema, batches, addresses, MAX_BATCH_ROWS));
      }
    }
    this.beginStretch();
  }
}

/** Of the arrays that sorting so many rows takes. */
function bytesToSort(rows: number): number {
  return KEY_BYTES * rows + argsortBytes(rows);
}

function* gatherInSteps(
  schema: Schema,
  batches: readonly Batch[],
  addresses: Int32Array,
  step: number,
): Generator<Batch> {
  const gather = rowGatherer(schema, batches);
  for (let from = 0; from < addresses.length; from += step) yield gather(addresses.subarray(from, from + step));
}

function isAscending(addresses: Int32Array): boolean {
  for (let i = 1; i < addresses.length; i++) if (addresses[i] < addresses[i - 1]) return false;
  return true;
}

/**
 * Rows on their way to their partitions: batches are kept as they came until they are worth writing, then the rows of each
 * partition are gathered from all of them. Rows of a partition keep the order in which they were added.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, rowCount, type Batch, type Schema } from '../columnar/batch.js';
import { gatherRows } from '../columnar/gather-rows.js';
import { addressOf } from '../columnar/row-address.js';
import type { Partitioner } from './partitioner.js';

export class PartitionBuffers {
  private batches: Batch[] = [];
  private bytes = 0;
  private rows = 0;
  private readonly lists: AddressList[];
  private partitionOf = new Int32Array(MAX_BATCH_ROWS);

  constructor(
    private readonly schema: Schema,
    readonly partitions: number,
    private readonly batchBytes = TARGET_BATCH_BYTES,
  ) {
    this.lists = Array.from({ length: partitions }, () => new AddressList());
  }

  /** Adds the counted rows of a batch of about `bytes`, each to the partition that `assign` names. */
  add(batch: Batch, bytes: number, assign: Partitioner): void {
    const { selection } = batch;
    const count = rowCount(batch);
    if (this.partitionOf.length < count) this.partitionOf = new Int32Array(count);
    const { partitionOf, lists } = this;
    assign(batch, partitionOf);
    const first = addressOf(this.batches.length, 0);
    for (let i = 0; i < count; i++) lists[partitionOf[i]].push(first + (selection === null ? i : selection[i]));
    this.batches.push(batch);
    this.bytes += bytes;
    this.rows += count;
  }

  get rowCount(): number {
    return this.rows;
  }

  /** The rows of the partitions `[first, end)`, in batches of a good size. They stay until `clear`. */
  *read(first: number, end = first + 1): Generator<Batch> {
    const addresses = end === first + 1 ? this.lists[first].view() : together(this.lists.slice(first, end));
    const fitting = Math.ceil((this.rows * this.batchBytes) / Math.max(1, this.bytes));
    const step = Math.min(MAX_BATCH_ROWS, Math.max(1, fitting));
    for (let from = 0; from < addresses.length; from += step) {
      yield gatherRows(this.schema, this.batches, addresses.subarray(from, from + step));
    }
  }

  clear(): void {
    this.batches = [];
    this.bytes = this.rows = 0;
    for (const list of this.lists) list.clear();
  }
}

function together(lists: readonly AddressList[]): Int32Array {
  const views = lists.map((list) => list.view());
  const addresses = new Int32Array(views.reduce((sum, view) => sum + view.length, 0));
  let to = 0;
  for (const view of views) {
    addresses.set(view, to);
    to += view.length;
  }
  return addresses;
}

/** Row addresses (columnar/row-address.ts), in a buffer that is used again. */
class AddressList {
  private addresses = new Int32Array(1024);
  private length = 0;

  push(address: number): void {
    if (this.length === this.addresses.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.addresses);
      this.addresses = larger;
    }
    this.addresses[this.length++] = address;
  }

  view(): Int32Array {
    return this.addresses.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }
}

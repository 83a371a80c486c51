/**
 * Rows on their way to their partitions, until they are worth writing: each batch is put in the order of its partitions when it comes,
 * while the caches hold it; what a partition has in all batches is then copied in runs. Rows of a partition keep the order in which
 * they were added.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, rowCount, type Batch, type Schema } from '../columnar/batch.js';
import type { Column } from '../columnar/column.js';
import { concatRanges } from '../columnar/concat-columns.js';
import { compactBatch, takeColumn } from '../columnar/take.js';
import type { Partitioner } from './partitioner.js';

/** `starts[p]`: the first row of partition p; those of the last end with the batch. */
interface SortedBatch {
  readonly columns: readonly Column[];
  readonly starts: Int32Array;
}

interface Range {
  readonly columns: readonly Column[];
  readonly from: number;
  readonly to: number;
}

export class PartitionBuffers {
  private batches: SortedBatch[] = [];
  private bytes = 0;
  private rows = 0;
  private partitionOf = new Int32Array(MAX_BATCH_ROWS);

  constructor(
    private readonly schema: Schema,
    readonly partitions: number,
    private readonly batchBytes = TARGET_BATCH_BYTES,
  ) {}

  /** Adds the counted rows of a batch of about `bytes`, each to the partition that `assign` names. */
  add(batch: Batch, bytes: number, assign: Partitioner): void {
    const count = rowCount(batch);
    if (count === 0) return;
    this.batches.push(this.partitions === 1 ? whole(batch) : this.sorted(batch, count, assign));
    this.bytes += bytes;
    this.rows += count;
  }

  get rowCount(): number {
    return this.rows;
  }

  /** The rows of the partitions `[first, end)`, in batches of a good size. They stay until `clear`. */
  *read(first: number, end = first + 1): Generator<Batch> {
    const fitting = Math.ceil((this.rows * this.batchBytes) / Math.max(1, this.bytes));
    const most = Math.min(MAX_BATCH_ROWS, Math.max(1, fitting));
    let ranges: Range[] = [];
    let length = 0;
    for (const { columns, starts } of this.batches) {
      for (let from = starts[first]; from < starts[end];) {
        const to = Math.min(starts[end], from + most - length);
        ranges.push({ columns, from, to });
        length += to - from;
        from = to;
        if (length < most) continue;
        yield this.joined(ranges, length);
        ranges = [];
        length = 0;
      }
    }
    if (length > 0) yield this.joined(ranges, length);
  }

  clear(): void {
    this.batches = [];
    this.bytes = this.rows = 0;
  }

  private sorted(batch: Batch, count: number, assign: Partitioner): SortedBatch {
    if (this.partitionOf.length < count) this.partitionOf = new Int32Array(count);
    const { partitionOf, partitions } = this;
    const { selection } = batch;
    assign(batch, partitionOf);
    const starts = new Int32Array(partitions + 1);
    for (let i = 0; i < count; i++) starts[partitionOf[i] + 1]++;
    for (let partition = 0; partition < partitions; partition++) starts[partition + 1] += starts[partition];
    const next = starts.slice();
    const order = new Int32Array(count);
    for (let i = 0; i < count; i++) order[next[partitionOf[i]]++] = selection === null ? i : selection[i];
    return { columns: batch.columns.map((column) => takeColumn(column, order)), starts };
  }

  private joined(ranges: readonly Range[], length: number): Batch {
    const columns = this.schema.fields.map((_, index) =>
      concatRanges(ranges.map(({ columns, from, to }) => ({ column: columns[index], from, to }))),
    );
    return { schema: this.schema, columns, length, selection: null };
  }
}

function whole(batch: Batch): SortedBatch {
  const { columns, length } = compactBatch(batch);
  return { columns, starts: Int32Array.of(0, length) };
}

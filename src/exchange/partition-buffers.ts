/**
 * Rows that wait until their partitions are worth writing: batches as they come, with the partition of each row. Then all rows are put
 * in the order of their partitions at once; those of a partition keep the order in which they were added.
 *
 *     batches    0 2 1 │ 2 0 │ 1 0      ─▶  region  0 0 0 │ 1 1 │ 2 2     each partition is a range of its rows
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, rowCount, type Batch, type Schema } from '../columnar/batch.js';
import type { Column } from '../columnar/column.js';
import { concatColumns } from '../columnar/concat-columns.js';
import { scatterColumns, type Placement } from '../columnar/scatter-rows.js';
import { compactBatch } from '../columnar/take.js';
import { viewRows } from '../columnar/view-rows.js';
import type { Partitioner } from './partitioner.js';

/** `starts[p]`: the first row of partition p; those of the last end with the region. */
interface Region {
  readonly columns: readonly Column[];
  readonly starts: Int32Array;
}

export class PartitionBuffers {
  private batches: Batch[] = [];
  /** By batch, of its counted rows. */
  private partitionsOf: Int32Array[] = [];
  private region: Region | null = null;
  private bytes = 0;
  private rows = 0;

  constructor(
    private readonly schema: Schema,
    readonly partitions: number,
    private readonly batchBytes = TARGET_BATCH_BYTES,
  ) {}

  /** Adds the counted rows of a batch of about `bytes`, each to the partition that `assign` names. */
  add(batch: Batch, bytes: number, assign: Partitioner): void {
    const count = rowCount(batch);
    if (count === 0) return;
    if (this.partitions === 1) this.batches.push(compactBatch(batch));
    else {
      const partitionOf = new Int32Array(count);
      assign(batch, partitionOf);
      this.batches.push(batch);
      this.partitionsOf.push(partitionOf);
    }
    this.bytes += bytes;
    this.rows += count;
  }

  get rowCount(): number {
    return this.rows;
  }

  /** The rows of the partitions `[first, end)`, in batches of a good size. They stay until `clear`. */
  *read(first: number, end = first + 1): Generator<Batch> {
    const { schema } = this;
    const fitting = Math.ceil((this.rows * this.batchBytes) / Math.max(1, this.bytes));
    const most = Math.min(MAX_BATCH_ROWS, Math.max(1, fitting));
    if (this.rows === 0) return;
    const { columns, starts } = (this.region ??= this.ordered());
    for (let from = starts[first]; from < starts[end]; from += most) {
      const to = Math.min(starts[end], from + most);
      yield {
        schema,
        columns: columns.map((column) => viewRows(column, from, to)),
        length: to - from,
        selection: null,
      };
    }
  }

  clear(): void {
    this.batches = [];
    this.partitionsOf = [];
    this.region = null;
    this.bytes = this.rows = 0;
  }

  private ordered(): Region {
    const { schema, batches, partitions, rows } = this;
    const columnsOf = (index: number): Column[] => batches.map((batch) => batch.columns[index]);
    if (partitions === 1)
      return {
        columns: schema.fields.map((_, index) => concatColumns(columnsOf(index))),
        starts: Int32Array.of(0, rows),
      };
    const starts = new Int32Array(partitions + 1);
    for (const partitionOf of this.partitionsOf)
      for (let i = 0; i < partitionOf.length; i++) starts[partitionOf[i] + 1]++;
    for (let partition = 0; partition < partitions; partition++) starts[partition + 1] += starts[partition];
    const next = starts.slice();
    const placements = batches.map(({ selection }, index): Placement => {
      const places = this.partitionsOf[index];
      for (let i = 0; i < places.length; i++) places[i] = next[places[i]]++;
      return { selection, places };
    });
    return { columns: schema.fields.map((_, index) => scatterColumns(columnsOf(index), placements, rows)), starts };
  }
}

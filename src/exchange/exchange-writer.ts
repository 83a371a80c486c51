/**
 * Leaves the rows of a task in an exchange: one sealed file a task, its batches marked with their partitions.
 *
 *     write ─▶ [buffers by partition] ─▶ region: p0 p0 p1 p2 … ─▶ next region … ─▶ seal = committable
 *
 * The sort-shuffle layout: when the buffers are full, each partition's rows are written one after another; a consumer finds
 * its batches in the trailer. Where rows keep an order, those of each sorted run are regions of their own. It is written like a
 * sink, so the scheduler treats it as one.
 */
import { rowCount, type Batch } from '../columnar/batch.js';
import type { AttemptId, Committable, JsonObject, SinkWriter } from '../connectors/connector.js';
import { sizeOfBatch } from '../columnar/batch-size.js';
import { copyRows } from '../columnar/cut-copies.js';
import { compactBatch } from '../columnar/take.js';
import type { Reservation } from '../memory/reservation.js';
import type { ExchangeOutput, ExchangePart } from '../protocol/task.js';
import { RunWriter, WRITER_BYTES } from '../spill/run-writer.js';
import type { SlotResources } from '../operators/task-resources.js';
import { KeySample } from './key-sample.js';
import { PartitionBuffers } from './partition-buffers.js';
import { createPartitioner, type CustomPartition, type Partitioner } from './partitioner.js';
import { RunOrder } from './run-order.js';

/** Of the rows of a region, as they came and in their order: at most so much, or this share of what the slot has. */
const REGION_BYTES = 16 << 20;
const REGION_SHARE = 1 / 2;

/** A batch of so many bytes is written by itself where there is only one partition. */
const LEAST_WHOLE_BYTES = 128 << 10;
/** Subpartitions are worth it where they have this share of a batch's rows, on average. */
const SUBPARTITION_SHARE = 64;
/** Of a batch that its readers merge with those of other files: they hold one of each. */
const MERGED_BATCH_BYTES = 256 << 10;

/** The attempt that is being written. */
interface Running {
  readonly id: AttemptId;
  /** Made with its first batch. */
  file: RunWriter | null;
  readonly assign: Partitioner;
  /** Of a RANGE: what its readers cut their ranges by. */
  readonly sample: KeySample | null;
  /** Null: the rows have no order. */
  readonly order: RunOrder | null;
  /** The sorted run that is being written. */
  run: number;
  rows: number;
}

export class ExchangeWriter implements SinkWriter {
  private readonly buffers: PartitionBuffers;
  private readonly memory: Reservation;
  private readonly regionBytes: number;
  private running: Running | null = null;

  constructor(
    private readonly output: ExchangeOutput,
    private readonly resources: SlotResources,
    private readonly custom: CustomPartition | null,
    private readonly onWritten: (rows: number) => void,
  ) {
    this.buffers = new PartitionBuffers(
      output.schema,
      filePartitions(output),
      output.order.length > 0 ? MERGED_BATCH_BYTES : undefined,
    );
    this.memory = resources.network.reserve(`exchange "${output.id}"`);
    this.regionBytes = WRITER_BYTES + Math.min(REGION_BYTES, REGION_SHARE * resources.network.capacityBytes);
  }

  beginSplit(id: AttemptId): Promise<void> {
    const { output, custom } = this;
    const { schema, ship } = output;
    const { partitions } = this.buffers;
    const { subpartitions } = output;
    this.memory.grow(WRITER_BYTES);
    const assign = createPartitioner({
      ship,
      schema,
      partitions: partitions / subpartitions,
      subpartitions,
      subtask: id.split,
      custom,
    });
    const sample = ship.kind === 'RANGE' ? new KeySample(schema, ship.keys) : null;
    const order = output.order.length > 0 ? new RunOrder(output.order) : null;
    this.running = { id, file: null, assign, sample, order, run: 0, rows: 0 };
    return Promise.resolve();
  }

  async write(batch: Batch): Promise<void> {
    const running = this.running!;
    if (running.order?.beginsRun(batch) === true) {
      await this.writeRegion();
      running.run++;
    }
    const bytes = sizeOfBatch(batch);
    if (this.buffers.partitions === 1 && bytes >= LEAST_WHOLE_BYTES) return this.writeWhole(batch);
    const fits = this.memory.bytes + 2 * bytes <= this.regionBytes && this.memory.tryGrow(2 * bytes);
    if (!fits) {
      await this.writeRegion();
      // A batch that does not fit even now is held for this moment only, as it was when it came.
      if (!this.memory.tryGrow(2 * bytes)) {
        this.buffers.add(batch, bytes, running.assign);
        return this.writeRegion();
      }
    }
    this.buffers.add(batch, bytes, running.assign);
  }

  async endSplit(): Promise<Committable> {
    const isWhole = this.isTooSmallToDivide();
    await this.writeRegion(isWhole ? this.output.subpartitions : 1);
    const { id, file, sample, rows } = this.running!;
    const sealed = file === null ? null : await file.seal({ durable: true, sample: sample?.encode() });
    this.end();
    this.onWritten(rows);
    const part: ExchangePart = { ...id, isWhole, file: sealed as unknown as JsonObject | null };
    return { ...part };
  }

  abortSplit(): Promise<void> {
    this.running?.file?.discard();
    this.end();
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.abortSplit();
  }

  private isTooSmallToDivide(): boolean {
    const { output, running, buffers, resources } = this;
    const least = Math.floor(resources.batchRows / SUBPARTITION_SHARE) * buffers.partitions;
    const isOnlyRegion = running!.rows === 0 && buffers.rowCount > 0;
    return output.subpartitions > 1 && isOnlyRegion && buffers.rowCount < least;
  }

  /** `together`: so many partitions are written as one. */
  private async writeRegion(together = 1): Promise<void> {
    for (let partition = 0; partition < this.buffers.partitions; partition += together) {
      for (const batch of this.buffers.read(partition, partition + together)) await this.append(batch, partition);
    }
    this.buffers.clear();
    this.memory.shrink(this.memory.bytes - WRITER_BYTES);
  }

  /** There is one partition: a batch that is worth writing goes there as it is, behind what came before it. */
  private async writeWhole(batch: Batch): Promise<void> {
    await this.writeRegion();
    const rows = compactBatch(batch);
    const parts = this.output.order.length === 0 ? 1 : Math.ceil(sizeOfBatch(rows) / MERGED_BATCH_BYTES);
    // In eights, so that runs of memory are copied and not rows.
    const step = Math.max(8, (Math.ceil(rows.length / parts) + 7) & ~7);
    if (parts === 1) return this.append(rows, 0);
    for (let from = 0; from < rows.length; from += step) {
      const to = Math.min(rows.length, from + step);
      const columns = rows.columns.map((column) => copyRows(column, from, to));
      await this.append({ ...rows, columns, length: to - from }, 0);
    }
  }

  private async append(batch: Batch, partition: number): Promise<void> {
    const running = this.running!;
    running.rows += rowCount(batch);
    running.sample?.add(batch);
    running.file ??= await this.createFile(running.id);
    await running.file.append(batch, partition, running.run);
  }

  private createFile({ vertex, split, attempt }: AttemptId): Promise<RunWriter> {
    const { output, resources, buffers } = this;
    const label = `exchange-${output.id}-${split}`;
    const { schema } = output;
    return RunWriter.create(resources.spill, { schema, label, vertex, attempt, partitionCount: buffers.partitions });
  }

  private end(): void {
    this.running = null;
    this.buffers.clear();
    this.memory.free();
  }
}

/** Readers of a RANGE cut the one sorted run themselves, and everybody reads all of a BROADCAST. */
function filePartitions({ ship, partitions, subpartitions }: ExchangeOutput): number {
  return ship.kind === 'RANGE' || ship.kind === 'BROADCAST' ? 1 : partitions * subpartitions;
}

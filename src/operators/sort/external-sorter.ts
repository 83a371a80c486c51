/**
 * External merge sort over a reservation: batches are added, then all rows come out in order. Stable.
 *
 *     add ─▶ buffer ─(refused)─▶ sorted run ┐
 *           buffer ─(refused)─▶ sorted run ─┴▶ merge, at most `fanIn` runs at once ─▶ rows in order
 *
 * What fits its memory is never written. With a limit no run and no buffer keeps more rows than it lets pass, so a top-N
 * spills only when those alone do not fit.
 */
import { MAX_BATCH_ROWS, type Batch, type Schema } from '../../columnar/batch.js';
import type { SortKey } from '../../columnar/sort-key.js';
import { compactBatch, sliceBatch } from '../../columnar/take.js';
import type { Reservation } from '../../memory/reservation.js';
import { mergeRuns, type SortedRun } from '../../spill/merge-runs.js';
import { takeFanIn } from '../fan-in.js';
import { spillRun, type SpilledRun } from '../spill-run.js';
import type { TaskResources } from '../task-resources.js';
import { SortBuffer } from './sort-buffer.js';

export interface SortRequest {
  readonly schema: Schema;
  readonly keys: readonly SortKey[];
  readonly limit: number | null;
  readonly memory: Reservation;
  readonly resources: TaskResources;
}

export class ExternalSorter {
  private readonly buffer: SortBuffer;
  private readonly runs: SpilledRun[] = [];

  constructor(private readonly request: SortRequest) {
    this.buffer = new SortBuffer(request.schema, request.keys);
  }

  /** `batch` has no selection. */
  async add(batch: Batch): Promise<void> {
    const { memory, limit } = this.request;
    if (limit !== null && this.buffer.rows > 2 * limit + MAX_BATCH_ROWS) this.prune(limit);
    const bytes = SortBuffer.bytesFor(batch);
    if (!memory.tryGrow(bytes)) {
      if (!this.buffer.isEmpty) await this.spill();
      memory.grow(bytes);
    }
    this.buffer.add(batch);
  }

  async *sorted(): AsyncGenerator<Batch> {
    const { schema, keys, limit, memory, resources } = this.request;
    const { batchRows } = resources;
    if (this.runs.length === 0) {
      yield* this.buffer.sorted(batchRows, limit);
      return;
    }
    if (!this.buffer.isEmpty) await this.spill();
    const fanIn = takeFanIn(memory, this.runs);
    const spill = (sorted: AsyncIterable<Batch>): Promise<SortedRun> => this.write(firstRows(sorted, limit));
    yield* firstRows(mergeRuns(this.runs, { schema, keys, batchRows, fanIn, spill }), limit);
  }

  close(): void {
    this.buffer.clear();
    this.runs.forEach((run) => run.drop());
    this.request.memory.free();
  }

  /** Keeps the first `limit` rows of what is in the buffer. */
  private prune(limit: number): void {
    const kept = [...this.buffer.sorted(MAX_BATCH_ROWS, limit)];
    this.reset();
    for (const batch of kept) {
      this.request.memory.grow(SortBuffer.bytesFor(batch));
      this.buffer.add(batch);
    }
  }

  private async spill(): Promise<void> {
    const { limit } = this.request;
    this.runs.push(await this.write(this.buffer.sorted(MAX_BATCH_ROWS, limit)));
    this.reset();
  }

  private write(sorted: Iterable<Batch> | AsyncIterable<Batch>): Promise<SpilledRun> {
    const { schema, resources } = this.request;
    return spillRun({ label: 'sort', schema, batches: sorted, resources });
  }

  private reset(): void {
    this.buffer.clear();
    this.request.memory.free();
  }
}

async function* firstRows(batches: AsyncIterable<Batch>, limit: number | null): AsyncGenerator<Batch> {
  let left = limit ?? Infinity;
  for await (const batch of batches) {
    if (batch.length <= left) yield batch;
    else if (left > 0) yield compactBatch(sliceBatch(batch, 0, left));
    left -= batch.length;
    if (left <= 0) return;
  }
}

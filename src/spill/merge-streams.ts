/**
 * Merges sorted streams of batches into one, stable: of equal rows those of an earlier stream come first.
 *
 *     stream 0  [a c e]        heap of the streams' first rows, by normalised keys, then by a comparison
 *     stream 1  [b c]     ─▶   output: addresses of rows in the batches at hand, gathered when enough have come together
 *     stream 2  [d]
 *
 * Holds one batch of each stream, those that an output batch still needs, and that output.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch, type Schema } from '../columnar/batch.js';
import { sizeOfBatch } from '../columnar/batch-size.js';
import { gatherRows } from '../columnar/gather-rows.js';
import { addressOf } from '../columnar/row-address.js';
import type { SortKey } from '../columnar/sort-key.js';
import { compactBatch } from '../columnar/take.js';
import { addressComparator, type RowComparator } from '../kernels/compare-rows.js';
import { normalizeKeys, planKeys, type KeyPlan } from '../kernels/normalize-keys.js';

export interface MergeOptions {
  readonly schema: Schema;
  readonly keys: readonly SortKey[];
  /** Most rows of an output batch. */
  readonly batchRows: number;
}

/** A stream at its next row. `at` counts rows of `batch`; `place` is the batch's number among those of the output. */
interface Cursor {
  readonly stream: AsyncIterator<Batch>;
  batch: Batch;
  place: number;
  at: number;
  high: Uint32Array;
  low: Uint32Array;
}

export async function* mergeStreams(
  streams: readonly AsyncIterable<Batch>[],
  options: MergeOptions,
): AsyncGenerator<Batch> {
  const merge = new Merge(options);
  try {
    await merge.open(streams);
    yield* merge.run();
  } finally {
    await merge.close();
  }
}

class Merge {
  /** A heap by the streams' numbers: every one comes before its children. */
  private heap: number[] = [];
  private readonly cursors: (Cursor | null)[] = [];
  /** Batches that the output refers to. */
  private places: Batch[] = [];
  private placesBytes = 0;
  private placesRows = 0;
  /** Rows of an output batch of about a megabyte, by what the rows at hand take. */
  private fitting = 1;
  private addresses = new Int32Array(MAX_BATCH_ROWS);
  private count = 0;
  private compare: RowComparator = () => 0;
  private readonly plan: KeyPlan;

  constructor(private readonly options: MergeOptions) {
    const { fields } = options.schema;
    this.plan = planKeys(
      options.keys,
      fields.map((field) => field.type),
      fields.map((field) => field.nullable),
    );
  }

  async open(streams: readonly AsyncIterable<Batch>[]): Promise<void> {
    for (const source of streams) {
      const stream = source[Symbol.asyncIterator]();
      const cursor: Cursor = { stream, batch: none, place: 0, at: 0, high: noKeys, low: noKeys };
      this.cursors.push(cursor);
      if (await this.load(cursor)) this.heap.push(this.cursors.length - 1);
    }
    this.comparePlaces();
    for (let i = (this.heap.length >> 1) - 1; i >= 0; i--) this.siftDown(i);
  }

  async *run(): AsyncGenerator<Batch> {
    const { batchRows } = this.options;
    while (this.heap.length > 0) {
      const cursor = this.cursors[this.heap[0]]!;
      this.addresses[this.count++] = addressOf(cursor.place, cursor.at++);
      if (cursor.at === cursor.batch.length) {
        // The rows so far are put out before their batches would be too many.
        if (this.placesBytes > 2 * this.heap.length * TARGET_BATCH_BYTES) yield this.flush();
        if (!(await this.load(cursor))) this.removeFirst();
        this.comparePlaces();
      }
      if (this.heap.length > 0) this.siftDown(0);
      if (this.count >= this.fitting || this.count >= batchRows) yield this.flush();
    }
    if (this.count > 0) yield this.flush();
  }

  async close(): Promise<void> {
    for (const cursor of this.cursors) await cursor?.stream.return?.();
  }

  /** The next batch of a stream; false at its end. */
  private async load(cursor: Cursor): Promise<boolean> {
    for (;;) {
      const next = await cursor.stream.next();
      if (next.done === true) return false;
      if (next.value.length === 0) continue;
      cursor.batch = compactBatch(next.value);
      cursor.at = 0;
      cursor.place = this.addPlace(cursor.batch);
      const { length, columns } = cursor.batch;
      cursor.high = new Uint32Array(length);
      cursor.low = new Uint32Array(length);
      normalizeKeys(this.plan, columns, null, length, cursor.high, cursor.low);
      return true;
    }
  }

  private addPlace(batch: Batch): number {
    this.placesBytes += sizeOfBatch(batch);
    this.placesRows += batch.length;
    this.fitting = Math.max(1, Math.ceil((this.placesRows * TARGET_BATCH_BYTES) / Math.max(1, this.placesBytes)));
    return this.places.push(batch) - 1;
  }

  private removeFirst(): void {
    const last = this.heap.pop()!;
    if (this.heap.length > 0) this.heap[0] = last;
  }

  /** Puts the collected rows out; of the batches only those at hand stay. */
  private flush(): Batch {
    const output = gatherRows(this.options.schema, this.places, this.addresses.subarray(0, this.count));
    this.count = 0;
    this.places = [];
    this.placesBytes = this.placesRows = 0;
    for (const number of this.heap) {
      const cursor = this.cursors[number]!;
      if (cursor.at < cursor.batch.length) cursor.place = this.addPlace(cursor.batch);
    }
    this.comparePlaces();
    return output;
  }

  private comparePlaces(): void {
    if (!this.plan.isComplete) this.compare = addressComparator(this.options.keys, this.places);
  }

  private siftDown(from: number): void {
    const { heap } = this;
    const moved = heap[from];
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.isBefore(heap[child + 1], heap[child])) child++;
      if (!this.isBefore(heap[child], moved)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = moved;
  }

  private isBefore(a: number, b: number): boolean {
    const x = this.cursors[a]!;
    const y = this.cursors[b]!;
    const high = x.high[x.at] - y.high[y.at];
    if (high !== 0) return high < 0;
    const low = x.low[x.at] - y.low[y.at];
    if (low !== 0) return low < 0;
    if (this.plan.isComplete) return a < b;
    const order = this.compare(addressOf(x.place, x.at), addressOf(y.place, y.at));
    return order !== 0 ? order < 0 : a < b;
  }
}

const noKeys = new Uint32Array(0);
const none: Batch = { schema: { fields: [] }, columns: [], length: 0, selection: null };

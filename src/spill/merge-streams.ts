/**
 * Merges sorted streams of batches into one, stable: of equal rows those of an earlier stream come first.
 *
 *     stream 0  [a c ┊ e]      a window: rows of the batches at hand up to a bound that every stream reaches,
 *     stream 1  [b c ┊  ]  ─▶  sorted by their normalised keys, then gathered when enough have come together
 *     stream 2  [d   ┊ f]
 *
 * A radix sort of some thousand rows costs each of them the same however many streams there are, and less than finding the next
 * one of fifty streams in a heap. Holds one batch of each stream, those that an output batch still needs, and that output.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch, type Schema } from '../columnar/batch.js';
import { sizeOfBatch } from '../columnar/batch-size.js';
import { rowGatherer } from '../columnar/gather-rows.js';
import { addressOf } from '../columnar/row-address.js';
import type { SortKey } from '../columnar/sort-key.js';
import { compactBatch } from '../columnar/take.js';
import { argsort } from '../kernels/argsort.js';
import { addressComparator, type RowComparator } from '../kernels/compare-rows.js';
import { normalizeKeys, planKeys, type KeyPlan } from '../kernels/normalize-keys.js';
import { tieBreaker } from '../kernels/tie-breaker.js';

export interface MergeOptions {
  readonly schema: Schema;
  readonly keys: readonly SortKey[];
  /** Most rows of an output batch. */
  readonly batchRows: number;
}

/** Most rows of a window. */
const WINDOW_ROWS = 1 << 14;

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
  const merge = new Merge(streams, options);
  try {
    yield* merge.run();
  } finally {
    await merge.close();
  }
}

class Merge {
  private readonly cursors: readonly Cursor[];
  /** Those that have rows, in their order. */
  private live: readonly Cursor[];
  /** Batches that the output refers to. */
  private places: Batch[] = [];
  private placesBytes = 0;
  private placesRows = 0;
  /** Do equal integers of the keys mean equal keys, in these batches? */
  private isDecided = true;
  /** Rows of the output in their order, window by window. */
  private windows: Int32Array[] = [];
  private count = 0;
  private readonly high: Uint32Array;
  private readonly low: Uint32Array;
  private readonly rows: Int32Array;
  /** Of rows in `places`; null: to be made, since there are other ones. */
  private compare: RowComparator | null = null;
  private readonly plan: KeyPlan;

  constructor(
    streams: readonly AsyncIterable<Batch>[],
    private readonly options: MergeOptions,
  ) {
    const { fields } = options.schema;
    this.plan = planKeys(
      options.keys,
      fields.map((field) => field.type),
      fields.map((field) => field.nullable),
    );
    this.live = this.cursors = streams.map((stream) => ({
      stream: stream[Symbol.asyncIterator](),
      batch: none,
      place: 0,
      at: 0,
      high: noKeys,
      low: noKeys,
    }));
    const most = WINDOW_ROWS + streams.length;
    this.high = new Uint32Array(most);
    this.low = new Uint32Array(most);
    this.rows = new Int32Array(most);
  }

  async *run(): AsyncGenerator<Batch> {
    await this.loadAll();
    while (this.live.length > 0) {
      this.takeWindow();
      // The rows so far are put out before their batches would be too many.
      const holdsMany = this.placesBytes > 2 * this.live.length * TARGET_BATCH_BYTES;
      if (this.count >= this.stepRows() || holdsMany) yield* this.flush();
      await this.loadAll();
    }
    yield* this.flush();
  }

  async close(): Promise<void> {
    for (const { stream } of this.cursors) await stream.return?.();
  }

  /** The next batch of each stream whose batch is at its end. */
  private async loadAll(): Promise<void> {
    let hasEnded = false;
    for (const cursor of this.live)
      if (cursor.at === cursor.batch.length && !(await this.load(cursor))) hasEnded = true;
    if (hasEnded) this.live = this.live.filter(({ at, batch }) => at < batch.length);
  }

  /** False at the end of the stream. */
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
    const { isComplete, isCompleteWithoutNulls } = this.plan;
    const hasNulls = this.options.keys.some(({ column }) => batch.columns[column].validity !== null);
    this.compare = null;
    this.isDecided &&= isComplete || (isCompleteWithoutNulls && !hasNulls);
    return this.places.push(batch) - 1;
  }

  /**
   * Moves the rows up to a bound to the output. The bound is the least of the rows that lie some way ahead in each stream: no later
   * batch has a row before it. Rows equal to it may still come in its own stream, so those of the streams behind wait.
   */
  private takeWindow(): void {
    const { live } = this;
    const ahead = live.length === 1 ? Infinity : Math.ceil(WINDOW_ROWS / live.length);
    const ends = live.map(({ at, batch }) => Math.min(batch.length, at + ahead));
    let bound = 0;
    for (let i = 1; i < live.length; i++)
      if (this.compareRows(live[i], ends[i] - 1, live[bound], ends[bound] - 1) < 0) bound = i;
    const pieces: Piece[] = [];
    live.forEach((cursor, i) => {
      const row = ends[bound] - 1;
      const end = i === bound ? ends[i] : this.firstBehind(cursor, ends[i], live[bound], row, i < bound);
      if (end > cursor.at) pieces.push({ cursor, from: cursor.at, end });
    });
    const [{ from, end }] = pieces;
    const window = pieces.length > 1 ? this.sorted(pieces) : putAddresses(pieces[0], new Int32Array(end - from));
    this.windows.push(window);
    this.count += window.length;
    for (const piece of pieces) piece.cursor.at = piece.end;
  }

  /** The first row of a stream, before `end`, that comes behind the bound, or with it unless `takesEqual`. */
  private firstBehind(cursor: Cursor, end: number, bound: Cursor, row: number, takesEqual: boolean): number {
    const least = takesEqual ? 1 : 0;
    let from = cursor.at;
    let to = end;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.compareRows(cursor, middle, bound, row) >= least) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  private sorted(pieces: readonly Piece[]): Int32Array {
    const { high, low, rows, plan, places } = this;
    let count = 0;
    for (const piece of pieces) {
      const { cursor, from, end } = piece;
      high.set(cursor.high.subarray(from, end), count);
      low.set(cursor.low.subarray(from, end), count);
      putAddresses(piece, rows, count);
      count += end - from;
    }
    const ties = this.isDecided ? null : tieBreaker(this.options.keys, places, plan);
    return argsort(high.subarray(0, count), low.subarray(0, count), rows.subarray(0, count), ties);
  }

  private compareRows(x: Cursor, i: number, y: Cursor, j: number): number {
    if (x.high[i] !== y.high[j]) return x.high[i] - y.high[j];
    if (x.low[i] !== y.low[j]) return x.low[i] - y.low[j];
    if (this.isDecided) return 0;
    this.compare ??= addressComparator(this.options.keys, this.places);
    return this.compare(addressOf(x.place, i), addressOf(y.place, j));
  }

  /** Of an output batch: about a megabyte, by what the rows at hand take. */
  private stepRows(): number {
    const fitting = Math.ceil((this.placesRows * TARGET_BATCH_BYTES) / Math.max(1, this.placesBytes));
    return Math.max(1, Math.min(fitting, MAX_BATCH_ROWS, this.options.batchRows));
  }

  /** Puts the collected rows out, in batches of about one size; of the batches only those at hand stay. */
  private *flush(): Generator<Batch> {
    if (this.count === 0) return;
    const addresses = concatenated(this.windows, this.count);
    const gather = rowGatherer(this.options.schema, this.places);
    const batches = Math.ceil(this.count / this.stepRows());
    for (let i = 0; i < batches; i++) {
      const [from, to] = [i, i + 1].map((part) => Math.floor((part * this.count) / batches));
      yield gather(addresses.subarray(from, to));
    }
    this.windows = [];
    this.count = 0;
    this.places = [];
    this.isDecided = true;
    this.placesBytes = this.placesRows = 0;
    for (const cursor of this.live) if (cursor.at < cursor.batch.length) cursor.place = this.addPlace(cursor.batch);
  }
}

/** Rows `[from, end)` of a stream's batch. */
interface Piece {
  readonly cursor: Cursor;
  readonly from: number;
  readonly end: number;
}

/** Stores the addresses of its rows from `at` on. */
function putAddresses({ cursor, from, end }: Piece, rows: Int32Array, at = 0): Int32Array {
  const first = addressOf(cursor.place, from);
  for (let i = 0; i < end - from; i++) rows[at + i] = first + i;
  return rows;
}

function concatenated(parts: readonly Int32Array[], length: number): Int32Array {
  if (parts.length === 1) return parts[0];
  const all = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const noKeys = new Uint32Array(0);
const none: Batch = { schema: { fields: [] }, columns: [], length: 0, selection: null };

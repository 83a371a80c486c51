/** One side of a sort-merge join: rows that come sorted by their keys, taken up to a key or as long as they have it. */
import type { Batch } from '../../columnar/batch.js';
import type { Column } from '../../columnar/column.js';
import { compactBatch, sliceBatch } from '../../columnar/take.js';
import { rowComparator } from '../../kernels/compare-rows.js';

/** The key of a row. */
export interface KeyAt {
  readonly columns: readonly Column[];
  readonly row: number;
}

export class SortedRows {
  readonly #batches: AsyncIterator<Batch>;
  #batch: Batch | null = null;
  #position = 0;

  constructor(
    batches: AsyncIterable<Batch>,
    private readonly keys: readonly number[],
  ) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  /** The rows at hand that were not taken; null at the end. */
  async peek(): Promise<Batch | null> {
    while (this.#batch === null || this.#position === this.#batch.length) {
      const { done, value } = await this.#batches.next();
      if (done === true) return null;
      this.#batch = compactBatch(value);
      this.#position = 0;
    }
    if (this.#position > 0) {
      this.#batch = compactBatch(sliceBatch(this.#batch, this.#position, this.#batch.length));
      this.#position = 0;
    }
    return this.#batch;
  }

  /** Takes the first rows of those at hand. */
  take(rows: number): Batch {
    const batch = this.#batch!;
    this.#position = rows;
    return rows === batch.length ? batch : compactBatch(sliceBatch(batch, 0, rows));
  }

  keyOf(batch: Batch, row: number): KeyAt {
    return { columns: this.keys.map((key) => batch.columns[key]), row };
  }

  /** Takes all rows whose keys come before `bound`; without one, all. */
  async *before(bound: KeyAt | null): AsyncGenerator<Batch> {
    for (let batch = await this.peek(); batch !== null; batch = await this.peek()) {
      const rows = bound === null ? batch.length : this.countBefore(batch, bound);
      if (rows > 0) yield this.take(rows);
      if (rows < batch.length) return;
    }
  }

  /** Takes all rows that have the key; none that comes before it is left. */
  async *having(key: KeyAt): AsyncGenerator<Batch> {
    for (let batch = await this.peek(); batch !== null; batch = await this.peek()) {
      const rows = this.countUntil(batch, key);
      if (rows > 0) yield this.take(rows);
      if (rows < batch.length) return;
    }
  }

  /** Rows of a sorted batch that come before the key. */
  countBefore(batch: Batch, key: KeyAt): number {
    return this.count(batch, key, (order) => order < 0);
  }

  /** Rows of a sorted batch that come before the key, or have it. */
  countUntil(batch: Batch, key: KeyAt): number {
    return this.count(batch, key, (order) => order <= 0);
  }

  private count(batch: Batch, key: KeyAt, counts: (order: number) => boolean): number {
    const order = this.keys.map((_, column) => ({ column, descending: false, nullsFirst: false }));
    const compare = rowComparator(order, this.keyOf(batch, 0).columns, key.columns);
    let [from, to] = [0, batch.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (counts(compare(middle, key.row))) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

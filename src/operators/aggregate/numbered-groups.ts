/**
 * Rows that come sorted by their groups, each with the number of its group, from 0 on. Streams that have the same groups number
 * them alike, so they can be walked side by side, some groups at a time.
 */
import type { Batch } from '../../columnar/batch.js';
import { compactBatch, sliceBatch } from '../../columnar/take.js';
import { likeRowBefore } from '../../kernels/like-row-before.js';

export interface NumberedRows {
  readonly batch: Batch;
  /** By row: its group, counted from the first that was asked for; -1 for the repetition of a value that counts once. */
  readonly groups: Int32Array;
}

export class NumberedGroups {
  /** Groups that were met. */
  count = 0;
  rows = 0;
  readonly #batches: AsyncIterator<Batch>;
  #batch: Batch | null = null;
  #position = 0;
  /** Of the batch, by row. */
  #numbers = new Float64Array(0);
  #repeats: Uint8Array | null = null;

  /** `by`: columns of the group; `distinct`: of rows of a group that are equal in these only the first counts. */
  constructor(
    batches: AsyncIterable<Batch>,
    private readonly by: readonly number[],
    private readonly distinct: readonly number[] = [],
  ) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  /** The next rows of groups `[from, to)`; null when the next row is of a later group, or there is none. */
  async next(from: number, to: number): Promise<NumberedRows | null> {
    if (!(await this.#load())) return null;
    const batch = this.#batch!;
    const start = this.#position;
    let end = start;
    while (end < batch.length && this.#numbers[end] < to) end++;
    if (end === start) return null;
    this.#position = end;
    this.rows += end - start;
    const groups = new Int32Array(end - start);
    for (let row = start; row < end; row++)
      groups[row - start] = this.#repeats?.[row] === 1 ? -1 : this.#numbers[row] - from;
    return { batch: compactBatch(sliceBatch(batch, start, end)), groups };
  }

  async #load(): Promise<boolean> {
    while (this.#batch === null || this.#position === this.#batch.length) {
      const { done, value } = await this.#batches.next();
      if (done === true) return false;
      const batch = compactBatch(value);
      if (batch.length > 0) this.#number(batch, this.#batch);
      this.#batch = batch;
      this.#position = 0;
    }
    return true;
  }

  #number(batch: Batch, before: Batch | null): void {
    const { length } = batch;
    this.#numbers = new Float64Array(length);
    this.#repeats = this.distinct.length === 0 ? null : new Uint8Array(length);
    const isSameGroup = likeRowBefore(before, batch, this.by);
    const isSameValue = likeRowBefore(before, batch, this.distinct);
    for (let row = 0; row < length; row++) {
      const isSame = this.count > 0 && isSameGroup(row);
      if (!isSame) this.count++;
      this.#numbers[row] = this.count - 1;
      if (this.#repeats !== null && isSame && isSameValue(row)) this.#repeats[row] = 1;
    }
  }
}

/**
 * Walks rows that come sorted by their first keys, group by group, without ever holding a group.
 *
 *     while (await cursor.toNextGroup())
 *       for (let piece = await cursor.nextPiece(); piece !== null; piece = await cursor.nextPiece()) …
 *
 * What of a group is not read is passed over. NULLs are one group, as in GROUP BY.
 */
import type { Batch } from '../columnar/batch.js';
import type { Column } from '../columnar/column.js';
import { compactBatch } from '../columnar/take.js';
import { rowEquality, type RowEquality } from '../kernels/equal-rows.js';

/** Rows `[from, to)` of a batch without a selection. */
export interface RowRange {
  readonly batch: Batch;
  readonly from: number;
  readonly to: number;
}

/** The first row of a group. */
export interface GroupHead {
  readonly batch: Batch;
  readonly row: number;
}

export class GroupCursor {
  /** Rows that were read or passed over. */
  rows = 0;
  #batches: AsyncIterator<Batch>;
  #batch: Batch | null = null;
  #position = 0;
  #head: GroupHead | null = null;
  #isSame: RowEquality = () => true;

  /** `by`: positions of the keys; none: all rows are one group. */
  constructor(
    batches: AsyncIterable<Batch>,
    private readonly by: readonly number[],
  ) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  /** The group that is walked; after `toNextGroup` has said yes. */
  get head(): GroupHead {
    return this.#head!;
  }

  async toNextGroup(): Promise<boolean> {
    while ((await this.nextPiece()) !== null);
    if (!(await this.#load())) return false;
    this.#head = { batch: this.#batch!, row: this.#position };
    this.#compareWithHead();
    return true;
  }

  /** More rows of this group; null where it ends, and before the first. */
  async nextPiece(): Promise<RowRange | null> {
    if (this.#head === null || !(await this.#load())) return null;
    const batch = this.#batch!;
    const from = this.#position;
    const to = this.by.length === 0 ? batch.length : this.#endOfGroup(batch.length);
    if (to === from) return null;
    this.#position = to;
    this.rows += to - from;
    return { batch, from, to };
  }

  /** Tells whoever makes the batches that no more are wanted. */
  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  #endOfGroup(end: number): number {
    const { row } = this.#head!;
    let position = this.#position;
    while (position < end && this.#isSame(row, position)) position++;
    return position;
  }

  /** A batch with a row that was not read. */
  async #load(): Promise<boolean> {
    while (this.#batch === null || this.#position === this.#batch.length) {
      const { done, value } = await this.#batches.next();
      if (done === true) return false;
      this.#batch = compactBatch(value);
      this.#position = 0;
      if (this.#head !== null) this.#compareWithHead();
    }
    return true;
  }

  #compareWithHead(): void {
    this.#isSame = rowEquality(this.#keys(this.#head!.batch), this.#keys(this.#batch!), 'equal');
  }

  #keys({ columns }: Batch): readonly Column[] {
    return this.by.map((column) => columns[column]);
  }
}

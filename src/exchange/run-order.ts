/**
 * Where sorted rows begin anew: a task that sorts as much as its memory takes leaves several runs, one behind the other, and whoever
 * reads them merges (decisions/2026-11-29-runs-are-merged-behind-the-exchange.md).
 */
import { rowCount, type Batch } from '../columnar/batch.js';
import type { Column } from '../columnar/column.js';
import type { SortKey } from '../columnar/sort-key.js';
import { takeColumn } from '../columnar/take.js';
import { rowComparator } from '../kernels/compare-rows.js';
import { sampleKeys } from './key-sample.js';

export class RunOrder {
  private readonly own: readonly SortKey[];
  /** Keys of the last row. */
  private last: readonly Column[] | null = null;

  constructor(private readonly keys: readonly SortKey[]) {
    this.own = sampleKeys(keys);
  }

  /** Notes a batch, sorted by itself, and says whether its first row comes before the last one so far. */
  beginsRun(batch: Batch): boolean {
    const count = rowCount(batch);
    if (count === 0) return false;
    const { selection } = batch;
    const columns = this.keys.map((key) => batch.columns[key.column]);
    const first = selection === null ? 0 : selection[0];
    const begins = this.last !== null && rowComparator(this.own, columns, this.last)(first, 0) < 0;
    const end = Int32Array.of(selection === null ? count - 1 : selection[count - 1]);
    this.last = columns.map((column) => takeColumn(column, end));
    return begins;
  }
}

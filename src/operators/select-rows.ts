/** Arithmetic on selections: ascending row numbers into a batch's columns, null meaning all of them. */
import { rowCount, type Batch } from '../columnar/batch.js';
import type { RowErrors } from '../columnar/row-errors.js';

/** The batch with only `rows` counting. */
export function withSelection(batch: Batch, rows: Int32Array | null): Batch {
  return rows === batch.selection ? batch : { ...batch, selection: rows };
}

/** The rows that count, less those that failed. An error of a row that does not count is ignored. */
export function withoutFailedRows(batch: Batch, errors: RowErrors): Int32Array | null {
  if (errors.size === 0) return batch.selection;
  const failed = new Set(errors.list.map((error) => error.row));
  return keepRows(batch, (row) => !failed.has(row));
}

/** The first `count` rows that count. */
export function firstRows(batch: Batch, count: number): Int32Array {
  if (batch.selection !== null) return batch.selection.subarray(0, count);
  return Int32Array.from({ length: Math.min(count, batch.length) }, (_, row) => row);
}

export function keepRows(batch: Batch, isKept: (row: number) => boolean): Int32Array {
  const kept = new Int32Array(rowCount(batch));
  let count = 0;
  if (batch.selection === null) {
    for (let row = 0; row < batch.length; row++) if (isKept(row)) kept[count++] = row;
  } else {
    for (const row of batch.selection) if (isKept(row)) kept[count++] = row;
  }
  return kept.subarray(0, count);
}

/** In rows that come in order: is one equal to the one before it? */
import type { Batch } from '../columnar/batch.js';
import type { Column } from '../columnar/column.js';
import { rowEquality } from './equal-rows.js';

/** In some columns, NULLs equal. The row before the first is the last of `before`; without one the first is like none. */
export function likeRowBefore(
  before: Batch | null,
  batch: Batch,
  columns: readonly number[],
): (row: number) => boolean {
  const keysOf = (one: Batch): readonly Column[] => columns.map((column) => one.columns[column]);
  const within = rowEquality(keysOf(batch), keysOf(batch), 'equal');
  const hasBefore = before !== null && before.length > 0;
  const across = hasBefore ? rowEquality(keysOf(before), keysOf(batch), 'equal') : null;
  return (row) => (row > 0 ? within(row - 1, row) : across !== null && across(before!.length - 1, 0));
}

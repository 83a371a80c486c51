/** The rows of a unit with what was found for them: a row for each match; where there is none, one with NULLs, or none. */
import { type Batch } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import { gatherColumn } from '../../columnar/gather-rows.js';
import { cellText } from '../../columnar/js-value.js';
import { RowErrors } from '../../columnar/row-errors.js';
import { takeColumn } from '../../columnar/take.js';
import { fittingRows } from '../join/build-table.js';
import type { OperatorRun } from '../operator.js';
import type { LookupDescriptor } from './lookup-plan.js';
import type { LookedUp } from './look-up.js';

export function* addFound(
  descriptor: LookupDescriptor,
  unit: Batch,
  found: LookedUp,
  { counters, reject, resources }: OperatorRun,
): Generator<Batch> {
  const { offsets, addresses, keyOf } = found;
  const errors = errorsOf(descriptor, unit, found);
  if (errors.size > 0) reject(unit, errors);
  counters.rejected += errors.size;
  const failed = new Set(errors.list.map(({ row }) => row));
  const perRow = sizeOfBatch(unit) / unit.length + found.bytes / Math.max(1, addresses.length);
  // Twice as much as elsewhere: a batch that only gets wider is not cut.
  const most = fittingRows(perRow / 2, resources.batchRows);
  const rows = new Int32Array(most);
  const matches = new Int32Array(most);
  let count = 0;
  for (let row = 0; row < unit.length; row++) {
    if (failed.has(row)) continue;
    const key = keyOf[row];
    const from = key < 0 ? 0 : offsets[key];
    const end = key < 0 ? 0 : offsets[key + 1];
    if (from === end && descriptor.type === 'inner') {
      counters.filtered++;
      continue;
    }
    counters.added += Math.max(0, end - from - 1);
    for (let at = from; at < Math.max(end, from + 1); at++) {
      rows[count] = row;
      matches[count++] = at < end ? addresses[at] : -1;
      if (count < most) continue;
      yield batchOf(descriptor, unit, found, rows, matches);
      counters.out += count;
      count = 0;
    }
  }
  counters.out += count;
  if (count > 0) yield batchOf(descriptor, unit, found, rows.subarray(0, count), matches.subarray(0, count));
}

function batchOf(
  { schema, found: fields }: LookupDescriptor,
  unit: Batch,
  { batches }: LookedUp,
  rows: Int32Array,
  matches: Int32Array,
): Batch {
  const isWhole = rows.length === unit.length && rows.every((row, i) => row === i);
  const columns = isWhole ? unit.columns : unit.columns.map((column) => takeColumn(column, rows));
  const added = fields.fields.map((_, index) =>
    gatherColumn(
      batches.map((batch) => batch.columns[index]),
      matches,
    ),
  );
  return { schema, columns: [...columns, ...added], length: rows.length, selection: null };
}

function errorsOf({ unique, keys, keyNames }: LookupDescriptor, unit: Batch, found: LookedUp): RowErrors {
  const { offsets, keyOf, problems } = found;
  const errors = new RowErrors('ETL-5007');
  if (!unique && problems.size === 0) return errors;
  const keyText = (row: number): string =>
    keys.map((column, i) => `${keyNames[i]} = ${cellText(unit.columns[column], row)}`).join(', ');
  for (let row = 0; row < unit.length; row++) {
    const key = keyOf[row];
    if (key < 0) continue;
    const problem = problems.get(key);
    const matches = offsets[key + 1] - offsets[key];
    if (problem !== undefined) errors.add(row, problem.sqlState, `${keyText(row)}: ${problem.message}`);
    else if (unique && matches > 1) errors.add(row, '21000', `${matches} rows were found for ${keyText(row)}`);
  }
  return errors;
}

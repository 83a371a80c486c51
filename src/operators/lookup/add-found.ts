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
  const { addresses } = found;
  const errors = errorsOf(descriptor, unit, found);
  if (errors.size > 0) reject(unit, errors);
  const failed = new Set(errors.list.map(({ row }) => row));
  const isLeft = descriptor.type === 'left';
  // All of it before the first batch leaves: whoever has enough of them does not come back.
  countUnit(counters, unit, found, failed, isLeft);
  const perRow = sizeOfBatch(unit) / unit.length + found.bytes / Math.max(1, addresses.length);
  // Twice as much as elsewhere: a batch that only gets wider is not cut.
  const most = fittingRows(perRow / 2, resources.batchRows);
  const rows = new Int32Array(most);
  const matches = new Int32Array(most);
  let count = 0;
  for (let row = 0; row < unit.length; row++) {
    if (failed.has(row)) continue;
    const from = firstMatch(found, row);
    const end = endOfMatches(found, row);
    for (let at = from; at < Math.max(end, isLeft ? from + 1 : from); at++) {
      rows[count] = row;
      matches[count++] = at < end ? addresses[at] : -1;
      if (count < most) continue;
      yield batchOf(descriptor, unit, found, rows, matches);
      count = 0;
    }
  }
  if (count > 0) yield batchOf(descriptor, unit, found, rows.subarray(0, count), matches.subarray(0, count));
}

function countUnit(
  counters: OperatorRun['counters'],
  unit: Batch,
  found: LookedUp,
  failed: ReadonlySet<number>,
  isLeft: boolean,
): void {
  counters.in += unit.length;
  counters.rejected += failed.size;
  for (let row = 0; row < unit.length; row++) {
    if (failed.has(row)) continue;
    const given = Math.max(endOfMatches(found, row) - firstMatch(found, row), isLeft ? 1 : 0);
    counters.out += given;
    if (given === 0) counters.filtered++;
    else counters.added += given - 1;
  }
}

/** Among the addresses. */
function firstMatch({ keyOf, offsets }: LookedUp, row: number): number {
  return keyOf[row] < 0 ? 0 : offsets[keyOf[row]];
}

function endOfMatches({ keyOf, offsets }: LookedUp, row: number): number {
  return keyOf[row] < 0 ? 0 : offsets[keyOf[row] + 1];
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

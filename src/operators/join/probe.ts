/** Rows of the probe side look for their partners in a build table. */
import type { Batch } from '../../columnar/batch.js';
import { rowCount } from '../../columnar/batch.js';
import type { Column } from '../../columnar/column.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import { RowErrors } from '../../columnar/row-errors.js';
import { takeColumn } from '../../columnar/take.js';
import type { OperatorRun } from '../operator.js';
import { withoutFailedRows, withSelection } from '../select-rows.js';
import { fittingRows, type BuildTable, type Pairs } from './build-table.js';
import { aloneBatch, outputOf, pairBatch, takeRows, type JoinPlan, type PairColumns } from './join-plan.js';

/**
 * What comes out for one batch. `marks[i]` is set for rows that have a partner; with `isLast` there is no other table to look
 * in, and rows come out for what their marks say.
 */
export function* probeBatch(
  plan: JoinPlan,
  { table, batch, marks, isLast }: { table: BuildTable; batch: Batch; marks: Uint8Array; isLast: boolean },
  run: OperatorRun,
): Generator<Batch> {
  const { build, probe, residual, emitsPairs } = plan;
  const needsAll = emitsPairs || residual !== null || build.keepsMatched || build.keepsUnmatched;
  const needsMarks = [probe, build].some((side) => side.keepsMatched || side.keepsUnmatched);
  const bytesPerPair = table.bytesPerRow + sizeOfBatch(batch) / batch.length;
  for (const pairs of table.pairs(batch, fittingRows(bytesPerPair, run.resources.batchRows), !needsAll)) {
    const isPlain = residual === null && !emitsPairs;
    const kept = isPlain ? null : fulfilling(plan, pairsOf(table, batch, pairs), pairs.build.length, run);
    if (needsMarks) mark(table, marks, pairs, kept?.selection ?? null);
    if (emitsPairs && kept !== null && rowCount(kept) > 0) yield outputOf(plan, kept);
  }
  if (!isLast || !(probe.keepsMatched || probe.keepsUnmatched)) return;
  const wanted = probe.keepsMatched ? 1 : 0;
  const rows = Int32Array.from({ length: batch.length }, (_, row) => row).filter((row) => marks[row] === wanted);
  if (rows.length > 0) yield aloneBatch(plan, probe, takeRows(batch, rows));
}

/** Both rows of each pair have a partner; `selection`: the pairs that count, null for all. */
function mark(table: BuildTable, marks: Uint8Array, { probe, build }: Pairs, selection: Int32Array | null): void {
  const count = selection?.length ?? build.length;
  for (let i = 0; i < count; i++) {
    const pair = selection === null ? i : selection[i];
    marks[probe === null ? pair : probe[pair]] = 1;
    table.mark(build[pair]);
  }
}

/** Of the first `mostRows` rows of the build side those that come out for what their marks say, when all rows of the probe side have looked. */
export function* buildRows(
  plan: JoinPlan,
  table: BuildTable,
  batchRows: number,
  mostRows = Infinity,
): Generator<Batch> {
  const { build } = plan;
  if (!build.keepsMatched && !build.keepsUnmatched) return;
  for (const rows of table.marked(build.keepsMatched ? 1 : 0, batchRows, mostRows)) yield aloneBatch(plan, build, rows);
}

function pairsOf(table: BuildTable, { columns }: Batch, { probe, build }: Pairs): PairColumns {
  const probeColumn = (column: number): Column =>
    probe === null ? columns[column] : takeColumn(columns[column], probe);
  return { build: table.rowsAt(build), probe: probeColumn };
}

/** The pairs for which the residual is true. */
function fulfilling(plan: JoinPlan, of: PairColumns, count: number, { reject, counters }: OperatorRun): Batch {
  const { residual } = plan;
  const pairs = pairBatch(plan, of, count, plan.isNeeded);
  if (residual === null) return pairs;
  const errors = new RowErrors();
  const kept = residual(pairs, errors);
  if (errors.size === 0) return withSelection(pairs, kept);
  reject(pairBatch(plan, of, count, null), errors);
  const rest = withSelection(pairs, withoutFailedRows(pairs, errors));
  counters.rejected += pairs.length - rowCount(rest);
  return withSelection(rest, residual(rest, new RowErrors()) ?? rest.selection);
}

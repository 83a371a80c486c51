/**
 * Checked expressions → functions over batches.
 *
 * Each expression becomes one generated loop (kernel-writer.ts); one that only names a column shares it. Where the fast
 * variant stops, the exact one takes the row, then twice as many rows each time, so a batch of large integers costs a few
 * calls, not one per row.
 *
 * A row that fails is NULL in the result and noted in `errors`; with several expressions it may be noted more than once.
 */
import type { Batch, Schema } from '../columnar/batch.js';
import { fieldIndex } from '../columnar/batch.js';
import type { Column } from '../columnar/column.js';
import type { RowErrors } from '../columnar/row-errors.js';
import { writeColumnKernel, writePredicateKernel, type KernelSource } from './kernel-writer.js';
import { createTarget, finishTarget, type Target } from './store-result.js';
import type { TypedExpr } from './typed-expr.js';

/** Runs rows [from, to) of the selection; returns `to`, or the row at which the fast variant gave up. */
type Kernel<T> = (
  columns: readonly Column[],
  selection: Int32Array | null,
  from: number,
  to: number,
  target: T,
  errors: RowErrors,
) => number;

interface PredicateTarget {
  readonly rows: Int32Array;
  count: number;
}

/** The columns have `batch.length` rows; rows outside the selection hold anything. */
export function compileExpressions(
  exprs: readonly TypedExpr[],
  input: Schema,
): (batch: Batch, errors: RowErrors) => Column[] {
  const steps = exprs.map((expr) => compileColumn(expr, input));
  return (batch, errors) => steps.map((step) => step(batch, errors));
}

/** The rows that are left: those of the selection for which the condition is true. Null: all rows of the batch. */
export function compilePredicate(
  expr: TypedExpr,
  input: Schema,
): (batch: Batch, errors: RowErrors) => Int32Array | null {
  const run = twoSpeeds<PredicateTarget>((exact) => writePredicateKernel(expr, input, exact));
  return (batch, errors) => {
    const size = batch.selection === null ? batch.length : batch.selection.length;
    const target: PredicateTarget = { rows: new Int32Array(size), count: 0 };
    run(batch, target, errors);
    if (target.count < size) return target.rows.subarray(0, target.count);
    return batch.selection;
  };
}

function compileColumn(expr: TypedExpr, input: Schema): (batch: Batch, errors: RowErrors) => Column {
  if (expr.kind === 'column') {
    const index = fieldIndex(input, expr.name);
    return (batch) => batch.columns[index]!;
  }
  const run = twoSpeeds<Target>((exact) => writeColumnKernel(expr, input, exact));
  let bytesPerRow = 16;
  return (batch, errors) => {
    const target = createTarget(expr.type, batch.length, bytesPerRow * batch.length);
    run(batch, target, errors);
    const column = finishTarget(target, expr.type, batch.length);
    if (batch.length > 0) bytesPerRow = Math.ceil((1.25 * target.out.length) / batch.length);
    return column;
  };
}

function twoSpeeds<T>(write: (exact: boolean) => KernelSource): (batch: Batch, target: T, errors: RowErrors) => void {
  const fastSource = write(false);
  const fast = createKernel<T>(fastSource);
  let exact: Kernel<T> | null = fastSource.bails ? null : fast;
  return (batch, target, errors) => {
    const { columns, selection } = batch;
    const size = selection === null ? batch.length : selection.length;
    let at = 0;
    for (let span = 1; at < size; span *= 2) {
      at = fast(columns, selection, at, size, target, errors);
      if (at === size) return;
      exact ??= createKernel<T>(write(true));
      at = exact(columns, selection, at, Math.min(size, at + span), target, errors);
    }
  };
}

function createKernel<T>(source: KernelSource): Kernel<T> {
  const factory = new Function(
    'constants',
    `'use strict'; return function kernel(columns, selection, from, to, target, errors) {\n${source.body}\n};`,
  );
  return (factory as (constants: readonly unknown[]) => Kernel<T>)(source.constants);
}

/** What of a join follows from its descriptor alone: which rows of which side come out, and how a batch of them is put together. */
import type { Batch, Schema } from '../../columnar/batch.js';
import { createBuilder } from '../../columnar/column-builder.js';
import { isValid, type Column } from '../../columnar/column.js';
import { takeColumn } from '../../columnar/take.js';
import { compilePredicate } from '../../expr/compile-expression.js';
import type { JoinType, OperatorDescriptor } from '../../protocol/task.js';

export type JoinDescriptor = Extract<OperatorDescriptor, { kind: 'join' }>;

export interface JoinSide {
  readonly schema: Schema;
  readonly keys: readonly number[];
  /** Rows that found no partner come out, with NULLs for the other side; of an anti join alone. */
  readonly keepsUnmatched: boolean;
  /** Rows that found one come out alone: a semi join. */
  readonly keepsMatched: boolean;
}

export interface JoinPlan {
  readonly descriptor: JoinDescriptor;
  readonly build: JoinSide;
  readonly probe: JoinSide;
  readonly keySchema: Schema;
  readonly emitsPairs: boolean;
  readonly residual: ReturnType<typeof compilePredicate> | null;
}

export function planJoin(descriptor: JoinDescriptor, inputs: readonly Schema[]): JoinPlan {
  const { type, leftKeys, rightKeys, build, pair, residual } = descriptor;
  const left = sideOf(inputs[0], leftKeys, type, 'left');
  const right = sideOf(inputs[1], rightKeys, type, 'right');
  return {
    descriptor,
    build: build === 'left' ? left : right,
    probe: build === 'left' ? right : left,
    keySchema: { fields: leftKeys.map((column) => inputs[0].fields[column]) },
    emitsPairs: type !== 'semi' && type !== 'anti',
    residual: residual === null ? null : compilePredicate(residual, pair),
  };
}

function sideOf(schema: Schema, keys: readonly number[], type: JoinType, side: 'left' | 'right'): JoinSide {
  const isLeft = side === 'left';
  return {
    schema,
    keys,
    keepsUnmatched: type === 'full' || type === side || (isLeft && type === 'anti'),
    keepsMatched: isLeft && type === 'semi',
  };
}

export function keysOf({ keys }: JoinSide, { columns, length }: Batch, schema: Schema): Batch {
  return { schema, columns: keys.map((key) => columns[key]), length, selection: null };
}

/** Takes the rows out that can have no partner, because a key is NULL that must not be. `groups`: -1 for them. */
export function withoutNullKeys({ descriptor }: JoinPlan, side: JoinSide, batch: Batch, groups: Int32Array): void {
  side.keys.forEach((key, i) => {
    const column = batch.columns[key];
    if (descriptor.nullSafe[i] || column.validity === null) return;
    for (let row = 0; row < batch.length; row++) if (!isValid(column, row)) groups[row] = -1;
  });
}

export function takeRows(batch: Batch, rows: Int32Array): Batch {
  const columns = batch.columns.map((column) => takeColumn(column, rows));
  return { schema: batch.schema, columns, length: rows.length, selection: null };
}

/** Rows of both sides next to each other. */
export function pairBatch(
  { descriptor }: JoinPlan,
  build: readonly Column[],
  probe: readonly Column[],
  length: number,
): Batch {
  const columns = descriptor.build === 'left' ? [...build, ...probe] : [...probe, ...build];
  return { schema: descriptor.pair, columns, length, selection: null };
}

/** Rows of one side that come out without the other. */
export function aloneBatch(plan: JoinPlan, side: JoinSide, rows: Batch): Batch {
  const { schema } = plan.descriptor;
  if (!plan.emitsPairs) return { ...rows, schema };
  const other = side === plan.build ? plan.probe : plan.build;
  const absent = other.schema.fields.map(({ type }) =>
    takeColumn(createBuilder(type, 0).finish(), new Int32Array(rows.length).fill(-1)),
  );
  const pair = side === plan.build ? [rows.columns, absent] : [absent, rows.columns];
  return { ...pairBatch(plan, pair[0], pair[1], rows.length), schema };
}

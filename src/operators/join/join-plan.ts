/** What of a join follows from its descriptor alone: which rows of which side come out, and how a batch of them is put together. */
import type { Batch, Schema } from '../../columnar/batch.js';
import { createBuilder } from '../../columnar/column-builder.js';
import { isValid, type Column } from '../../columnar/column.js';
import { takeColumn } from '../../columnar/take.js';
import { compilePredicate } from '../../expr/compile-expression.js';
import { referencedColumns } from '../../expr/walk.js';
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
  /** By column of a pair: does it come out, or is the residual asked of it? */
  readonly isNeeded: readonly boolean[];
  readonly residual: ReturnType<typeof compilePredicate> | null;
}

export function planJoin(descriptor: JoinDescriptor, inputs: readonly Schema[]): JoinPlan {
  const { type, leftKeys, rightKeys, build, pair, output, residual } = descriptor;
  const asked = residual === null ? new Set<string>() : referencedColumns(residual);
  const left = sideOf(inputs[0], leftKeys, type, 'left');
  const right = sideOf(inputs[1], rightKeys, type, 'right');
  return {
    descriptor,
    build: build === 'left' ? left : right,
    probe: build === 'left' ? right : left,
    keySchema: { fields: leftKeys.map((column) => inputs[0].fields[column]) },
    isNeeded: pair.fields.map(({ name }, column) => output.includes(column) || asked.has(name)),
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

export function mayHaveNullKeys({ descriptor }: JoinPlan, side: JoinSide, { columns }: Batch): boolean {
  return side.keys.some((key, i) => !descriptor.nullSafe[i] && columns[key].validity !== null);
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

/** Columns of each side by their numbers. */
export interface PairColumns {
  readonly build: (column: number) => Column;
  readonly probe: (column: number) => Column;
}

/** Rows of both sides next to each other, by `isNeeded` only those of their columns that somebody looks at. */
export function pairBatch(
  { descriptor, build, probe }: JoinPlan,
  of: PairColumns,
  length: number,
  isNeeded: readonly boolean[] | null,
): Batch {
  const sides = descriptor.build === 'left' ? ([[build, of.build], [probe, of.probe]] as const) : ([[probe, of.probe], [build, of.build]] as const); // prettier-ignore
  const all = sides.flatMap(([{ schema }, columnOf]) => schema.fields.map((_, column) => [columnOf, column] as const));
  const columns = all.map(([columnOf, column], place) =>
    isNeeded?.[place] === false ? absentColumn : columnOf(column),
  );
  return { schema: descriptor.pair, columns, length, selection: null };
}

/** Stands where nobody looks. */
const absentColumn: Column = { layout: 'int32', type: { kind: 'int32' }, length: 0, validity: null, values: new Int32Array(0) }; // prettier-ignore

/** A batch of pairs as it comes out. */
export function outputOf({ descriptor }: JoinPlan, pairs: Batch): Batch {
  return { ...pairs, schema: descriptor.schema, columns: descriptor.output.map((column) => pairs.columns[column]) };
}

/** Rows of one side that come out without the other. */
export function aloneBatch(plan: JoinPlan, side: JoinSide, rows: Batch): Batch {
  if (!plan.emitsPairs) return outputOf(plan, rows);
  const other = side === plan.build ? plan.probe : plan.build;
  const given = (column: number): Column => rows.columns[column];
  const absent = (column: number): Column =>
    takeColumn(createBuilder(other.schema.fields[column].type, 0).finish(), new Int32Array(rows.length).fill(-1));
  const of = side === plan.build ? { build: given, probe: absent } : { build: absent, probe: given };
  return outputOf(plan, pairBatch(plan, of, rows.length, plan.isNeeded));
}

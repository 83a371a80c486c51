/** sort, sortPartition, partition: the rows stay as they are, only their order or place changes. */
import { typeName } from '../../columnar/data-type.js';
import { checkExpression, checkExpressions, checkSortKeys } from '../../expr/check-expression.js';
import { hasEquality } from '../../expr/require-order.js';
import type { NamedExpr, TypedExpr } from '../../expr/typed-expr.js';
import type { ExprText, PartitionWish, StepOperator } from '../../spec/step-operator.js';
import { columnOf } from '../graph-edit.js';
import type { Partitioning } from '../logical-graph.js';
import { ComputedColumns } from './computed-columns.js';
import { addSelect, aliasesOf, checkEach, computeColumns, nodeBase, scopeOf, siteOf } from './step-build.js';
import type { Input, Output, StepBuild } from './step-build.js';

type OperatorOf<Kind extends StepOperator['kind']> = Extract<StepOperator, { kind: Kind }>;

export function buildSort(build: StepBuild, { kind, keys }: OperatorOf<'sort' | 'sortPartition'>): Output | null {
  const [input] = build.inputs;
  const sorted = checkEach(build, keys, (text) => checkSortKeys(text, scopeOf(build, input)));
  if (sorted === null) return null;
  const columns = new ComputedColumns(input.schema.fields);
  const named = columns.sortKeys(sorted);
  const below = computeColumns(build, columns, input, 'keys');
  const base = { ...nodeBase(build, [below.id]), keys: named, schema: below.schema };
  build.add(kind === 'sort' ? { ...base, kind, limit: null } : { ...base, kind });
  return withoutKeys(build, columns, input, below);
}

export function buildPartition(build: StepBuild, { by }: OperatorOf<'partition'>): Output | null {
  const [input] = build.inputs;
  const columns = new ComputedColumns(input.schema.fields);
  const partitioning = partitioningOf(build, by, columns);
  if (partitioning === null) return null;
  const below = computeColumns(build, columns, input, 'keys');
  build.add({ ...nodeBase(build, [below.id]), kind: 'partition', by: partitioning, schema: below.schema });
  return withoutKeys(build, columns, input, below);
}

function partitioningOf(build: StepBuild, wish: PartitionWish, columns: ComputedColumns): Partitioning | null {
  const scope = scopeOf(build, build.inputs[0]);
  switch (wish.kind) {
    case 'rebalance':
    case 'shuffle':
    case 'rescale':
      return wish;
    case 'hash': {
      const keys = groupKeys(build, wish.keys);
      return keys && { kind: 'hash', keys: [...new Set(keys.map((key) => columns.nameOf(key)))] };
    }
    case 'range': {
      const keys = checkEach(build, wish.keys, (text) => checkSortKeys(text, scope));
      return keys && { kind: 'range', keys: columns.sortKeys(keys) };
    }
    case 'custom': {
      const { module, function: name, key } = wish;
      const checked = checkEach(build, [key], (text) => [checkExpression(text, scope)]);
      return checked && { kind: 'custom', module, function: name, key: columns.nameOf(checked[0]) };
    }
    default:
      return wish satisfies never;
  }
}

/** Expressions over the first input that can be compared for equality, without names of their own. */
export function groupKeys(build: StepBuild, texts: readonly ExprText[]): TypedExpr[] | null {
  const scope = scopeOf(build, build.inputs[0]);
  const before = build.problems.count;
  const keys = texts.map((text) => {
    const checked = checkEach(build, [text], (part) => checkExpressions(part, scope));
    const odd = checked?.find((key) => !hasEquality(key.type));
    if (odd !== undefined) refuseKey(build, text, odd);
    return checked ?? [];
  });
  return build.problems.count > before ? null : keys.flat();
}

function refuseKey(build: StepBuild, { path }: ExprText, key: TypedExpr): void {
  const message = `values of type ${typeName(key.type)} cannot be compared`;
  build.problems.add('ETL-3003', message, siteOf(build, path), 'compare their text: x::text');
}

/** The rows without the columns that were computed for the node; they keep their names. */
export function withoutKeys(build: StepBuild, columns: ComputedColumns, input: Input, below: Output): Output {
  const own: Output = { id: build.step.id, schema: below.schema, aliases: aliasesOf(input) };
  if (!columns.isNeeded) return own;
  const items = input.schema.fields.map((field): NamedExpr => ({ name: field.name, expr: columnOf(field) }));
  return { ...addSelect(build, `${build.step.id}.columns`, items, own), aliases: own.aliases };
}

/** distinct, reduce, reduceGroup, mapPartition: rows in groups, without aggregates. */
import { typeName } from '../../columnar/data-type.js';
import { checkSortKeys } from '../../expr/check-expression.js';
import { hasEquality } from '../../expr/require-order.js';
import type { ReturnedSchema, StepOperator, UserFunction } from '../../spec/step-operator.js';
import { groupKeys, withoutKeys } from './build-order.js';
import { ComputedColumns } from './computed-columns.js';
import { checkEach, computeColumns, nodeBase, scopeOf, siteOf, type Output, type StepBuild } from './step-build.js';

type OperatorOf<Kind extends StepOperator['kind']> = Extract<StepOperator, { kind: Kind }>;

export function buildDistinct(build: StepBuild, { on, orderBy }: OperatorOf<'distinct'>): Output | null {
  const [input] = build.inputs;
  if (on === null) return distinctRows(build);
  const keys = groupKeys(build, on);
  const order = checkEach(build, orderBy, (text) => checkSortKeys(text, scopeOf(build, input)));
  if (keys === null || order === null) return null;
  const columns = new ComputedColumns(input.schema.fields);
  const names = [...new Set(keys.map((key) => columns.nameOf(key)))];
  const sorted = columns.sortKeys(order);
  const below = computeColumns(build, columns, input, 'keys');
  build.add({ ...nodeBase(build, [below.id]), kind: 'distinct', on: names, orderBy: sorted, schema: below.schema });
  return withoutKeys(build, columns, input, below);
}

function distinctRows(build: StepBuild): Output | null {
  const [input] = build.inputs;
  if (!canCompareRows(build)) return null;
  const on = input.schema.fields.map((field) => field.name);
  build.add({ ...nodeBase(build), kind: 'distinct', on, orderBy: [], schema: input.schema });
  return withoutKeys(build, new ComputedColumns(input.schema.fields), input, input);
}

/** For operators that compare whole rows. */
export function canCompareRows(build: StepBuild): boolean {
  const odd = build.inputs.flatMap(({ schema }) => schema.fields).find((field) => !hasEquality(field.type));
  if (odd === undefined) return true;
  const message = `rows cannot be compared: "${odd.name}" is ${typeName(odd.type)}`;
  build.problems.add('ETL-3003', message, siteOf(build), 'cast it to text in a select before');
  return false;
}

export function buildMapPartition(build: StepBuild, operator: OperatorOf<'mapPartition'>): Output {
  const schema = returned(operator.schema);
  build.add({ ...nodeBase(build), kind: 'mapPartition', ...functionOf(operator), schema });
  return { id: build.step.id, schema, aliases: new Map() };
}

export function buildReduce(build: StepBuild, operator: OperatorOf<'reduce'>): Output | null {
  const [input, ...sets] = build.inputs;
  const keys = groupKeys(build, operator.by);
  if (keys === null) return null;
  const columns = new ComputedColumns(input.schema.fields);
  const by = [...new Set(keys.map((key) => columns.nameOf(key)))];
  const below = computeColumns(build, columns, input, 'keys');
  const seen = input.schema.fields.map((field) => field.name);
  const schema = { fields: input.schema.fields.map((field) => ({ ...field, nullable: true })) };
  const base = nodeBase(build, [below.id, ...sets.map((set) => set.id)]);
  build.add({ ...base, kind: 'reduce', ...functionOf(operator), by, columns: seen, schema });
  return { id: build.step.id, schema, aliases: new Map() };
}

export function buildReduceGroup(build: StepBuild, operator: OperatorOf<'reduceGroup'>): Output | null {
  const [input, ...sets] = build.inputs;
  const keys = groupKeys(build, operator.by);
  const order = checkEach(build, operator.orderBy, (text) => checkSortKeys(text, scopeOf(build, input)));
  if (keys === null || order === null) return null;
  const columns = new ComputedColumns(input.schema.fields);
  const by = [...new Set(keys.map((key) => columns.nameOf(key)))];
  const orderBy = columns.sortKeys(order);
  const below = computeColumns(build, columns, input, 'keys');
  const seen = input.schema.fields.map((field) => field.name);
  const schema = returned(operator.schema);
  const base = nodeBase(build, [below.id, ...sets.map((set) => set.id)]);
  const { combine } = operator;
  build.add({ ...base, kind: 'reduceGroup', ...functionOf(operator), by, orderBy, combine, columns: seen, schema });
  return { id: build.step.id, schema, aliases: new Map() };
}

/** Of what a user's function returns anything may be NULL. */
export function returned(schema: ReturnedSchema) {
  return { fields: schema.map(({ name, type }) => ({ name, type, nullable: true })) };
}

export function functionOf({ module, function: name, broadcast }: UserFunction): UserFunction {
  return { module, function: name, broadcast };
}

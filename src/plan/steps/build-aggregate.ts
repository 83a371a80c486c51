/**
 * An aggregate step as nodes, from the input up: a select of groups and arguments, the aggregate, a filter for HAVING, and a
 * select for what is computed from aggregates. Only the aggregate is always there.
 */
import type { AggregateValue } from '../../expr/aggregates/aggregate-value.js';
import { checkGroups, GroupedScope, type AggregateSlot } from '../../expr/aggregates/check-grouped.js';
import type { NamedExpr, TypedExpr } from '../../expr/typed-expr.js';
import type { ExprText, StepOperator } from '../../spec/step-operator.js';
import { substituteColumns } from '../expr-facts.js';
import { aggregateSchema } from '../node-schemas.js';
import { ComputedColumns } from './computed-columns.js';
import { addSelect, checkEach, computeColumns, nodeBase, scopeOf, siteOf, type Output, type StepBuild } from './step-build.js'; // prettier-ignore

type Aggregate = Extract<StepOperator, { kind: 'aggregate' }>;

interface Checked {
  readonly groups: readonly NamedExpr[];
  readonly slots: readonly AggregateSlot[];
  /** Over the groups' names and the slots. */
  readonly values: readonly NamedExpr[];
  readonly having: TypedExpr | null;
}

export function buildAggregate(build: StepBuild, operator: Aggregate): Output | null {
  const checked = checkAggregation(build, operator);
  if (checked === null) return null;
  const { groups, slots, values, having } = nameSlots(checked);
  const own = addAggregate(build, groups, slots);
  const { schema } = own;
  const kept = having === null ? own : addHaving(build, having, own);
  const wanted = [...groups.map(asColumn), ...values];
  const isSame = wanted.map(({ name }) => name).join() === schema.fields.map(({ name }) => name).join();
  return isSame && wanted.every(isPlain) ? kept : addSelect(build, `${build.step.id}.values`, wanted, kept);
}

/** Gives the groups, then the slots, by their names. */
export function addAggregate(build: StepBuild, groups: readonly NamedExpr[], slots: readonly AggregateSlot[]): Output {
  const columns = new ComputedColumns([]);
  const by = groups.map((group) => columns.define(group));
  const results = slots.map((slot) => aggregateValue(slot, columns));
  const [input] = build.inputs;
  const below = columns.isNeeded ? computeColumns(build, columns, input, 'groups') : input;
  const schema = aggregateSchema(by, results, below.schema);
  build.add({ ...nodeBase(build, [below.id]), kind: 'aggregate', by, values: results, schema });
  return { id: build.step.id, schema, aliases: new Map() };
}

function checkAggregation(build: StepBuild, operator: Aggregate): Checked | null {
  const rows = scopeOf(build, build.inputs[0]);
  const names = new Set<string>();
  const groups = checkEach(build, operator.by, (text, path) => claimNames(build, names, checkGroups(text, rows), path));
  if (groups === null) return null;
  const grouped = new GroupedScope(rows, groups);
  const values = checkEach(build, operator.values, (text, path) =>
    claimNames(build, names, grouped.checkItem(text), path),
  );
  const having = checkEach(build, operator.having === null ? [] : [operator.having], (text) => [
    grouped.checkCondition(text),
  ]);
  if (values === null || having === null) return null;
  return { groups, slots: grouped.slots, values, having: having[0] ?? null };
}

/** Problems where one has the name of another. */
function claimNames(
  build: StepBuild,
  taken: Set<string>,
  items: readonly NamedExpr[],
  path: ExprText['path'],
): readonly NamedExpr[] {
  for (const { name } of items) {
    const hint = 'give one of them another name: … AS name';
    if (taken.has(name)) build.problems.add('ETL-3022', `two columns are named "${name}"`, siteOf(build, path), hint);
    taken.add(name);
  }
  return items;
}

/** A slot that is a value as it is gets the value's name, so that nothing has to be computed behind the aggregate. */
function nameSlots({ groups, slots, values, having }: Checked): Checked {
  const names = new Map<string, string>();
  for (const { name, expr } of values) {
    if (expr.kind === 'column' && slots.some((slot) => slot.name === expr.name) && !names.has(expr.name))
      names.set(expr.name, name);
  }
  const renamed = (expr: TypedExpr): TypedExpr =>
    substituteColumns(expr, (column) => ({ ...column, name: names.get(column.name) ?? column.name }));
  return {
    groups,
    slots: slots.map((slot) => ({ ...slot, name: names.get(slot.name) ?? slot.name })),
    values: values.map(({ name, expr }) => ({ name, expr: renamed(expr) })),
    having: having && renamed(having),
  };
}

function aggregateValue({ name, aggregate }: AggregateSlot, columns: ComputedColumns): AggregateValue {
  const { function: of, args, distinct, filter, orderBy, separator, fraction, type } = aggregate;
  return {
    name,
    function: of,
    arguments: args.map((arg) => columns.nameOf(arg)),
    distinct,
    filter: filter && columns.nameOf(filter),
    orderBy: columns.sortKeys(orderBy),
    separator,
    fraction,
    type,
  };
}

function addHaving(build: StepBuild, predicate: TypedExpr, input: Output): Output {
  const id = `${build.step.id}.having`;
  const { parallelism } = build.step;
  build.add({ kind: 'filter', id, inputs: [input.id], predicate, schema: input.schema, parallelism });
  return { ...input, id };
}

function asColumn({ name, expr }: NamedExpr): NamedExpr {
  return { name, expr: { kind: 'column', name, type: expr.type } };
}

function isPlain({ name, expr }: NamedExpr): boolean {
  return expr.kind === 'column' && expr.name === name;
}

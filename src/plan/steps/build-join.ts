/** join, cross, coGroup: the rows of two inputs side by side. */
import { checkPredicate } from '../../expr/check-expression.js';
import type { Schema } from '../../columnar/batch.js';
import type { NamedExpr, TypedExpr } from '../../expr/typed-expr.js';
import type { ExprText, StepOperator } from '../../spec/step-operator.js';
import { substituteColumns } from '../expr-facts.js';
import { columnOf } from '../graph-edit.js';
import { joinSchema, rightFields, rightName } from '../node-schemas.js';
import { functionOf, returned } from './build-groups.js';
import { ComputedColumns } from './computed-columns.js';
import { joinInputs, type JoinedInput } from './joined-input.js';
import { splitJoinCondition, type JoinCondition, type JoinKey } from './split-join-condition.js';
import { addSelect, aliasesOf, checkEach, computeColumns, nodeBase, siteOf, type Output, type StepBuild } from './step-build.js'; // prettier-ignore

type OperatorOf<Kind extends StepOperator['kind']> = Extract<StepOperator, { kind: Kind }>;

export function buildJoin(build: StepBuild, operator: OperatorOf<'join'>): Output | null {
  const joined = joinInputs(build, operator.as);
  const condition = joined && conditionOf(build, joined, operator.on);
  if (joined === null || condition === null) return null;
  const { type, hint } = operator;
  if (hint !== null && condition.keys.length === 0) {
    const advice = 'without one every pair is looked at; leave the hint out';
    build.problems.add('ETL-3027', 'this hint needs an equality of both inputs in "on"', hintSite(build), advice);
    return null;
  }
  const own = addJoin(build, joined, condition, { type, hint });
  return { ...own, aliases: type === 'semi' || type === 'anti' ? aliasesOf(joined.left) : joined.aliases };
}

type JoinSides = Pick<JoinedInput, 'left' | 'right' | 'rightNames'>;

/** Gives the columns of the left side, then those of the right one by their names behind the join. */
export function addJoin(
  build: StepBuild,
  joined: JoinSides,
  condition: JoinCondition,
  { type, hint }: Pick<OperatorOf<'join'>, 'type' | 'hint'>,
): Output {
  const { left, right, rightNames } = joined;
  const sides = computeKeys(build, joined, condition.keys);
  const schema = joinSchema(type, sides.left.schema, sides.right.schema, rightNames);
  build.add({
    ...nodeBase(build, [sides.left.id, sides.right.id]),
    kind: 'join',
    type,
    leftKeys: sides.leftKeys,
    rightKeys: sides.rightKeys,
    nullSafe: condition.keys.map((key) => key.nullSafe),
    rightNames,
    kept: null,
    residual: condition.residual,
    hint,
    small: null,
    schema,
  });
  const isOneSided = type === 'semi' || type === 'anti';
  const own: Output = { id: build.step.id, schema, aliases: new Map() };
  const visible = [...left.schema.fields, ...(isOneSided ? [] : rightFields(right.schema, rightNames))];
  if (visible.length === schema.fields.length) return own;
  const items = visible.map((field): NamedExpr => ({ name: field.name, expr: columnOf(field) }));
  return addSelect(build, `${build.step.id}.columns`, items, own);
}

export function buildCross(build: StepBuild, { as, small }: OperatorOf<'cross'>): Output | null {
  const joined = joinInputs(build, as);
  if (joined === null) return null;
  const { left, right, rightNames, aliases } = joined;
  const schema = joinSchema('inner', left.schema, right.schema, rightNames);
  build.add({ ...nodeBase(build), kind: 'cross', rightNames, kept: null, small, schema });
  return { id: build.step.id, schema, aliases };
}

export function buildCoGroup(build: StepBuild, operator: OperatorOf<'coGroup'>): Output | null {
  const joined = joinInputs(build, operator.as);
  const condition = joined && conditionOf(build, joined, operator.on);
  if (joined === null || condition === null) return null;
  if (condition.residual !== null) {
    const hint = 'write a = other.b, with AND between several';
    build.problems.add('ETL-3027', 'the keys of coGroup can only be equalities', siteOf(build, operator.on.path), hint);
    return null;
  }
  const [, , ...sets] = build.inputs;
  const { left, right, leftKeys, rightKeys } = computeKeys(build, joined, condition.keys);
  const schema = returned(operator.schema);
  build.add({
    ...nodeBase(build, [left.id, right.id, ...sets.map((set) => set.id)]),
    kind: 'coGroup',
    ...functionOf(operator),
    leftKeys,
    rightKeys,
    leftColumns: namesOf(joined.left.schema),
    rightColumns: namesOf(joined.right.schema),
    schema,
  });
  return { id: build.step.id, schema, aliases: new Map() };
}

function conditionOf(
  build: StepBuild,
  { left, right, rightNames, scope }: JoinedInput,
  on: ExprText,
): JoinCondition | null {
  const checked = checkEach(build, [on], (text) => [checkPredicate(text, scope)]);
  if (checked === null) return null;
  const behind = namesOf(right.schema).map((name) => rightName(rightNames, name));
  return splitJoinCondition(checked[0], new Set(namesOf(left.schema)), new Set(behind));
}

/** Both inputs with their keys as columns. */
function computeKeys(build: StepBuild, { left, right, rightNames }: JoinSides, keys: readonly JoinKey[]) {
  const own = new Map(right.schema.fields.map(({ name }) => [rightName(rightNames, name), name]));
  const leftColumns = new ComputedColumns(left.schema.fields, '#l', [...own.keys()]);
  const rightColumns = new ComputedColumns(right.schema.fields, '#r', namesOf(left.schema));
  const before = (expr: TypedExpr): TypedExpr =>
    substituteColumns(expr, (column) => ({ ...column, name: own.get(column.name)! }));
  const leftKeys = keys.map((key) => leftColumns.nameOf(key.left));
  const rightKeys = keys.map((key) => rightColumns.nameOf(before(key.right)));
  return {
    left: computeColumns(build, leftColumns, left, 'left'),
    right: computeColumns(build, rightColumns, right, 'right'),
    leftKeys,
    rightKeys,
  };
}

function hintSite(build: StepBuild) {
  return siteOf(build, ['join', 'hint']);
}

function namesOf(schema: Schema): string[] {
  return schema.fields.map((field) => field.name);
}

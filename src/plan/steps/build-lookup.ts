/** lookup: columns of another place, found by keys that are computed from each row. */
import { fieldIndex, type Field, type Schema } from '../../columnar/batch.js';
import { didYouMeanHint } from '../../errors/did-you-mean.js';
import { checkEquality } from '../../expr/check-equality.js';
import { checkExpression, checkSelectItem } from '../../expr/check-expression.js';
import { implicitCast } from '../../expr/coerce.js';
import type { NamedExpr, TypedExpr } from '../../expr/typed-expr.js';
import type { ExprText, LookedUp, Lookup } from '../../spec/step-operator.js';
import { columnOf } from '../graph-edit.js';
import type { FoundColumn } from '../logical-graph.js';
import { lookupSchema } from '../node-schemas.js';
import { ComputedColumns } from './computed-columns.js';
import { keyType } from './split-join-condition.js';
import { addSelect, aliasesOf, checkEach, computeColumns, nodeBase, scopeOf, siteOf, type Output, type StepBuild } from './step-build.js'; // prettier-ignore

type Rows = Extract<LookedUp, { kind: 'rows' }>;
type Values = Extract<LookedUp, { kind: 'values' }>;

export function buildLookup(build: StepBuild, operator: Lookup): Output | null {
  const { lookups, step, inputs } = build;
  const lookup = lookups.get(step.id);
  if (lookup === undefined) return null;
  const [input] = inputs;
  const { target, connection, type, unique, manner } = operator;
  const before = build.problems.count;
  const { schema: there } = lookup.description;
  const keys = target.kind === 'rows' ? equalKeys(build, target, there) : templateKeys(build, target);
  const found = addedColumns(build, target, there);
  if (keys === null || found === null || build.problems.count > before) return null;
  refuseTwice(build, operator, input.schema, found);
  if (build.problems.count > before) return null;
  const columns = new ComputedColumns(input.schema.fields);
  const node = {
    connector: lookup.connector,
    connection,
    place: target.kind === 'rows' ? (target.own.table ?? 'a query') : target.key,
    type,
    unique,
    keys: keys.map(({ expr }) => columns.nameOf(expr)),
    keyNames: keys.map(({ name }) => name),
    found,
    manner,
  };
  const below = computeColumns(build, columns, input, 'keys');
  const schema = lookupSchema(node, below.schema);
  build.add({ ...nodeBase(build, [below.id]), kind: 'lookup', ...node, schema });
  const own: Output = { id: build.step.id, schema, aliases: aliasesOf(input) };
  if (!columns.isNeeded) return own;
  const visible = [...input.schema.fields, ...schema.fields.slice(below.schema.fields.length)];
  const items = visible.map((field): NamedExpr => ({ name: field.name, expr: columnOf(field) }));
  return { ...addSelect(build, `${build.step.id}.columns`, items, own), aliases: own.aliases };
}

interface Key {
  readonly name: string;
  readonly expr: TypedExpr;
}

/** Each as the type in which it is compared with its column. */
function equalKeys(build: StepBuild, { on }: Rows, there: Schema): Key[] | null {
  const before = build.problems.count;
  const keys: Key[] = [];
  for (const { column, equals } of on) {
    const field = there.fields.find(({ name }) => name === column);
    if (field === undefined) {
      refuseColumn(build, column, equals, there);
      continue;
    }
    const pair = checkEach(build, [equals], (text) => checkEquality(text, scopeOf(build, build.inputs[0]), field));
    if (pair === null) continue;
    const type = keyType(pair[0].type, pair[1].type);
    if (type === null || type.kind === 'list') {
      const hint = 'compare other columns, or their text';
      build.problems.add('ETL-3029', `rows cannot be found by the array "${column}"`, siteOf(build, equals.path), hint);
      continue;
    }
    keys.push({ name: column, expr: implicitCast(pair[0], type) });
  }
  return build.problems.count > before ? null : keys;
}

function templateKeys(build: StepBuild, { parts }: Values): Key[] | null {
  const texts = parts.flatMap((part) => (part.kind === 'expr' ? [part.expr] : []));
  if (texts.length === 0) {
    const hint = 'write "user:{id}"';
    build.problems.add('ETL-3029', 'every row asks for the same key', siteOf(build, ['lookup', 'key']), hint);
    return null;
  }
  return checkEach(build, texts, (text): Key[] => {
    return [{ name: text, expr: checkExpression(text, scopeOf(build, build.inputs[0])) }];
  });
}

function addedColumns(build: StepBuild, target: LookedUp, there: Schema): FoundColumn[] | null {
  const { columns } = target;
  const on = target.kind === 'rows' ? target.on : [];
  if (columns === null)
    return there.fields.filter(({ name }) => !on.some(({ column }) => column === name)).map(asFound);
  return checkEach(build, columns, (text, path): FoundColumn[] => {
    return checkSelectItem(text, { ...build.scope, columns: there.fields }).flatMap(({ name, expr }) => {
      if (expr.kind === 'column') return [{ name, field: there.fields[fieldIndex(there, expr.name)] }];
      const hint = 'compute it in a select behind the lookup';
      build.problems.add('ETL-3029', 'a lookup adds columns as they are', siteOf(build, path), hint);
      return [];
    });
  });
}

function asFound(field: Field): FoundColumn {
  return { name: field.name, field };
}

function refuseColumn(build: StepBuild, column: string, { path }: ExprText, there: Schema): void {
  const known = there.fields.map(({ name }) => name);
  const hint = didYouMeanHint(column, known) ?? `it has ${known.join(', ')}`;
  build.problems.add('ETL-3021', `there is no column "${column}" to look in`, siteOf(build, path), hint);
}

function refuseTwice(build: StepBuild, { target }: Lookup, input: Schema, found: readonly FoundColumn[]): void {
  const taken = new Set(input.fields.map(({ name }) => name));
  const path = target.columns !== null ? ['lookup', 'columns'] : ['lookup'];
  for (const { name } of found) {
    const hint = `list the columns: columns: ["${name} AS other"]`;
    if (taken.has(name)) build.problems.add('ETL-3022', `two columns are named "${name}"`, siteOf(build, path), hint);
    taken.add(name);
  }
}

/**
 * Queries in conditions, joined to the rows around them:
 *
 *     EXISTS, IN          semi join           NOT EXISTS, NOT IN    anti join; NOT IN also minds NULLs, as SQL does
 *     (SELECT max(x) …)   its one row beside each; correlated: grouped by what it is correlated by, and a left join
 */
import { checkNode, defaultName } from '../../../expr/check-expression.js';
import { requireBoolean, type Checked } from '../../../expr/coerce.js';
import { notAnExpression, syntaxError } from '../../../expr/expression-error.js';
import type { Query, QueryBody, Select, SyntaxNode, TableExpression } from '../../../expr/syntax-tree.js';
import type { NamedExpr, TypedExpr } from '../../../expr/typed-expr.js';
import { rightName } from '../../node-schemas.js';
import { planFrom, type PlanQuery, type Tables } from './plan-from.js';
import { holdsAggregates, planGroups } from './plan-groups.js';
import type { QueryNodes } from './query-nodes.js';
import {
  columnsIn,
  hasColumn,
  partsOf,
  lastName,
  scopeOf,
  type Given,
  type Relation,
  type VisibleColumn,
} from './relation.js';

type Membership = Extract<SyntaxNode, { kind: 'inQuery' | 'exists' }>;

export interface Planning {
  readonly nodes: QueryNodes;
  readonly tables: Tables;
  readonly planQuery: PlanQuery;
}

/** The rows for which all conditions are true. */
export function filterByQueries(planning: Planning, relation: Relation, conditions: readonly SyntaxNode[]): Relation {
  let rows = relation;
  for (const condition of conditions) {
    const member = membershipOf(condition);
    if (member !== null) {
      rows = filterByMembership(planning, rows, member.node, member.isNegated);
      continue;
    }
    for (const kind of ['exists', 'inQuery'] as const)
      for (const { at } of partsOf(condition, kind))
        throw notAnExpression('EXISTS and IN (SELECT …) can only stand beside other conditions, with AND between', at);
    const joined = joinScalars(planning, rows, [condition]);
    const scope = scopeOf(planning.nodes.build.scope, joined.relation, joined.given);
    rows = planning.nodes.filter(joined.relation, [planning.nodes.condition(condition, scope)]);
  }
  return rows;
}

function membershipOf(node: SyntaxNode): { readonly node: Membership; readonly isNegated: boolean } | null {
  if (node.kind === 'inQuery' || node.kind === 'exists') return { node, isNegated: false };
  if (node.kind !== 'call' || node.name !== 'not') return null;
  const inner = membershipOf(node.args[0]!);
  return inner && { node: inner.node, isNegated: !inner.isNegated };
}

function filterByMembership(planning: Planning, rows: Relation, member: Membership, isNegated: boolean): Relation {
  const { nodes } = planning;
  const type = isNegated ? 'anti' : 'semi';
  const { inner, correlated, value } = planMembers(planning, rows, member);
  const { renamed, rightNames } = nodes.sides(rows, inner);
  const scope = scopeOf(nodes.build.scope, renamed, undefined, rows);
  const conditions = correlated.map((node) => nodes.condition(node, scope));
  if (member.kind === 'exists') return nodes.joinChecked(rows, inner, type, conditions);
  const arg = checkNode(member.arg, scopeOf(nodes.build.scope, rows));
  const name = rightName(rightNames, value!);
  const { type: valueType } = renamed.schema.fields.find((field) => field.name === name)!;
  const found: Checked = { expr: { kind: 'column', name, type: valueType }, untyped: false, at: member.at };
  const isEqual = equalityOf(member, arg, found, scope);
  if (!isNegated) return nodes.joinChecked(rows, inner, type, [...conditions, isEqual]);
  if (correlated.length > 0)
    throw notAnExpression(
      'NOT IN (SELECT …) cannot read the query around it',
      member.at,
      'write NOT EXISTS (SELECT … WHERE …)',
    );
  const known = withoutUnknown(planning, rows, inner, { member, value: value! });
  return nodes.joinChecked(known, inner, type, [isEqual]);
}

/** Takes the rows out for which `x NOT IN (…)` is NULL: all where there is a NULL in it, those of NULL where there is anything. */
function withoutUnknown(
  { nodes }: Planning,
  rows: Relation,
  inner: Relation,
  { member, value: column }: { readonly member: Extract<Membership, { kind: 'inQuery' }>; readonly value: string },
): Relation {
  const field = inner.schema.fields.find(({ name }) => name === column)!;
  const arg = checkNode(member.arg, scopeOf(nodes.build.scope, rows)).expr;
  const mayBeNull = arg.kind !== 'column' || rows.schema.fields.find(({ name }) => name === arg.name)!.nullable;
  if (!field.nullable && !mayBeNull) return rows;
  const bigint = { kind: 'int64' } as const;
  const count = { filter: null, distinct: false, orderBy: [], separator: null, fraction: null, type: bigint, name: '' };
  const id = nodes.freshId('nulls');
  const values = [
    { ...count, name: '#all', function: 'count' as const, arguments: [] },
    { ...count, name: '#known', function: 'count' as const, arguments: [column] },
  ];
  const fields = values.map(({ name }) => ({ name, type: bigint, nullable: false }));
  nodes.add({ kind: 'aggregate', id, inputs: [inner.id], by: [], values, schema: { fields }, parallelism: null });
  const beside = nodes.joinChecked(rows, { id, schema: { fields }, visible: [] }, 'inner', []);
  const [all, known] = beside.schema.fields
    .slice(-2)
    .map(({ name }): TypedExpr => ({ kind: 'column', name, type: bigint }));
  const boolean = { kind: 'boolean' } as const;
  const call = (name: string, ...args: TypedExpr[]): TypedExpr => ({ kind: 'call', name, args, type: boolean });
  const zero: TypedExpr = { kind: 'literal', text: '0', type: bigint };
  const isKnown = call('and', call('is not null', arg), call('=', all!, known!));
  return nodes.filter(beside, [call('or', call('=', all!, zero), isKnown)]);
}

interface Members {
  readonly inner: Relation;
  /** Conditions that read the rows around. */
  readonly correlated: readonly SyntaxNode[];
  /** The column that IN compares with; null for EXISTS. */
  readonly value: string | null;
}

function planMembers(planning: Planning, outer: Relation, member: Membership): Members {
  const { nodes, tables, planQuery } = planning;
  const query = member.kind === 'inQuery' ? withName(member.query) : member.query;
  const { body } = query;
  if (body.kind !== 'select' || query.with.length > 0 || !readsOuter(body, outer, tables)) {
    const inner = planQuery(query, tables);
    if (member.kind === 'exists') return { inner, correlated: [], value: null };
    if (inner.visible.length === 1) return { inner, correlated: [], value: inner.visible[0].column };
    throw syntaxError(`IN (SELECT …) needs one column, this query has ${inner.visible.length}`, member.at);
  }
  refuseGrouped(body);
  const from = planFrom(nodes, body, tables, outer, planQuery);
  const inner = filterByQueries(planning, from.relation, from.withQueries);
  if (member.kind === 'exists') return { inner, correlated: from.correlated, value: null };
  const item = body.items[0].node;
  if (item === null || body.items.length !== 1) throw syntaxError('IN (SELECT …) needs one column', member.at);
  const expr = nodes.check(item, scopeOf(nodes.build.scope, inner));
  const all = inner.schema.fields.map(({ name, type }): NamedExpr => ({ name, expr: { kind: 'column', name, type } }));
  const selected = nodes.select(inner, [...all, { name: '#value', expr }], inner.visible);
  return { inner: selected, correlated: from.correlated, value: '#value' };
}

/** The one value of a query in an expression needs no name. */
function withName(query: Query): Query {
  const { body } = query;
  if (body.kind !== 'select' || body.items.length !== 1) return query;
  const [item] = body.items;
  return {
    ...query,
    body: { ...body, items: [{ ...item, alias: item.alias ?? (item.node === null ? null : '#value') }] },
  };
}

/** Does WHERE name columns that only the query around it has? */
function readsOuter({ where, from }: Select, outer: Relation, tables: Tables): boolean {
  if (where === null) return false;
  const own = from.flatMap((table) => columnsOfTable(table, tables));
  const isOwn = (called: string): boolean => {
    const dot = called.lastIndexOf('.');
    return own.some(({ table, name }) => name === called.slice(dot + 1) && (dot < 0 || table === called.slice(0, dot)));
  };
  return columnsIn(where).some(({ name }) => !isOwn(name) && hasColumn(outer, name));
}

/** Before it is planned. */
function columnsOfTable(table: TableExpression, tables: Tables): readonly Pick<VisibleColumn, 'table' | 'name'>[] {
  if (table.kind === 'join') return [table.left, table.right].flatMap((side) => columnsOfTable(side, tables));
  const names =
    table.kind === 'table'
      ? (tables.get(table.name)?.visible ?? []).map(({ name }) => name)
      : columnsOfBody(table.query.body, tables);
  const alias = table.alias ?? (table.kind === 'table' ? lastName(table.name) : null);
  return names.map((name, i) => ({ table: alias, name: table.columns[i] ?? name }));
}

function columnsOfBody(body: QueryBody, tables: Tables): readonly string[] {
  if (body.kind === 'query') return columnsOfBody(body.query.body, tables);
  if (body.kind !== 'select') return columnsOfBody(body.left, tables);
  return body.items.flatMap(({ node, alias, table }) => {
    if (node !== null) return [alias ?? defaultName(node) ?? ''];
    const columns = body.from.flatMap((one) => columnsOfTable(one, tables));
    return columns.filter((column) => table === null || column.table === table).map(({ name }) => name);
  });
}

function refuseGrouped(body: Select): void {
  if (body.groupBy.length === 0 && body.having === null && !holdsAggregates(body, [])) return;
  throw notAnExpression('a query with groups cannot read the query around it here', body.at, 'join it instead');
}

export interface WithScalars {
  readonly relation: Relation;
  readonly given: Given;
}

/** The rows with the values of all scalar queries in some parts of the text beside them. */
export function joinScalars(planning: Planning, relation: Relation, parts: readonly SyntaxNode[]): WithScalars {
  const given = new Map<SyntaxNode, Checked>();
  let rows = relation;
  for (const node of parts.flatMap((part) => partsOf(part, 'subquery'))) {
    const { nodes } = planning;
    const { query, at } = node;
    const { body } = query;
    if (
      body.kind !== 'select' ||
      body.groupBy.length > 0 ||
      !holdsAggregates(body, []) ||
      query.limit !== null ||
      body.items.length !== 1
    )
      throw notAnExpression(
        'a query in an expression has one aggregate and no GROUP BY',
        at,
        'others can be joined: FROM a JOIN (SELECT …) b ON …',
      );
    const isCorrelated = readsOuter(body, rows, planning.tables) && query.with.length === 0;
    const before = rows.schema.fields.length;
    rows = isCorrelated
      ? joinCorrelated(planning, rows, body, at)
      : beside(nodes, rows, planning.planQuery(withName(query), planning.tables));
    const { name, type } = rows.schema.fields[isCorrelated ? rows.schema.fields.length - 1 : before]!;
    given.set(node, { expr: { kind: 'column', name, type }, untyped: false, at });
  }
  return { relation: rows, given };
}

function beside(nodes: QueryNodes, rows: Relation, one: Relation): Relation {
  return { ...nodes.joinChecked(rows, one, 'inner', []), visible: rows.visible };
}

function joinCorrelated(planning: Planning, rows: Relation, body: Select, at: SyntaxNode['at']): Relation {
  const { nodes, tables, planQuery } = planning;
  const from = planFrom(nodes, body, tables, rows, planQuery);
  const inner = filterByQueries(planning, from.relation, from.withQueries);
  const keys = from.correlated.map((node) => correlation(node, inner, rows));
  if (keys.includes(null) || keys.length === 0)
    throw notAnExpression(
      'a query in an expression can only be tied to the query around it by equalities',
      at,
      'write a.x = b.y, with AND between several',
    );
  const item = body.items[0]!.node;
  if (item === null) throw syntaxError('"*" is no value', at);
  if (partsOf(item, 'aggregate').some(({ name }) => name === 'count'))
    throw notAnExpression(
      'count() of a correlated query cannot stand in an expression',
      at,
      'count in a joined query, with COALESCE(n, 0)',
    );
  const grouped = planGroups(
    nodes,
    inner,
    keys.map((key) => key!.inner),
    [item],
  );
  const value = grouped.check(item);
  const names = grouped.keys.map((column, i): NamedExpr => ({ name: `#k${i + 1}`, expr: column }));
  const selected = nodes.select(grouped.relation, [...names, { name: '#value', expr: value }], []);
  const { renamed } = nodes.sides(rows, selected);
  const scope = scopeOf(nodes.build.scope, rows);
  const conditions = keys.map((key, i) => {
    const { name, type } = renamed.schema.fields[i]!;
    const column: Checked = { expr: { kind: 'column', name, type }, untyped: false, at };
    return equalityOf(key!.node, checkNode(key!.outer, scope), column, scope);
  });
  return { ...nodes.joinChecked(rows, selected, 'left', conditions), visible: rows.visible };
}

interface Correlation {
  readonly node: SyntaxNode;
  readonly inner: SyntaxNode;
  readonly outer: SyntaxNode;
}

function correlation(node: SyntaxNode, inner: Relation, outer: Relation): Correlation | null {
  if (node.kind !== 'call' || node.name !== '=') return null;
  const isOf = (part: SyntaxNode, relation: Relation): boolean =>
    columnsIn(part).length > 0 && columnsIn(part).every(({ name }) => hasColumn(relation, name));
  const [a, b] = node.args as [SyntaxNode, SyntaxNode];
  if (isOf(a, inner) && isOf(b, outer)) return { node, inner: a, outer: b };
  return isOf(b, inner) && isOf(a, outer) ? { node, inner: b, outer: a } : null;
}

/** `a = b` by the rules of the language: literals take types, numbers are widened. */
function equalityOf(at: SyntaxNode, a: Checked, b: Checked, scope: ReturnType<typeof scopeOf>): TypedExpr {
  const left: SyntaxNode = { kind: 'null', at: at.at, depth: 1 };
  const right: SyntaxNode = { kind: 'null', at: at.at, depth: 1 };
  const node: SyntaxNode = {
    kind: 'call',
    name: '=',
    form: 'operator',
    args: [left, right],
    nameAt: at.at,
    at: at.at,
    depth: 2,
  };
  const resolve = (part: SyntaxNode): Checked | null => (part === left ? a : part === right ? b : null);
  return requireBoolean(checkNode(node, { ...scope, resolve }), 'the condition');
}

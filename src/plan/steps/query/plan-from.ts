/**
 * FROM and WHERE: tables joined in the order in which they are written, but for those with commas between, of which the next is one
 * that an equality of WHERE joins to those before. What WHERE says of rows of outer queries is left to who plans those.
 */
import { syntaxError, unknownColumn } from '../../../expr/expression-error.js';
import { didYouMean } from '../../../errors/did-you-mean.js';
import type { Query, Select, SyntaxNode, TableExpression } from '../../../expr/syntax-tree.js';
import {
  columnsIn,
  conjuncts,
  hasColumn,
  isWithin,
  lastName,
  links,
  partsOf,
  scopeOf,
  type Relation,
  type VisibleColumn,
} from './relation.js';
import type { QueryNodes } from './query-nodes.js';

export type Tables = ReadonlyMap<string, Relation>;

export interface FromClause {
  readonly relation: Relation;
  /** Conditions of WHERE that hold queries. */
  readonly withQueries: readonly SyntaxNode[];
  /** Those that read columns of the outer query. */
  readonly correlated: readonly SyntaxNode[];
}

export type PlanQuery = (query: Query, tables: Tables) => Relation;

/** `outer`: of the query around, whose columns conditions may name. */
export function planFrom(
  nodes: QueryNodes,
  { from, where }: Select,
  tables: Tables,
  outer: Relation | null,
  planQuery: PlanQuery,
): FromClause {
  const relations = from.map((table) => planTable(nodes, table, tables, planQuery));
  refuseSameNames(relations, from);
  const all = conjuncts(where);
  const holdsQuery = (node: SyntaxNode): boolean =>
    (['subquery', 'exists', 'inQuery'] as const).some((kind) => partsOf(node, kind).length > 0);
  const plain = all.filter((node) => !holdsQuery(node));
  const isOuter = (node: SyntaxNode): boolean =>
    outer !== null && columnsIn(node).some(({ name }) => hasColumn(outer, name) && !relations.some((one) => hasColumn(one, name))); // prettier-ignore
  const { relation, rest } = joinAll(
    nodes,
    relations,
    plain.filter((node) => !isOuter(node)),
  );
  const scope = scopeOf(nodes.build.scope, relation);
  return {
    relation: nodes.filter(
      relation,
      rest.map((node) => nodes.condition(node, scope)),
    ),
    withQueries: all.filter(holdsQuery),
    correlated: plain.filter(isOuter),
  };
}

function joinAll(nodes: QueryNodes, relations: readonly Relation[], conditions: readonly SyntaxNode[]) {
  let [relation, ...others] = relations;
  let rest = conditions;
  while (others.length > 0) {
    const current = relation;
    const isJoined = (other: Relation): boolean =>
      rest.some((node) => isEquality(node) && links(node, [current, other]));
    const next = others.find(isJoined) ?? others[0];
    const own = rest.filter((node) => links(node, [current, next]) && isWithin(node, [current, next]));
    relation = nodes.join(current, next, 'inner', own);
    others = others.filter((other) => other !== next);
    rest = rest.filter((node) => !own.includes(node));
  }
  return { relation, rest };
}

function isEquality(node: SyntaxNode): boolean {
  return node.kind === 'call' && node.name === '=';
}

function refuseSameNames(relations: readonly Relation[], from: readonly TableExpression[]): void {
  const names = relations.map(({ visible }) => new Set(visible.map(({ table }) => table)));
  names.forEach((own, i) => {
    for (const name of own) {
      if (name === null || !names.slice(0, i).some((earlier) => earlier.has(name))) continue;
      throw syntaxError(`two tables are called "${name}"`, from[i].at, 'give one of them another name: … AS name');
    }
  });
}

function planTable(nodes: QueryNodes, table: TableExpression, tables: Tables, planQuery: PlanQuery): Relation {
  if (table.kind === 'join') return planJoin(nodes, table, tables, planQuery);
  if (table.kind === 'derived') return called(planQuery(table.query, tables), table.alias, table);
  const found = tables.get(table.name);
  if (found === undefined) {
    const near = didYouMean(table.name, [...tables.keys()]);
    const hint = near === null ? `there are ${[...tables.keys()].join(', ')}` : `did you mean ${near}?`;
    throw unknownColumn(`there is no table "${table.name}"`, table.at, hint);
  }
  const name = table.isFile ? null : lastName(table.name);
  return called(found, table.alias ?? name, table);
}

type Named = Extract<TableExpression, { kind: 'table' | 'derived' }>;

function called(relation: Relation, alias: string | null, { columns, at }: Named): Relation {
  if (columns.length > relation.visible.length)
    throw syntaxError(`it has ${relation.visible.length} columns, and ${columns.length} names are given`, at);
  const visible = relation.visible.map(({ name, column }, i) => ({ table: alias, name: columns[i] ?? name, column }));
  return { ...relation, visible };
}

type Join = Extract<TableExpression, { kind: 'join' }>;

function planJoin(nodes: QueryNodes, join: Join, tables: Tables, planQuery: PlanQuery): Relation {
  const left = planTable(nodes, join.left, tables, planQuery);
  const right = planTable(nodes, join.right, tables, planQuery);
  refuseSameNames([left, right], [join.left, join.right]);
  if (join.type === 'cross') return nodes.join(left, right, 'inner', []);
  if (join.using.length === 0) return nodes.join(left, right, join.type, conjuncts(join.on));
  if (join.type === 'full')
    throw syntaxError('USING is not supported in a full join', join.at, 'write ON, and COALESCE(a.x, b.x)');
  const conditions = join.using.map((name) => equality(left, right, name, join));
  const joined = nodes.join(left, right, join.type, conditions);
  const isUsed = ({ name }: VisibleColumn): boolean => join.using.includes(name);
  const sides = [joined.visible.slice(0, left.visible.length), joined.visible.slice(left.visible.length)];
  // Without its table a column of both is that of the side whose rows all come.
  const merged = sides[join.type === 'right' ? 1 : 0].filter(isUsed).map((column) => ({ ...column, table: null }));
  const own = joined.visible.map((column) => (isUsed(column) ? { ...column, needsTable: true } : column));
  return { ...joined, visible: [...merged, ...own] };
}

function equality(left: Relation, right: Relation, name: string, { at }: Join): SyntaxNode {
  const side = ({ visible }: Relation): SyntaxNode => {
    const found = visible.filter((column) => column.name === name);
    if (found.length !== 1) throw unknownColumn(`USING needs one column "${name}" on both sides`, at);
    const { table } = found[0];
    return { kind: 'column', name: table === null ? name : `${table}.${name}`, quoted: true, at, depth: 1 };
  };
  return { kind: 'call', name: '=', form: 'operator', args: [side(left), side(right)], nameAt: at, at, depth: 2 };
}

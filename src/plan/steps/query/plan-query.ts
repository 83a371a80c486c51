/**
 * A query → the nodes that steps make, in SQL's order:
 *
 *     FROM, WHERE ─▶ GROUP BY ─▶ HAVING ─▶ window functions ─▶ SELECT ─▶ DISTINCT ─▶ UNION … ─▶ ORDER BY ─▶ LIMIT
 */
import { checkKey } from '../../../expr/collate-key.js';
import { defaultName } from '../../../expr/check-expression.js';
import { syntaxError, typeError } from '../../../expr/expression-error.js';
import { hasEquality } from '../../../expr/require-order.js';
import { typeName } from '../../../columnar/data-type.js';
import type {
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperation,
  SortNode,
  SyntaxNode,
} from '../../../expr/syntax-tree.js';
import type { NamedExpr, SortKey, TypedExpr } from '../../../expr/typed-expr.js';
import { unionSchema } from '../../union-schema.js';
import { planFrom, type Tables } from './plan-from.js';
import { holdsAggregates, planGroups } from './plan-groups.js';
import { filterByQueries, joinScalars, type Planning } from './plan-subqueries.js';
import { planWindows } from './plan-windows.js';
import { uniqueNames, type QueryNodes } from './query-nodes.js';
import { scopeOf, type Given, type Relation, type VisibleColumn } from './relation.js';

export function planQuery(nodes: QueryNodes, query: Query, tables: Tables): Relation {
  const known = new Map(tables);
  for (const { name, columns, query: inner, at } of query.with) {
    const relation = planQuery(nodes, inner, known);
    if (columns.length > relation.visible.length)
      throw syntaxError(`"${name}" has ${relation.visible.length} columns, and ${columns.length} names are given`, at);
    const visible = relation.visible.map((column, i) => ({ ...column, name: columns[i] ?? column.name }));
    known.set(name, { ...relation, visible });
  }
  const planning: Planning = { nodes, tables: known, planQuery: (inner, own) => planQuery(nodes, inner, own) };
  const rows =
    query.body.kind === 'select'
      ? planSelect(planning, query.body, query.orderBy)
      : sortByName(nodes, planBody(planning, query.body), query.orderBy);
  return query.limit === null ? rows : limited(nodes, rows, query.limit);
}

function planBody(planning: Planning, body: QueryBody): Relation {
  if (body.kind === 'query') return planning.planQuery(body.query, planning.tables);
  if (body.kind === 'select') return planSelect(planning, body, []);
  return planSet(planning, body);
}

function planSet(planning: Planning, { kind, all, left, right, at }: SetOperation): Relation {
  const { nodes } = planning;
  const inputs = [planBody(planning, left), planBody(planning, right)].map((input) => onlyVisible(nodes, input));
  const { schema, casts } = unionSchema(
    inputs.map((input) => input.schema),
    ['the first query', 'the second query'],
    'a union',
  );
  if (kind !== 'union' || !all) refuseUnequal(schema.fields, at);
  const id = nodes.freshId(kind);
  const base = { id, inputs: inputs.map((input) => input.id), schema, casts, parallelism: null };
  nodes.add(kind === 'union' ? { ...base, kind } : { ...base, kind, all });
  const output = { id, schema, visible: schema.fields.map(({ name }) => ({ table: null, name, column: name })) };
  return kind === 'union' && !all ? distinct(nodes, output) : output;
}

function refuseUnequal(fields: Relation['schema']['fields'], at: SetOperation['at']): void {
  const odd = fields.find(({ type }) => !hasEquality(type));
  if (odd !== undefined)
    throw typeError(`rows cannot be compared: "${odd.name}" is ${typeName(odd.type)}`, at, 'cast it to text');
}

/** What is selected, by its own name, and no more. */
export function onlyVisible(nodes: QueryNodes, relation: Relation): Relation {
  const { schema, visible } = relation;
  const columns = visible.filter(({ needsTable }) => needsTable !== true);
  const isPlain = columns.length === schema.fields.length && columns.every(({ name, column }, i) => name === column && schema.fields[i].name === name); // prettier-ignore
  if (isPlain) return relation;
  const items = columns.map(({ name, column }): NamedExpr => {
    const { type } = schema.fields.find((field) => field.name === column)!;
    return { name, expr: { kind: 'column', name: column, type } };
  });
  return nodes.select(
    relation,
    items,
    items.map(({ name }) => ({ table: null, name, column: name })),
  );
}

interface Item {
  readonly name: string;
  readonly node: SyntaxNode | null;
  /** A column as it is, of `*`. */
  readonly column: VisibleColumn | null;
  readonly at: SelectItem['at'];
}

function planSelect(planning: Planning, select: Select, orderBy: readonly SortNode[]): Relation {
  const { nodes, tables, planQuery: plan } = planning;
  const from = planFrom(nodes, select, tables, null, plan);
  const filtered = filterByQueries(planning, from.relation, from.withQueries);
  const items = select.items.flatMap((item) => itemsOf(item, filtered));
  uniqueNames(items);
  const sortNodes = orderBy.map(({ node }) => inSelect(node, items) ?? node);
  const parts = [...items.flatMap(({ node }) => (node === null ? [] : [node])), ...sortNodes];
  const isGrouped = select.groupBy.length > 0 || select.having !== null || holdsAggregates(select, orderBy);
  let relation: Relation;
  let check: (node: SyntaxNode) => TypedExpr;
  if (isGrouped) {
    const groupBy = select.groupBy.map((node) => groupOf(node, items, filtered));
    const having = select.having === null ? [] : [select.having];
    const grouped = planGroups(nodes, filtered, groupBy, [...parts, ...having]);
    const joined = joinScalars(planning, grouped.relation, [...parts, ...having]);
    const kept = nodes.filter(
      joined.relation,
      having.map((node) => mustBeTrue(grouped.check(node, joined.given), node)),
    );
    const windows = planWindows(nodes, kept, parts, (node) => grouped.check(node, joined.given));
    const given: Given = new Map([...joined.given, ...windows.given]);
    relation = windows.relation;
    check = (node) => grouped.check(node, given);
  } else {
    const joined = joinScalars(planning, filtered, parts);
    const scope = scopeOf(nodes.build.scope, joined.relation, joined.given);
    const windows = planWindows(nodes, joined.relation, parts, (node) => nodes.check(node, scope));
    relation = windows.relation;
    const all = scopeOf(
      nodes.build.scope,
      { ...relation, visible: filtered.visible },
      new Map([...joined.given, ...windows.given]),
    );
    check = (node) => nodes.check(node, all);
  }
  return selectAndSort(nodes, relation, { select, items, orderBy, sortNodes, check });
}

interface Selecting {
  readonly select: Select;
  readonly items: readonly Item[];
  readonly orderBy: readonly SortNode[];
  readonly sortNodes: readonly SyntaxNode[];
  readonly check: (node: SyntaxNode) => TypedExpr;
}

function selectAndSort(
  nodes: QueryNodes,
  relation: Relation,
  { select, items, orderBy, sortNodes, check }: Selecting,
): Relation {
  const values = items.map(({ name, node, column }): NamedExpr => {
    if (node !== null) return { name, expr: check(node) };
    const { type } = relation.schema.fields.find((field) => field.name === column!.column)!;
    return { name, expr: { kind: 'column', name: column!.column, type } };
  });
  const hidden: NamedExpr[] = [];
  const nameOf = (expr: TypedExpr): string => {
    const text = JSON.stringify(expr);
    const known = [...values, ...hidden].find((item) => JSON.stringify(item.expr) === text);
    if (known !== undefined) return known.name;
    hidden.push({ name: `#o${hidden.length + 1}`, expr });
    return hidden.at(-1)!.name;
  };
  const keys = orderBy.map(({ descending, nullsFirst }, i): SortKey => {
    return { column: nameOf(checkKey(sortNodes[i], check)), descending, nullsFirst };
  });
  const on = select.distinct?.on.map((node) => nameOf(check(inSelect(node, items) ?? node))) ?? [];
  if (select.distinct !== null && on.length === 0 && hidden.length > 0)
    throw syntaxError('ORDER BY of SELECT DISTINCT names columns of the result', orderBy[0].node.at);
  const visible = values.map(({ name }) => ({ table: null, name, column: name }));
  let rows = nodes.select(relation, [...values, ...hidden], visible);
  if (select.distinct !== null) {
    if (on.length === 0) refuseUnequal(rows.schema.fields, select.at);
    rows = distinct(nodes, rows, on.length === 0 ? undefined : on, on.length === 0 ? [] : keys);
  }
  const sorted = sort(nodes, rows, keys);
  return hidden.length === 0 ? sorted : onlyVisible(nodes, sorted);
}

function itemsOf({ node, alias, at, table }: SelectItem, { visible }: Relation): Item[] {
  if (node !== null) {
    const name = alias ?? defaultName(node);
    if (name === null) throw syntaxError('this column has no name', at, 'write … AS name');
    return [{ name, node, column: null, at }];
  }
  const columns = visible.filter((column) => (table === null ? column.needsTable !== true : column.table === table));
  if (columns.length === 0) throw syntaxError(`there is no table "${table ?? '*'}"`, at);
  return columns.map((column) => ({ name: column.name, node: null, column, at }));
}

/** A number is a place in SELECT; a name is first that of a column of the result. */
function inSelect(node: SyntaxNode, items: readonly Item[]): SyntaxNode | null {
  if (node.kind === 'number') {
    const item = items[Number(node.text) - 1];
    if (item === undefined) throw syntaxError(`there is no column ${node.text} in SELECT`, node.at);
    return item.node ?? columnNode(item);
  }
  const item = node.kind === 'column' ? items.find(({ name }) => name === node.name) : undefined;
  return item === undefined ? null : (item.node ?? columnNode(item));
}

function columnNode({ name, column, at }: Item): SyntaxNode {
  const table = column?.table ?? null;
  return { kind: 'column', name: table === null ? name : `${table}.${name}`, quoted: true, at, depth: 1 };
}

/** A name is first that of a column of the tables. */
function groupOf(node: SyntaxNode, items: readonly Item[], { visible }: Relation): SyntaxNode {
  if (node.kind === 'column' && visible.some(({ name }) => name === node.name)) return node;
  return inSelect(node, items) ?? node;
}

function mustBeTrue(expr: TypedExpr, { at }: SyntaxNode): TypedExpr {
  if (expr.type.kind === 'boolean') return expr;
  throw typeError(`HAVING must be boolean, not ${typeName(expr.type)}`, at);
}

function distinct(
  nodes: QueryNodes,
  rows: Relation,
  on?: readonly string[],
  orderBy: readonly SortKey[] = [],
): Relation {
  const { schema } = rows;
  const id = nodes.freshId('distinct');
  const columns = on ?? schema.fields.map(({ name }) => name);
  nodes.add({ kind: 'distinct', id, inputs: [rows.id], on: [...new Set(columns)], orderBy, schema, parallelism: null });
  return { ...rows, id };
}

function sort(nodes: QueryNodes, rows: Relation, keys: readonly SortKey[]): Relation {
  if (keys.length === 0) return rows;
  const id = nodes.freshId('sort');
  const unique = keys.filter((key, i) => keys.findIndex(({ column }) => column === key.column) === i);
  nodes.add({ kind: 'sort', id, inputs: [rows.id], keys: unique, limit: null, schema: rows.schema, parallelism: null });
  return { ...rows, id };
}

/** Behind UNION and the like only columns of the result can be named. */
function sortByName(nodes: QueryNodes, rows: Relation, orderBy: readonly SortNode[]): Relation {
  const keys = orderBy.map(({ node, descending, nullsFirst }): SortKey => {
    const number = node.kind === 'number' ? Number(node.text) - 1 : -1;
    const found = node.kind === 'column' ? rows.visible.find(({ name }) => name === node.name) : rows.visible[number];
    if (found === undefined)
      throw syntaxError(
        'here ORDER BY takes names of columns of the result',
        node.at,
        `there are ${rows.visible.map(({ name }) => name).join(', ')}`,
      );
    return { column: found.column, descending, nullsFirst };
  });
  return sort(nodes, rows, keys);
}

function limited(nodes: QueryNodes, rows: Relation, limit: SyntaxNode): Relation {
  const expr = nodes.check(limit, { ...nodes.build.scope, columns: [] });
  const count = expr.kind === 'literal' && expr.text !== null && /^\d+$/.test(expr.text) ? Number(expr.text) : null;
  if (count === null) throw syntaxError('LIMIT takes a whole number or a parameter', limit.at);
  const id = nodes.freshId('limit');
  nodes.add({ kind: 'limit', id, inputs: [rows.id], rows: count, schema: rows.schema, parallelism: null });
  return { ...rows, id };
}

/** Window functions: each OVER sorts the rows and adds columns to them. */
import { checkKey } from '../../../expr/collate-key.js';
import { checkAggregate } from '../../../expr/aggregates/check-aggregate.js';
import { aggregateEntry } from '../../../expr/aggregates/aggregate-catalog.js';
import type { Checked } from '../../../expr/coerce.js';
import { notAnExpression, syntaxError } from '../../../expr/expression-error.js';
import type { SortNode, SyntaxNode, WindowSyntax } from '../../../expr/syntax-tree.js';
import type { SortExpr, TypedExpr } from '../../../expr/typed-expr.js';
import type { WindowCall, WindowFunction } from '../../logical-graph.js';
import { isOrdered } from '../../lower/aggregate-calls.js';
import { overSchema } from '../../node-schemas.js';
import { ComputedColumns } from '../computed-columns.js';
import type { WithScalars } from './plan-subqueries.js';
import type { QueryNodes } from './query-nodes.js';
import { partsOf, type Relation } from './relation.js';

type WindowNode = Extract<SyntaxNode, { kind: 'window' }>;
type Check = (node: SyntaxNode) => TypedExpr;

export function planWindows(
  nodes: QueryNodes,
  relation: Relation,
  parts: readonly SyntaxNode[],
  check: Check,
): WithScalars {
  const given = new Map<SyntaxNode, Checked>();
  const windows = new Map<string, WindowNode[]>();
  for (const node of new Set(parts.flatMap((part) => partsOf(part, 'window')))) {
    const text = JSON.stringify([node.partitionBy.map(check), sorted(node, check)]);
    windows.set(text, [...(windows.get(text) ?? []), node]);
  }
  let rows = relation;
  for (const calls of windows.values()) rows = addWindow(nodes, rows, calls, check, given);
  return { relation: rows, given };
}

function addWindow(
  nodes: QueryNodes,
  rows: Relation,
  calls: readonly WindowNode[],
  check: Check,
  given: Map<SyntaxNode, Checked>,
): Relation {
  const columns = new ComputedColumns(rows.schema.fields, '#w');
  const [first] = calls;
  const by = [...new Set(first.partitionBy.map((node) => columns.nameOf(check(node))))];
  const orderBy = columns.sortKeys(sorted(first, check)).filter(({ column }) => !by.includes(column));
  const found = calls.map((node): WindowCall => {
    const { function: of, type } = functionOf(node, columns, check);
    return { name: `#${nodes.freshId('value')}`, function: of, type };
  });
  const id = nodes.freshId('over');
  const input = columns.isNeeded ? nodes.select(rows, columns.items, rows.visible) : rows;
  const schema = overSchema({ calls: found }, input.schema);
  nodes.add({ kind: 'over', id, inputs: [input.id], by, orderBy, calls: found, schema, parallelism: null });
  calls.forEach((node, i) => {
    const { name, type } = found[i];
    given.set(node, { expr: { kind: 'column', name, type }, untyped: false, at: node.at });
  });
  return { id, schema, visible: rows.visible };
}

function sorted({ orderBy }: WindowNode, check: Check): SortExpr[] {
  return orderBy.map(({ node, descending, nullsFirst }: SortNode) => {
    return { expr: checkKey(node, check), descending, nullsFirst };
  });
}

function functionOf(
  node: WindowNode,
  columns: ComputedColumns,
  check: Check,
): { readonly function: WindowFunction; readonly type: WindowCall['type'] } {
  const { name, args, nameAt } = node;
  const numbers = { row_number: 'rowNumber', rank: 'rank', dense_rank: 'denseRank' } as const;
  if (Object.hasOwn(numbers, name)) {
    if (args.length > 0) throw syntaxError(`${name}() takes no arguments`, nameAt);
    return { function: { kind: numbers[name as keyof typeof numbers] }, type: { kind: 'int64' } };
  }
  if (name === 'lag' || name === 'lead' || name === 'first_value') {
    const [value, offset] = args;
    if (value === undefined || args.length > (name === 'first_value' ? 1 : 2))
      throw syntaxError(`${name} takes a value${name === 'first_value' ? '' : ' and a number of rows'}`, nameAt, 'for another value than NULL write COALESCE(…)'); // prettier-ignore
    const expr = check(value);
    const argument = columns.nameOf(expr);
    if (name === 'first_value') return { function: { kind: 'firstValue', argument }, type: expr.type };
    return { function: { kind: name, argument, offset: offsetOf(offset, check) }, type: expr.type };
  }
  if (aggregateEntry(name) === null) throw notAnExpression(`${name}() OVER (…) is not supported`, nameAt);
  return aggregateOf(node, columns, check);
}

function offsetOf(node: SyntaxNode | undefined, check: Check): number {
  if (node === undefined) return 1;
  const expr = check(node);
  const count = expr.kind === 'literal' && expr.text !== null ? Number(expr.text) : NaN;
  if (Number.isInteger(count) && count >= 0 && count <= 10_000) return count;
  throw syntaxError('the number of rows is a constant from 0 to 10,000', node.at);
}

/** Arguments are checked over the rows at hand, which may be groups. */
function aggregateOf(node: WindowNode & WindowSyntax, columns: ComputedColumns, check: Check) {
  const { name, nameAt, at, args, filter } = node;
  const stands = new Map<SyntaxNode, SyntaxNode>();
  const standIn = (part: SyntaxNode): SyntaxNode => {
    const own: SyntaxNode = { kind: 'null', at: part.at, depth: 1 };
    stands.set(own, part);
    return own;
  };
  const syntax = {
    kind: 'aggregate' as const,
    name,
    nameAt,
    args: args.map(standIn),
    distinct: false,
    orderBy: [],
    within: null,
    filter: filter === null ? null : standIn(filter),
    at,
    depth: 1,
  };
  const resolve = (part: SyntaxNode): Checked | null => {
    const own = stands.get(part);
    return own === undefined ? null : { expr: check(own), untyped: false, at: own.at };
  };
  const checked = checkAggregate(syntax, { columns: [], params: {}, resolve });
  const value = {
    name: '',
    function: checked.function,
    arguments: checked.args.map((arg) => columns.nameOf(arg)),
    distinct: false,
    filter: checked.filter && columns.nameOf(checked.filter),
    orderBy: [],
    separator: checked.separator,
    fraction: checked.fraction,
    type: checked.type,
  };
  if (isOrdered(value) || value.function === 'first' || value.function === 'last')
    throw notAnExpression(`${name}() OVER (…) is not supported`, nameAt);
  return { function: { kind: 'aggregate' as const, value }, type: checked.type };
}

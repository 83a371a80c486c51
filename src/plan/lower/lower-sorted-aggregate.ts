/**
 * aggregate where some values need their rows in an order: DISTINCT, string_agg, array_agg, percentiles. Each order is a stream of its
 * own, of the columns that it needs; the others are combined as usual, and sorted by group like the streams.
 *
 *     rows ─┬▶ combine ─▶ sort(by) ════════════HASH(by)═▶ ┐
 *           ├▶ columns ─▶ [distinct] ─▶ sort(by, x) ═══▶ ├ aggregate
 *           └▶ columns ─▶ sort(by, y) ════════HASH(by)═▶ ┘
 */
import type { Schema } from '../../columnar/batch.js';
import type { NamedExpr, SortKey } from '../../expr/typed-expr.js';
import type { AggregateValue } from '../../expr/aggregates/aggregate-value.js';
import type { AggregateCall, OrderedStream } from '../../protocol/aggregate-call.js';
import type { Ship } from '../../protocol/task.js';
import { columnOf, type NodeOf } from '../graph-edit.js';
import type { PhysicalInput, PhysicalNode } from '../physical-graph.js';
import { aggregateCall, isOrdered, orderedCall } from './aggregate-calls.js';
import { columnsOf, exchanged, operatorBefore, operatorBehind, sortBefore, sortKeysOf } from './physical-nodes.js';
import { stateSchema } from './state-schema.js';

type Aggregate = NodeOf<'aggregate'>;

interface Order {
  /** Behind the groups. */
  readonly keys: readonly SortKey[];
  /** Columns of which equal rows count once. */
  readonly distinct: readonly string[];
  readonly values: AggregateValue[];
}

export function lowerSortedAggregate(node: Aggregate, input: Schema): readonly PhysicalNode[] {
  const plain = node.values.filter((value) => !isOrdered(value));
  const calls: AggregateCall[] = plain.map((value) => aggregateCall(value, input));
  const orders = ordersOf(node.values.filter(isOrdered));
  /** A percentile's values are counted with the plain ones. */
  const countFor = (value: AggregateValue): number =>
    value.fraction === null ? -1 : calls.push(aggregateCall({ ...value, function: 'count' }, input)) - 1;
  const counts = new Map(orders.flatMap(({ values }) => values.map((value) => [value, countFor(value)] as const)));
  const streams = orders.map((order, i) => streamOf(node, input, order, i + 1, (value) => counts.get(value)!));
  // A row without a column would be none.
  if (node.by.length === 0 && calls.length === 0) calls.push({ kind: 'count', filter: null, argument: null });
  const states = statesOf(node, input, calls);
  const given = [...plain, ...calls.slice(plain.length).map(() => null), ...orders.flatMap(({ values }) => values)];
  const keys = node.by.length;
  const joined = operatorBehind(node, [states.input, ...streams.map((stream) => stream.input)], {
    kind: 'sortedAggregate',
    by: node.by.map((_, key) => key),
    first: 'states',
    calls,
    streams: streams.map((stream) => stream.stream),
    output: [...node.by.map((_, key) => key), ...node.values.map((value) => keys + given.indexOf(value))],
  });
  const how = `sorted by group, ${streams.length === 1 ? 'in one order' : `in ${streams.length} orders`}, merged behind the exchange`;
  return [...states.nodes, ...streams.flatMap((stream) => stream.nodes), { ...joined, strategy: how }];
}

function ordersOf(values: readonly AggregateValue[]): readonly Order[] {
  const orders = new Map<string, Order>();
  for (const value of values) {
    const order = orderOf(value);
    const name = JSON.stringify(order);
    const known = orders.get(name);
    if (known === undefined) orders.set(name, { ...order, values: [value] });
    else known.values.push(value);
  }
  return [...orders.values()];
}

/** By the values themselves where nothing else is asked for, so that the result does not depend on how rows arrive. */
function orderOf({ arguments: args, filter, orderBy, distinct }: AggregateValue): Omit<Order, 'values'> {
  const rest = args.filter((column) => !orderBy.some((key) => key.column === column)).map(ascending);
  const keys = [...orderBy, ...rest];
  // Rows that the filter keeps lie side by side, else one that it drops could stand for them.
  const apart = distinct && filter !== null ? [filter] : [];
  return { keys: [...apart.map(ascending), ...keys], distinct: distinct ? [...apart, ...args] : [] };
}

function statesOf(node: Aggregate, input: Schema, calls: readonly AggregateCall[]): Branch {
  const columns = columnsOf(input, node.by);
  const schema = stateSchema(
    columns.map((column) => input.fields[column]),
    calls,
  );
  const combined = operatorBefore(node, 'combine', node.inputs[0], schema, {
    kind: 'aggregate',
    phase: 'partial',
    calls,
    output: [],
    by: columns,
    rowsBy: null,
  });
  return sorted(node, 0, [combined], schema, []);
}

function streamOf(
  node: Aggregate,
  input: Schema,
  { keys, distinct, values }: Order,
  index: number,
  countOf: (value: AggregateValue) => number,
): Branch & { readonly stream: OrderedStream } {
  const wanted = new Set([...node.by, ...keys.map((key) => key.column)]);
  for (const { arguments: args, filter } of values) {
    for (const column of [...args, ...(filter === null ? [] : [filter])]) wanted.add(column);
  }
  const fields = [...wanted].map((name) => input.fields[columnsOf(input, [name])[0]]);
  const schema: Schema = { fields };
  const items = fields.map((field): NamedExpr => ({ name: field.name, expr: columnOf(field) }));
  const name = `order${index}`;
  const nodes = [operatorBefore(node, `${name}.columns`, node.inputs[0], schema, { kind: 'select', items })];
  if (distinct.length > 0) {
    const by = fields.map((_, column) => column);
    nodes.push(
      operatorBefore(node, `${name}.distinct`, nodes[0].id, schema, {
        kind: 'aggregate',
        phase: 'partial',
        calls: [],
        output: [],
        by,
        rowsBy: null,
      }),
    );
  }
  const stream: OrderedStream = {
    by: columnsOf(schema, node.by),
    calls: values.map((value) => orderedCall(value, schema, countOf(value))),
    distinct: columnsOf(schema, distinct),
  };
  return { ...sorted(node, index, nodes, schema, keys), stream };
}

interface Branch {
  readonly nodes: readonly PhysicalNode[];
  readonly input: PhysicalInput;
}

/** Sorted by group, then by `keys`, and spread by group. */
function sorted(
  node: Aggregate,
  index: number,
  nodes: readonly PhysicalNode[],
  schema: Schema,
  keys: readonly SortKey[],
): Branch {
  const by = columnsOf(schema, node.by);
  const order = sortKeysOf(schema, [...node.by.map(ascending), ...keys]);
  const ship: Ship = by.length === 0 ? { kind: 'GLOBAL' } : { kind: 'HASH', columns: by };
  const last = nodes.at(-1)!.id;
  // Without groups all states are of one.
  if (order.length === 0) return { nodes, input: exchanged(node, index, last, ship) };
  const sort = sortBefore(node, index === 0 ? 'sort' : `order${index}.sort`, last, schema, order);
  return { nodes: [...nodes, sort], input: exchanged(node, index, sort.id, ship, order) };
}

function ascending(column: string): SortKey {
  return { column, descending: false, nullsFirst: false };
}

/**
 * aggregate and distinct: a combiner in the chain before the exchange, the aggregate behind it. Rows are spread by the hash of
 * their groups; without groups all go to one task. Rows that come sorted by their groups are walked where they are.
 */
import type { Schema } from '../../columnar/batch.js';
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import type { Ship } from '../../protocol/task.js';
import type { NodeOf } from '../graph-edit.js';
import type { LogicalGraph } from '../logical-graph.js';
import { liesInOrder, liesRight } from '../partitioned-by.js';
import type { PhysicalNode } from '../physical-graph.js';
import { aggregateCall, firstRowOf, isOrdered } from './aggregate-calls.js';
import { stateSchema } from './state-schema.js';
import { lowerSortedAggregate } from './lower-sorted-aggregate.js';
import {
  columnsOf,
  exchanged,
  forward,
  operator,
  operatorBefore,
  operatorBehind,
  type SchemaOf,
} from './physical-nodes.js';

export function lowerAggregate(
  node: NodeOf<'aggregate'>,
  schemaOf: SchemaOf,
  graph: LogicalGraph,
): readonly PhysicalNode[] {
  const input = schemaOf(node.inputs[0]);
  if (node.values.some(isOrdered)) return lowerSortedAggregate(node, input);
  const calls = node.values.map((value) => aggregateCall(value, input));
  return inTwoPhases(node, graph, input, { by: node.by, calls, output: node.schema.fields.map((_, column) => column) });
}

/** Groups without values, or with the first row of each; then the columns in the order in which they came. */
export function lowerDistinct(
  node: NodeOf<'distinct'>,
  schemaOf: SchemaOf,
  graph: LogicalGraph,
): readonly PhysicalNode[] {
  const input = schemaOf(node.inputs[0]);
  const names = input.fields.map((field) => field.name);
  const others = names.filter((name) => !node.on.includes(name));
  const calls = others.length === 0 ? [] : [firstRowOf(input, others, node.orderBy)];
  const given = [...node.on, ...others];
  return inTwoPhases(node, graph, input, { by: node.on, calls, output: names.map((name) => given.indexOf(name)) });
}

function inTwoPhases(
  node: NodeOf<'aggregate' | 'distinct'>,
  graph: LogicalGraph,
  input: Schema,
  {
    by,
    calls,
    output,
  }: { readonly by: readonly string[]; readonly calls: readonly AggregateCall[]; readonly output: readonly number[] },
): readonly PhysicalNode[] {
  const columns = columnsOf(input, by);
  const states = stateSchema(
    columns.map((column) => input.fields[column]),
    calls,
    input.fields,
  );
  const keys = columns.map((_, key) => key);
  const body = { kind: 'aggregate', calls, output } as const;
  const isInPlace = liesRight(graph, node, by);
  if (isInPlace && liesInOrder(graph, node, by)) {
    const grouped = operator(node, { kind: 'sortedAggregate', by: columns, first: 'rows', calls, streams: [], output });
    return [{ ...grouped, strategy: 'in the order of the rows, which are sorted by group already' }];
  }
  // States without values are rows; and all rows together are worth combining.
  const rowsBy = isInPlace || calls.length === 0 || keys.length === 0 ? null : columns;
  const combined = operatorBefore(node, 'combine', node.inputs[0], states, {
    ...body,
    phase: 'partial',
    by: columns,
    rowsBy,
  });
  const finalBody = { ...body, phase: 'final', by: keys, rowsBy } as const;
  if (isInPlace) {
    const final = operatorBehind(node, [forward(combined.id)], finalBody);
    return [combined, { ...final, strategy: 'hash, without an exchange: equal groups lie in one task already' }];
  }
  const ship: Ship = keys.length === 0 ? { kind: 'GLOBAL' } : { kind: 'HASH', columns: keys };
  if (rowsBy === null) {
    const final = operatorBehind(node, [exchanged(node, 0, combined.id, ship)], finalBody);
    return [combined, { ...final, strategy: 'hash, combined before the exchange' }];
  }
  const inputs = [
    exchanged(node, 0, combined.id, ship, [], states),
    exchanged(node, 1, combined.id, { kind: 'HASH', columns: rowsBy }, [], input),
  ];
  const strategy = 'hash, combined before the exchange where that pays';
  return [combined, { ...operatorBehind(node, inputs, finalBody), strategy }];
}

/**
 * Functions of the user's over partitions and groups. Groups come sorted: the tasks before the exchange sort, those behind it merge,
 * and no group is ever held.
 *
 *     reduceGroup   rows ─▶ [combine] ─▶ sort ═HASH(by)═▶ function          ◀═BROADCAST═ sets
 *     coGroup       left ─▶ sort ═HASH(keys)═▶ function ◀═HASH(keys)═ sort ◀─ right
 */
import type { Schema } from '../../columnar/batch.js';
import type { SortKey } from '../../columnar/sort-key.js';
import type { Ship } from '../../protocol/task.js';
import { canChain } from '../can-chain.js';
import type { NodeOf } from '../graph-edit.js';
import type { LogicalGraph } from '../logical-graph.js';
import type { PhysicalInput, PhysicalNode } from '../physical-graph.js';
import { columnsOf, exchanged, forward, operatorBefore, operatorBehind, sortBefore, sortKeysOf, type SchemaOf } from './physical-nodes.js'; // prettier-ignore

/** In the chain that makes the rows, unless that chain makes a set, too, or is more than one. */
export function lowerMapPartition(node: NodeOf<'mapPartition'>, graph: LogicalGraph): readonly PhysicalNode[] {
  const { module, function: name, broadcast } = node;
  const [input, ...sets] = node.inputs;
  const main = canChain(graph, input, sets) ? forward(input) : exchanged(node, 0, input, { kind: 'REBALANCE' });
  const inputs = [main, ...broadcastSets(node, 1)];
  return [operatorBehind(node, inputs, { kind: 'mapPartition', module, function: name, broadcast })];
}

export function lowerReduce(node: NodeOf<'reduce' | 'reduceGroup'>, schemaOf: SchemaOf): readonly PhysicalNode[] {
  const { module, function: name, broadcast } = node;
  const input = schemaOf(node.inputs[0]);
  const by = columnsOf(input, node.by);
  const seen = columnsOf(input, node.columns);
  const combiner = node.kind === 'reduce' ? name : node.combine;
  const body = { kind: node.kind, module, by, seen } as const;
  const order = [...by.map(ascending), ...(node.kind === 'reduce' ? [] : sortKeysOf(input, node.orderBy))];
  const before: PhysicalNode[] = [];
  // A combiner stands in the chain of the rows, where no sets come in.
  if (combiner !== null && broadcast.length === 0) {
    const combine = { ...body, phase: 'partial', function: combiner, broadcast: [] } as const;
    before.push(operatorBefore(node, 'combine', node.inputs[0], input, combine));
  }
  if (order.length > 0) before.push(sortBefore(node, 'sort', before.at(-1)?.id ?? node.inputs[0], input, order));
  const ship: Ship = by.length === 0 ? { kind: 'GLOBAL' } : { kind: 'HASH', columns: by };
  const inputs = [exchanged(node, 0, before.at(-1)?.id ?? node.inputs[0], ship, order), ...broadcastSets(node, 1)];
  const strategy = `${order.length > 0 ? 'sorted before the exchange, merged behind it' : 'all rows in one task'}${before[0]?.id.endsWith('.combine') === true ? ', combined batch by batch' : ''}`;
  return [
    ...before,
    { ...operatorBehind(node, inputs, { ...body, phase: 'final', function: name, broadcast }), strategy },
  ];
}

export function lowerCoGroup(node: NodeOf<'coGroup'>, schemaOf: SchemaOf): readonly PhysicalNode[] {
  const { module, function: name, broadcast } = node;
  const sides = [
    { side: 'left', keys: node.leftKeys, columns: node.leftColumns },
    { side: 'right', keys: node.rightKeys, columns: node.rightColumns },
  ].map(({ side, keys, columns }, i) => {
    const schema = schemaOf(node.inputs[i]);
    const positions = columnsOf(schema, keys);
    return { keys: positions, seen: columnsOf(schema, columns), ...sortedSide(node, i, side, schema, positions) };
  });
  const [left, right] = sides;
  const joined = operatorBehind(node, [left.input, right.input, ...broadcastSets(node, 2)], {
    kind: 'coGroup',
    module,
    function: name,
    broadcast,
    leftKeys: left.keys,
    rightKeys: right.keys,
    leftSeen: left.seen,
    rightSeen: right.seen,
  });
  return [left.sort, right.sort, { ...joined, strategy: 'both sides sorted before the exchange, merged behind it' }];
}

function sortedSide(
  node: NodeOf<'coGroup'>,
  index: number,
  side: string,
  schema: Schema,
  columns: readonly number[],
): { readonly sort: PhysicalNode; readonly input: PhysicalInput } {
  const keys = columns.map(ascending);
  const sort = sortBefore(node, `${side}.sort`, node.inputs[index], schema, keys);
  return { sort, input: exchanged(node, index, sort.id, { kind: 'HASH', columns }, keys) };
}

function broadcastSets(
  node: NodeOf<'mapPartition' | 'reduce' | 'reduceGroup' | 'coGroup'>,
  from: number,
): PhysicalInput[] {
  return node.inputs.slice(from).map((set, i) => exchanged(node, from + i, set, { kind: 'BROADCAST' }));
}

function ascending(column: number): SortKey {
  return { column, descending: false, nullsFirst: false };
}

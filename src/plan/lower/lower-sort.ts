/**
 * sort: each task sorts its rows, those behind the exchange merge one range of them each. Partition 0 has the first rows, so
 * reading the partitions one after another reads all rows in order. sortPartition: without the exchange.
 */
import type { NodeOf } from '../graph-edit.js';
import type { PhysicalNode } from '../physical-graph.js';
import { exchanged, operator, operatorBefore, operatorBehind, sortKeysOf, type SchemaOf } from './physical-nodes.js';

export function lowerSort(node: NodeOf<'sort' | 'sortPartition'>, schemaOf: SchemaOf): readonly PhysicalNode[] {
  const [input] = node.inputs;
  const schema = schemaOf(input);
  const keys = sortKeysOf(schema, node.keys);
  if (node.kind === 'sortPartition') return [operator(node, { kind: 'sort', keys, limit: null, inRuns: false })];
  const { limit } = node;
  const sorted = operatorBefore(node, 'runs', input, schema, { kind: 'sort', keys, limit, inRuns: limit === null });
  const ranges = exchanged(node, 0, sorted.id, { kind: 'RANGE', keys }, keys);
  return [sorted, { ...operatorBehind(node, [ranges], { kind: 'partition' }), isOrdered: true }];
}

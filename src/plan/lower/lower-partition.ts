/** partition: an exchange, and behind it the rows as they are. */
import type { Ship } from '../../protocol/task.js';
import type { NodeOf } from '../graph-edit.js';
import type { PhysicalNode } from '../physical-graph.js';
import { columnsOf, exchanged, operatorBehind, sortBefore, sortKeysOf, type SchemaOf } from './physical-nodes.js';

export function lowerPartition(node: NodeOf<'partition'>, schemaOf: SchemaOf): readonly PhysicalNode[] {
  const [input] = node.inputs;
  const schema = schemaOf(input);
  if (node.by.kind !== 'range') {
    return [operatorBehind(node, [exchanged(node, 0, input, shipOf(node.by, node.schema))], { kind: 'partition' })];
  }
  // Ranges are cut out of sorted runs by those who read them.
  const keys = sortKeysOf(schema, node.by.keys);
  const sorted = sortBefore(node, 'sort', input, schema, keys);
  const ranges = exchanged(node, 0, sorted.id, { kind: 'RANGE', keys }, keys);
  return [sorted, operatorBehind(node, [ranges], { kind: 'partition' })];
}

function shipOf(
  by: Exclude<NodeOf<'partition'>['by'], { kind: 'range' }>,
  schema: NodeOf<'partition'>['schema'],
): Ship {
  switch (by.kind) {
    case 'rebalance':
      return { kind: 'REBALANCE' };
    case 'shuffle':
      return { kind: 'SHUFFLE' };
    case 'rescale':
      return { kind: 'RESCALE' };
    case 'hash':
      return { kind: 'HASH', columns: columnsOf(schema, by.keys) };
    case 'custom':
      return { kind: 'CUSTOM', module: by.module, function: by.function, columns: columnsOf(schema, [by.key]) };
    default:
      return by satisfies never;
  }
}

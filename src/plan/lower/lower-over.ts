/** over: rows come sorted by partition and order, the tasks before the exchange sort, those behind it merge. */
import type { SortKey } from '../../columnar/sort-key.js';
import type { OverCall, Ship } from '../../protocol/task.js';
import type { Schema } from '../../columnar/batch.js';
import type { NodeOf } from '../graph-edit.js';
import type { WindowCall } from '../logical-graph.js';
import type { PhysicalNode } from '../physical-graph.js';
import { aggregateCall } from './aggregate-calls.js';
import { columnsOf, exchanged, operatorBehind, sortBefore, sortKeysOf, type SchemaOf } from './physical-nodes.js';

export function lowerOver(node: NodeOf<'over'>, schemaOf: SchemaOf): readonly PhysicalNode[] {
  const [input] = node.inputs;
  const schema = schemaOf(input);
  const by = columnsOf(schema, node.by);
  const order = sortKeysOf(schema, node.orderBy);
  const keys = [...by.map((column): SortKey => ({ column, descending: false, nullsFirst: false })), ...order];
  const ship: Ship = by.length === 0 ? { kind: 'GLOBAL' } : { kind: 'HASH', columns: by };
  const calls = node.calls.map((call) => overCall(call, schema));
  const body = { kind: 'over', by, order: order.map(({ column }) => column), calls } as const;
  if (keys.length === 0)
    return [{ ...operatorBehind(node, [exchanged(node, 0, input, ship)], body), strategy: 'all rows in one task' }];
  const sort = sortBefore(node, 'sort', input, schema, keys);
  const over = operatorBehind(node, [exchanged(node, 0, sort.id, ship, keys)], body);
  return [sort, { ...over, strategy: 'sorted before the exchange, merged behind it' }];
}

function overCall({ function: of }: WindowCall, schema: Schema): OverCall {
  switch (of.kind) {
    case 'rowNumber':
    case 'rank':
    case 'denseRank':
      return { kind: of.kind };
    case 'lag':
    case 'lead':
      return { kind: of.kind, column: columnsOf(schema, [of.argument])[0], offset: of.offset };
    case 'firstValue':
      return { kind: 'firstValue', column: columnsOf(schema, [of.argument])[0] };
    case 'aggregate':
      return { kind: 'aggregate', call: aggregateCall(of.value, schema) };
    default:
      return of satisfies never;
  }
}

/**
 * Where rows lie already: columns of a node's output such that rows that are equal in them are in one task. What groups by these,
 * and perhaps by more, needs no exchange.
 */
import type { LogicalGraph, LogicalNode } from './logical-graph.js';
import { nodeOf } from './graph-edit.js';
import { rightName } from './node-schemas.js';

/** Null where nothing is known of it. */
export function partitionedBy(graph: LogicalGraph, id: string): readonly string[] | null {
  const node = nodeOf(graph, id);
  const below = (): readonly string[] | null => partitionedBy(graph, node.inputs[0]);
  switch (node.kind) {
    case 'filter':
    case 'assert':
    case 'sortPartition':
    case 'limit':
    case 'unnest':
    case 'lookup':
      return below();
    case 'select':
      return renamed(node.items, below());
    case 'window':
      return node.shape.kind === 'session' ? orNull(node.by) : below();
    case 'sort':
      // Ranges never part rows that are equal in the keys.
      return node.keys.map(({ column }) => column);
    case 'distinct':
      return liesRight(graph, node, node.on) ? below() : orNull(node.on);
    case 'aggregate':
      return liesRight(graph, node, node.by) ? below() : orNull(node.by);
    case 'join': {
      const keys = joinKeys(node);
      return keys?.every((key) => node.schema.fields.some(({ name }) => name === key)) === true ? keys : null;
    }
    default:
      return null;
  }
}

/** Columns by which the rows of each task are in order, the first one first; none where nothing is known. */
function orderOf(graph: LogicalGraph, id: string): readonly string[] {
  const node = nodeOf(graph, id);
  const below = (): readonly string[] => orderOf(graph, node.inputs[0]);
  switch (node.kind) {
    case 'sort':
    case 'sortPartition':
      return node.keys.map(({ column }) => column);
    case 'filter':
    case 'assert':
    case 'limit':
      return below();
    case 'select':
      return renamed(node.items, below()) ?? [];
    default:
      return [];
  }
}

/** Do the rows of each group of `by` come one behind another, where no exchange lies between? */
export function liesInOrder(graph: LogicalGraph, node: LogicalNode, by: readonly string[]): boolean {
  const first = orderOf(graph, node.inputs[0]).slice(0, by.length);
  return by.length > 0 && by.every((column) => first.includes(column));
}

/** Do the rows of each group of `by` lie in one task, so that the step needs no exchange of its own? */
export function liesRight(graph: LogicalGraph, node: LogicalNode, by: readonly string[]): boolean {
  // A step that is given a parallelism of its own is in a chain of its own.
  if (node.parallelism !== null) return false;
  const columns = partitionedBy(graph, node.inputs[0]);
  return columns !== null && columns.every((column) => by.includes(column));
}

/** Of a join whose sides are spread by key. A row that was padded has no key of the other side: it lies where it came from. */
function joinKeys({ type, hint, small, leftKeys, rightKeys, rightNames }: Extract<LogicalNode, { kind: 'join' }>) {
  const isBroadcast = small !== null || hint === 'BROADCAST_HASH_FIRST' || hint === 'BROADCAST_HASH_SECOND';
  if (isBroadcast || type === 'full') return null;
  return orNull(type === 'right' ? rightKeys.map((name) => rightName(rightNames, name)) : leftKeys);
}

/** Under the names that a select gives them; null where one is gone. */
function renamed(
  items: Extract<LogicalNode, { kind: 'select' }>['items'],
  columns: readonly string[] | null,
): readonly string[] | null {
  const names = columns?.map(
    (column) => items.find(({ expr }) => expr.kind === 'column' && expr.name === column)?.name,
  );
  return names === undefined || names.includes(undefined) ? null : (names as readonly string[]);
}

/** Without a column all rows are in one task, which is no reason to keep the rest there. */
function orNull(columns: readonly string[]): readonly string[] | null {
  return columns.length === 0 ? null : columns;
}

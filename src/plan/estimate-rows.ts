/**
 * About how many rows each node gives, from what the catalogs say of the sources. An upper bound where a step drops rows; of a join the rows
 * of its larger side, as if each found one partner at the most.
 */
import type { LogicalGraph, LogicalNode } from './logical-graph.js';

/** Null: nobody knows. */
export type RowEstimate = number | null;

/** `ofSource`: rows of a source as it is read. */
export function estimateRows(graph: LogicalGraph, ofSource: (id: string) => RowEstimate): (id: string) => RowEstimate {
  const rows = new Map<string, RowEstimate>();
  const rowsOf = (id: string): RowEstimate => rows.get(id) ?? null;
  for (const node of graph.nodes) rows.set(node.id, rowsOfNode(node, node.inputs.map(rowsOf), ofSource));
  return rowsOf;
}

function rowsOfNode(
  node: LogicalNode,
  inputs: readonly RowEstimate[],
  ofSource: (id: string) => RowEstimate,
): RowEstimate {
  const [first = null] = inputs;
  switch (node.kind) {
    case 'source':
      return atMost(ofSource(node.id), node.limit?.rows ?? null);
    case 'limit':
      return atMost(first, node.rows);
    case 'filter':
    case 'assert':
    case 'select':
    case 'map':
    case 'sort':
    case 'sortPartition':
    case 'partition':
    case 'window':
    case 'unnest':
    case 'lookup':
    case 'distinct':
    case 'intersect':
    case 'except':
    case 'sink':
    case 'over':
    case 'iterationHead':
    case 'iterate':
      return first;
    case 'aggregate':
      return node.by.length === 0 ? 1 : first;
    case 'union':
      return inputs.reduce<RowEstimate>((sum, rows) => (sum === null || rows === null ? null : sum + rows), 0);
    case 'join':
      return node.type === 'semi' || node.type === 'anti' ? first : larger(first, inputs[1]);
    case 'flatMap':
    case 'mapPartition':
    case 'reduce':
    case 'reduceGroup':
    case 'coGroup':
    case 'cross':
      return null;
    default:
      return node satisfies never;
  }
}

function atMost(rows: RowEstimate, limit: number | null): RowEstimate {
  return rows === null || limit === null ? (rows ?? limit) : Math.min(rows, limit);
}

function larger(left: RowEstimate, right: RowEstimate): RowEstimate {
  return left === null || right === null ? null : Math.max(left, right);
}

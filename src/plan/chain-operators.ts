/**
 * Logical graph → vertices: a source with everything its rows flow through, down to the sinks.
 *
 * All edges are FORWARD, so a vertex is a tree, and two sources that meet in a union are two vertices: each holds the union
 * and what stands below it, and both write to the same sinks.
 */
import type { OperatorDescriptor } from '../protocol/task.js';
import { EtlError } from '../errors/etl-error.js';
import { descendantsOf, nodeOf, type NodeOf } from './graph-edit.js';
import type { JobVertex } from './job-graph.js';
import type { LogicalGraph, LogicalNode } from './logical-graph.js';

export interface Chain {
  readonly vertex: Omit<JobVertex, 'parallelism'>;
  readonly source: NodeOf<'source'>;
  readonly operators: readonly OperatorDescriptor[];
  readonly sinks: readonly { readonly node: NodeOf<'sink'>; readonly input: string }[];
  readonly limits: readonly string[];
}

export function chainOperators(graph: LogicalGraph): readonly Chain[] {
  return graph.nodes.filter((node) => node.kind === 'source').map((source) => chainOf(graph, source));
}

function chainOf(graph: LogicalGraph, source: NodeOf<'source'>): Chain {
  const nodes = descendantsOf(graph, source.id);
  const ids = new Set(nodes.map((node) => node.id));
  const inputOf = (node: LogicalNode): string => node.inputs.find((input) => ids.has(input))!;
  return {
    vertex: { id: source.id, name: chainName(graph, source, nodes), chain: nodes.map((node) => node.id) },
    source,
    operators: nodes.flatMap((node) =>
      node.kind === 'source' || node.kind === 'sink' ? [] : [descriptorOf(node, inputOf(node))],
    ),
    sinks: nodes.flatMap((node) => (node.kind === 'sink' ? [{ node, input: inputOf(node) }] : [])),
    limits: nodes.flatMap((node) => (node.kind === 'limit' ? [node.id] : [])),
  };
}

function descriptorOf(node: Exclude<LogicalNode, { kind: 'source' | 'sink' }>, input: string): OperatorDescriptor {
  const { id, schema } = node;
  switch (node.kind) {
    case 'filter':
      return { id, input, schema, kind: 'filter', predicate: node.predicate };
    case 'select':
      return { id, input, schema, kind: 'select', items: node.items };
    case 'map':
    case 'flatMap':
      return { id, input, schema, kind: node.kind, module: node.module, function: node.function };
    case 'union': {
      if (node.inputs.filter((other) => other === input).length > 1)
        throw new EtlError('ETL-9001', `union ${id} is not a tree`);
      return { id, input, schema, kind: 'union', casts: node.casts[node.inputs.indexOf(input)] };
    }
    case 'limit':
      return { id, input, schema, kind: 'limit', limit: id };
    // No slot runs these yet: `spec/operators/operator-blocks.ts` refuses them before.
    case 'mapPartition':
    case 'intersect':
    case 'except':
    case 'sort':
    case 'sortPartition':
    case 'partition':
    case 'distinct':
    case 'aggregate':
    case 'reduce':
    case 'reduceGroup':
    case 'coGroup':
    case 'join':
    case 'cross':
      throw new EtlError('ETL-9001', `no slot runs ${node.kind}`);
    default:
      return node satisfies never;
  }
}

/** `users → filter → redis`; where the rows go apart: `users → (filter → redis, print)`. */
function chainName(graph: LogicalGraph, node: LogicalNode, members: readonly LogicalNode[]): string {
  const own = node.kind === 'source' ? node.id : node.kind === 'sink' ? node.connector : node.kind;
  const next = members
    .filter((member) => member.inputs.includes(node.id))
    .map((member) => chainName(graph, nodeOf(graph, member.id), members));
  if (next.length === 0) return own;
  return `${own} → ${next.length === 1 ? next[0] : `(${next.join(', ')})`}`;
}

/**
 * Small edits of a logical graph. Every graph that leaves here is in topological order, with schemas that follow from
 * its inputs, and holds no node that no sink reads.
 */
import type { Field, Schema } from '../columnar/batch.js';
import type { TypedExpr } from '../expr/typed-expr.js';
import type { LogicalGraph, LogicalNode } from './logical-graph.js';
import { withSchema } from './node-schemas.js';

export type NodeOf<Kind extends LogicalNode['kind']> = Extract<LogicalNode, { kind: Kind }>;

export function makeGraph(nodes: readonly LogicalNode[]): LogicalGraph {
  const schemas = new Map<string, Schema>();
  const sorted: LogicalNode[] = [];
  for (const node of inTopologicalOrder(nodes)) {
    const inputs = node.inputs.map((input) => schemas.get(input)!);
    const typed = withSchema(node, inputs);
    schemas.set(typed.id, typed.schema);
    sorted.push(typed);
  }
  return { nodes: sorted };
}

export function nodeOf(graph: LogicalGraph, id: string): LogicalNode {
  const node = graph.nodes.find((candidate) => candidate.id === id);
  if (node === undefined) throw new Error(`no node ${id}`);
  return node;
}

/** Does nobody but one node read it, and that once? */
export function hasOneConsumer(graph: LogicalGraph, id: string): boolean {
  return graph.nodes.flatMap((node) => node.inputs).filter((input) => input === id).length === 1;
}

/** The node with what feeds it, near and far. */
export function ancestorsOf(graph: LogicalGraph, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (next: string): void => {
    if (found.has(next)) return;
    found.add(next);
    nodeOf(graph, next).inputs.forEach(visit);
  };
  visit(id);
  return found;
}

export function replaceNode(graph: LogicalGraph, id: string, by: readonly LogicalNode[]): LogicalGraph {
  return makeGraph(graph.nodes.flatMap((node) => (node.id === id ? by : [node])));
}

/** Takes a node of one input out: who read it reads its input. */
export function removeNode(graph: LogicalGraph, id: string): LogicalGraph {
  const [input] = nodeOf(graph, id).inputs;
  return makeGraph(graph.nodes.filter((node) => node.id !== id).map((node) => withInput(node, id, input)));
}

export function withInput<Node extends LogicalNode>(node: Node, from: string, to: string): Node {
  if (!node.inputs.includes(from)) return node;
  return { ...node, inputs: node.inputs.map((input) => (input === from ? to : input)) };
}

export function columnOf(field: Field): TypedExpr {
  return { kind: 'column', name: field.name, type: field.type };
}

/** Keeps the given order where it can; leaves out what no sink reads. */
function inTopologicalOrder(nodes: readonly LogicalNode[]): readonly LogicalNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const wanted = new Set<string>();
  const want = (id: string): void => {
    if (wanted.has(id)) return;
    wanted.add(id);
    byId.get(id)!.inputs.forEach(want);
  };
  nodes.filter((node) => node.kind === 'sink').forEach((sink) => want(sink.id));
  const placed = new Set<string>();
  const sorted: LogicalNode[] = [];
  const place = (node: LogicalNode): void => {
    if (placed.has(node.id)) return;
    placed.add(node.id);
    node.inputs.forEach((input) => place(byId.get(input)!));
    sorted.push(node);
  };
  nodes.filter((node) => wanted.has(node.id)).forEach(place);
  return sorted;
}

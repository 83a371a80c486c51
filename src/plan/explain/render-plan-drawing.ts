/** The rewritten graph as a drawing for other tools, with a box round each chain: Mermaid or Graphviz. */
import type { ExecutionPlan } from '../execution-plan.js';
import type { LogicalGraph } from '../logical-graph.js';
import { describeNode } from './describe-node.js';

export function renderPlanMermaid(plan: ExecutionPlan): string {
  const graph = finalGraph(plan);
  const { names, chains, edges } = layOut(plan, graph);
  const label = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const nodes = (ids: readonly string[], indent: string): string[] =>
    ids.map((id) => `${indent}${names.get(id)!.name}["${label(names.get(id)!.label)}"]`);
  return [
    'flowchart TD',
    ...chains.boxes.flatMap(({ title, ids }, i) => [
      `  subgraph c${i} ["${label(title)}"]`,
      ...nodes(ids, '    '),
      '  end',
    ]),
    ...nodes(chains.shared, '  '),
    ...edges.map(([from, to]) => `  ${from} --> ${to}`),
  ].join('\n');
}

export function renderPlanDot(plan: ExecutionPlan): string {
  const graph = finalGraph(plan);
  const { names, chains, edges } = layOut(plan, graph);
  const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const nodes = (ids: readonly string[], indent: string): string[] =>
    ids.map((id) => `${indent}${names.get(id)!.name} [label=${quoted(names.get(id)!.label)}];`);
  return [
    `digraph ${quoted(plan.jobName)} {`,
    '  node [shape=box];',
    ...chains.boxes.flatMap(({ title, ids }, i) => [
      `  subgraph cluster_${i} {`,
      `    label=${quoted(title)};`,
      ...nodes(ids, '    '),
      '  }',
    ]),
    ...nodes(chains.shared, '  '),
    ...edges.map(([from, to]) => `  ${from} -> ${to};`),
    '}',
  ].join('\n');
}

function finalGraph(plan: ExecutionPlan): LogicalGraph {
  return plan.rewrites.at(-1)?.graph ?? plan.logical;
}

function layOut(plan: ExecutionPlan, graph: LogicalGraph) {
  const names = new Map(
    graph.nodes.map((node, i) => [node.id, { name: `n${i}`, label: `${node.id}: ${describeNode(node)}` }]),
  );
  const owners = (id: string): number => plan.job.vertices.filter((vertex) => vertex.chain.includes(id)).length;
  const boxes = plan.job.vertices.map(({ id, parallelism, chain }) => ({
    title: `${id} ×${parallelism}`,
    ids: chain.filter((node) => names.has(node) && owners(node) === 1),
  }));
  // What runs in several chains stands in none of their boxes.
  const shared = graph.nodes.map((node) => node.id).filter((id) => owners(id) > 1);
  const edges = graph.nodes.flatMap((node) =>
    node.inputs.map((input) => [names.get(input)!.name, names.get(node.id)!.name] as const),
  );
  return { names, chains: { boxes, shared }, edges };
}

/** Which vertices an iteration runs again and again, what goes round between them, and when that ends. */
import type { Chain } from './cut-vertices.js';
import type { Iteration } from './execution-plan.js';
import type { LogicalGraph } from './logical-graph.js';
import { feedbackOf } from './lower/lower-iteration.js';

export function planIterations(graph: LogicalGraph, chains: readonly Chain[]): Iteration[] {
  return graph.nodes.flatMap((node): Iteration[] => {
    if (node.kind !== 'iterate') return [];
    const { id, maxIterations, inputs, stop } = node;
    const feedback = feedbackOf(graph, node);
    const exchange = `${id}/${stop === 'empty' ? 1 : inputs.length - 1}`;
    return [
      {
        id,
        maxIterations,
        vertices: verticesBehind(chains, feedback.map(({ to }) => to), id), // prettier-ignore
        feedback,
        stop: stop && { when: stop, exchange },
      },
    ];
  });
}

/** From those that read one of the exchanges down to, and without, the one that begins with the node `end`. */
function verticesBehind(chains: readonly Chain[], exchanges: readonly string[], end: string): string[] {
  const reached = new Set(exchanges);
  const found: string[] = [];
  // Chains come behind those whose exchanges they read.
  for (const { vertex, exchanges: read, outputs } of chains) {
    if (vertex.id === end || !read.some(({ id }) => reached.has(id))) continue;
    found.push(vertex.id);
    outputs.forEach(({ id }) => reached.add(id));
  }
  return found;
}

/** May a step that also reads whole sets by exchanges stand in the chain of its rows? */
import { ancestorsOf } from './graph-edit.js';
import type { LogicalGraph } from './logical-graph.js';
import { sharedAncestors } from './rules/separate-diamonds.js';

/** Not if that chain makes one of the sets, too, or is more than one: an exchange is read by one vertex. */
export function canChain(graph: LogicalGraph, rows: string, sets: readonly string[]): boolean {
  if (sets.length === 0) return true;
  return !meetsAbove(graph, rows) && sets.every((set) => sharedAncestors(graph, rows, set).length === 0);
}

/** What stands below a union is in several vertices. */
function meetsAbove(graph: LogicalGraph, id: string): boolean {
  const ids = ancestorsOf(graph, id);
  return graph.nodes.some(({ id: other, kind }) => ids.has(other) && (kind === 'union' || kind === 'intersect' || kind === 'except')); // prettier-ignore
}

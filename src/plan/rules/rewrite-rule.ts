/**
 * A rewrite rule: one named step from a logical graph to an equal one.
 *
 * Equal means: the same rows reach the same sinks. A rule may make fewer rows fail (what nobody reads is not computed),
 * never more, and never lets a failing row stop what would have gone on without it.
 */
import type { SourceDescription } from '../../connectors/connector.js';
import type { LogicalGraph } from '../logical-graph.js';

export interface SourceFacts {
  readonly pushdown: SourceDescription['pushdown'];
  /** The job file says which columns to read: exactly those are read. */
  readonly columnsGiven: boolean;
}

/** By id of the source node. */
export type PlanFacts = (source: string) => SourceFacts;

export interface RewriteRule {
  readonly name: string;
  /** The graph itself where there is nothing to do; else a graph with less left to do, so that every rule ends. */
  readonly apply: (graph: LogicalGraph, facts: PlanFacts) => LogicalGraph;
}

/** A rule from one that finds a single place to change, or none (null). */
export function everywhere(
  applyOnce: (graph: LogicalGraph, facts: PlanFacts) => LogicalGraph | null,
): RewriteRule['apply'] {
  return (graph, facts) => {
    for (let current = graph; ;) {
      const next = applyOnce(current, facts);
      if (next === null) return current;
      current = next;
    }
  };
}

/**
 * Applies the rules in order, round after round, until none changes anything; keeps the graph after each that did.
 *
 * Rules cannot undo each other, so this ends: filters and limits only move up to the source, selects and columns only get fewer.
 */
import { EtlError } from '../errors/etl-error.js';
import type { RewriteStep } from './execution-plan.js';
import type { LogicalGraph } from './logical-graph.js';
import type { PlanFacts, RewriteRule } from './rules/rewrite-rule.js';

const MOST_ROUNDS = 100;

export interface Rewritten {
  readonly graph: LogicalGraph;
  readonly steps: readonly RewriteStep[];
}

export function rewriteGraph(graph: LogicalGraph, rules: readonly RewriteRule[], facts: PlanFacts): Rewritten {
  const steps: RewriteStep[] = [];
  let current = graph;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = current;
    for (const { name, apply } of rules) {
      const next = apply(current, facts);
      if (next !== current) steps.push({ rule: name, graph: next });
      current = next;
    }
    if (current === before) return { graph: current, steps };
  }
  throw new EtlError(
    'ETL-9001',
    `the rewrite rules do not come to an end: ${steps
      .slice(-5)
      .map((step) => step.rule)
      .join(', ')}`,
  );
}

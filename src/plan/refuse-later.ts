/** Aggregates and hints that the language has and no slot runs yet: refused when the job is planned, each with what does the same. */
import type { AggregateValue } from '../expr/aggregates/aggregate-value.js';
import type { SpecDocument } from '../spec/job-spec.js';
import type { LogicalGraph } from './logical-graph.js';
import { PlanProblems } from './plan-problems.js';
import { originalId } from './rules/separate-diamonds.js';

/** @throws EtlErrors ETL-2056 */
export function refuseLater(document: SpecDocument, graph: LogicalGraph): void {
  const problems = new PlanProblems(document);
  for (const node of graph.nodes) {
    const index = document.spec.steps.findIndex((step) => step.id === originalId(node.id));
    const site = { path: ['steps', index, node.kind], what: `step ${index + 1} (${node.kind})` };
    if (node.kind === 'join' && node.hint === 'REPARTITION_SORT_MERGE') {
      const hint = 'leave it out: a hash join spills what does not fit';
      problems.add('ETL-2056', 'the sort-merge join is not available in this version', site, hint);
    }
    if (node.kind !== 'aggregate') continue;
    for (const value of node.values) {
      const refusal = refusalOf(value);
      if (refusal === null) continue;
      problems.add('ETL-2056', `${refusal.what} is not available in this version`, site, refusal.hint);
    }
  }
  problems.throwIfAny();
}

function refusalOf({ function: of, distinct, type }: AggregateValue): { what: string; hint: string } | null {
  if (distinct) {
    const hint = 'put a step `distinct` with these columns before, and aggregate its rows';
    return { what: `${of}(DISTINCT …)`, hint };
  }
  switch (of) {
    case 'string_agg':
    case 'array_agg':
    case 'percentile_cont':
    case 'percentile_disc':
      return { what: of, hint: 'first, last, min and max keep one value of a group' };
    case 'approx_count_distinct':
      return { what: of, hint: 'a step `distinct` with a count behind it is exact' };
    case 'sum':
    case 'avg':
      return type.kind === 'interval'
        ? { what: `${of} of an interval`, hint: 'aggregate its seconds: extract(epoch FROM x)' }
        : null;
    default:
      return null;
  }
}

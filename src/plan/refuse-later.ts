/** Hints that the language has and no slot runs yet: refused when the job is planned, each with what does the same. */
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
  }
  problems.throwIfAny();
}

/**
 * push-limit-into-sort: of sorted rows only the first are wanted, so each task keeps no more than that: a top-N, which does not
 * spill unless those alone do not fit.
 *
 * The limit itself stays, because it counts over all tasks. It may stand directly over the sort, or over selects that cannot
 * fail: a row that fails below a limit does not count for it.
 */
import { canFail } from '../expr-facts.js';
import { hasOneConsumer, nodeOf, replaceNode, type NodeOf } from '../graph-edit.js';
import type { LogicalGraph } from '../logical-graph.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const pushLimitIntoSort: RewriteRule = {
  name: 'push-limit-into-sort',
  apply: everywhere((graph) => {
    for (const limit of graph.nodes) {
      if (limit.kind !== 'limit') continue;
      const sort = sortBelow(graph, limit.inputs[0]);
      if (sort === null || (sort.limit !== null && sort.limit <= limit.rows)) continue;
      return replaceNode(graph, sort.id, [{ ...sort, limit: limit.rows }]);
    }
    return null;
  }),
};

function sortBelow(graph: LogicalGraph, id: string): NodeOf<'sort'> | null {
  const node = nodeOf(graph, id);
  if (!hasOneConsumer(graph, id)) return null;
  if (node.kind === 'sort') return node;
  if (node.kind !== 'select' || node.items.some((item) => canFail(item.expr))) return null;
  return sortBelow(graph, node.inputs[0]);
}

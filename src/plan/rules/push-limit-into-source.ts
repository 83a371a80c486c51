/**
 * push-limit-into-source: the source stops reading when the limit above it has enough.
 *
 * The limit itself stays, because it counts over all splits. It may stand directly over the source, or over selects that
 * cannot fail: a row that fails below a limit does not count for it.
 */
import { canFail } from '../expr-facts.js';
import { hasOneConsumer, nodeOf, replaceNode, type NodeOf } from '../graph-edit.js';
import type { LogicalGraph } from '../logical-graph.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const pushLimitIntoSource: RewriteRule = {
  name: 'push-limit-into-source',
  apply: everywhere((graph, facts) => {
    for (const limit of graph.nodes) {
      if (limit.kind !== 'limit') continue;
      const source = sourceBelow(graph, limit.inputs[0]);
      if (source === null || source.limit !== null || !facts(source.id).pushdown.limit) continue;
      return replaceNode(graph, source.id, [{ ...source, limit: { id: limit.id, rows: limit.rows } }]);
    }
    return null;
  }),
};

function sourceBelow(graph: LogicalGraph, id: string): NodeOf<'source'> | null {
  const node = nodeOf(graph, id);
  if (!hasOneConsumer(graph, id)) return null;
  if (node.kind === 'source') return node;
  if (node.kind !== 'select' || node.items.some((item) => canFail(item.expr))) return null;
  return sourceBelow(graph, node.inputs[0]);
}

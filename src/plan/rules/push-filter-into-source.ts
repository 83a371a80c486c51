/**
 * push-filter-into-source: the source reads only the rows that the filter would keep.
 *
 * Each part of a conjunction goes alone. It goes if the source's dialect can say it with the same meaning, and if it cannot
 * fail: a row that fails in a filter is one reject, inside the source's query it would be the end of the split.
 */
import { renderSql } from '../../expr/render-sql.js';
import { canFail, conjunctionOf, conjunctsOf } from '../expr-facts.js';
import { hasOneConsumer, makeGraph, nodeOf, removeNode, replaceNode } from '../graph-edit.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const pushFilterIntoSource: RewriteRule = {
  name: 'push-filter-into-source',
  apply: everywhere((graph, facts) => {
    for (const filter of graph.nodes) {
      if (filter.kind !== 'filter') continue;
      const source = nodeOf(graph, filter.inputs[0]);
      if (source.kind !== 'source' || source.limit !== null || !hasOneConsumer(graph, source.id)) continue;
      const { dialect } = facts(source.id).pushdown;
      if (dialect === null) continue;
      const conjuncts = conjunctsOf(filter.predicate);
      const pushed = conjuncts.filter((conjunct) => !canFail(conjunct) && renderSql(conjunct, dialect) !== null);
      if (pushed.length === 0) continue;
      const kept = conjuncts.filter((conjunct) => !pushed.includes(conjunct));
      const reading = replaceNode(graph, source.id, [{ ...source, filters: [...source.filters, ...pushed] }]);
      if (kept.length === 0) return removeNode(reading, filter.id);
      const rest = { ...filter, predicate: conjunctionOf(kept) };
      return makeGraph(reading.nodes.map((node) => (node.id === filter.id ? rest : node)));
    }
    return null;
  }),
};

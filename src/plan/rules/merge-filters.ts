/**
 * merge-filters: two filters in a row become one, `lower AND upper`.
 *
 * Only where the upper predicate cannot fail: `x <> 0` before `10 / x > 1` keeps the rows with x = 0 from failing.
 */
import { canFail, conjunctionOf, conjunctsOf } from '../expr-facts.js';
import { hasOneConsumer, makeGraph, nodeOf } from '../graph-edit.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const mergeFilters: RewriteRule = {
  name: 'merge-filters',
  apply: everywhere((graph) => {
    for (const upper of graph.nodes) {
      if (upper.kind !== 'filter' || canFail(upper.predicate)) continue;
      const lower = nodeOf(graph, upper.inputs[0]);
      if (lower.kind !== 'filter' || !hasOneConsumer(graph, lower.id)) continue;
      const predicate = conjunctionOf([...conjunctsOf(lower.predicate), ...conjunctsOf(upper.predicate)]);
      const merged = { ...upper, inputs: lower.inputs, predicate };
      return makeGraph(graph.nodes.flatMap((node) => (node === lower ? [] : node === upper ? [merged] : [node])));
    }
    return null;
  }),
};

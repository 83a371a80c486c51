/**
 * push-filter-through-select: a filter above a select moves below it, its columns replaced by what the select computes.
 *
 *     filter s > 10 ∘ select score * 2 AS s    ⇒    select score * 2 AS s ∘ filter score * 2 > 10
 *
 * A row that the filter drops is then never computed, so it can no longer fail in an item that nobody reads.
 */
import { substituteColumns } from '../expr-facts.js';
import { hasOneConsumer, makeGraph, nodeOf, withInput } from '../graph-edit.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const pushFilterThroughSelect: RewriteRule = {
  name: 'push-filter-through-select',
  apply: everywhere((graph) => {
    for (const filter of graph.nodes) {
      if (filter.kind !== 'filter') continue;
      const select = nodeOf(graph, filter.inputs[0]);
      if (select.kind !== 'select' || !hasOneConsumer(graph, select.id)) continue;
      const items = new Map(select.items.map((item) => [item.name, item.expr]));
      const predicate = substituteColumns(filter.predicate, (column) => items.get(column.name)!);
      const below = { ...filter, inputs: select.inputs, predicate };
      const above = { ...select, inputs: [filter.id] };
      return makeGraph(
        graph.nodes.flatMap((node) => {
          if (node === select) return [];
          return node === filter ? [below, above] : [withInput(node, filter.id, select.id)];
        }),
      );
    }
    return null;
  }),
};

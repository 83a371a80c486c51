/**
 * merge-selects: a select above a select becomes one that computes both.
 *
 * Not where the upper one would compute something twice: an item that is more than a column or a literal and is read more
 * than once stays where it is.
 */
import { columnUses, substituteColumns } from '../expr-facts.js';
import { hasOneConsumer, makeGraph, nodeOf } from '../graph-edit.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const mergeSelects: RewriteRule = {
  name: 'merge-selects',
  apply: everywhere((graph) => {
    for (const upper of graph.nodes) {
      if (upper.kind !== 'select') continue;
      const lower = nodeOf(graph, upper.inputs[0]);
      if (lower.kind !== 'select' || !hasOneConsumer(graph, lower.id)) continue;
      const uses = columnUses(upper.items.map((item) => item.expr));
      const isCheap = lower.items.every(
        ({ name, expr }) => expr.kind === 'column' || expr.kind === 'literal' || (uses.get(name) ?? 0) <= 1,
      );
      if (!isCheap) continue;
      const exprs = new Map(lower.items.map((item) => [item.name, item.expr]));
      const items = upper.items.map(({ name, expr }) => ({
        name,
        expr: substituteColumns(expr, (column) => exprs.get(column.name)!),
      }));
      const merged = { ...upper, inputs: lower.inputs, items };
      return makeGraph(graph.nodes.flatMap((node) => (node === lower ? [] : node === upper ? [merged] : [node])));
    }
    return null;
  }),
};

/** remove-trivial-select: a select that gives its input's columns, unchanged and in their order, goes away. */
import { sameType } from '../../columnar/data-type.js';
import { nodeOf, removeNode } from '../graph-edit.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const removeTrivialSelect: RewriteRule = {
  name: 'remove-trivial-select',
  apply: everywhere((graph) => {
    for (const select of graph.nodes) {
      if (select.kind !== 'select') continue;
      const { fields } = nodeOf(graph, select.inputs[0]).schema;
      const isTrivial =
        select.items.length === fields.length &&
        select.items.every(({ name, expr }, i) => {
          const { name: own, type } = fields[i];
          return name === own && expr.kind === 'column' && expr.name === own && sameType(expr.type, type);
        });
      if (isTrivial) return removeNode(graph, select.id);
    }
    return null;
  }),
};

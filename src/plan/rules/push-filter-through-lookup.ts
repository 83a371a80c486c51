/**
 * push-filter-through-lookup: a part of a filter that reads nothing of what a lookup adds is asked before anything is looked up.
 *
 *     filter score > 10 AND country = 'Peru' ∘ lookup country   ⇒   filter country = 'Peru' ∘ lookup country ∘ filter score > 10
 *
 * Nothing that can fail for a row: rows that an inner lookup leaves out would be asked, too.
 */
import { canFail, columnUses, conjunctionOf, conjunctsOf } from '../expr-facts.js';
import { hasOneConsumer, makeGraph, nodeOf, removeNode, replaceNode, type NodeOf } from '../graph-edit.js';
import type { LogicalGraph } from '../logical-graph.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const pushFilterThroughLookup: RewriteRule = {
  name: 'push-filter-through-lookup',
  apply: everywhere((graph) => {
    for (const filter of graph.nodes) {
      if (filter.kind !== 'filter') continue;
      const lookup = nodeOf(graph, filter.inputs[0]);
      if (lookup.kind !== 'lookup' || !hasOneConsumer(graph, lookup.id)) continue;
      const pushed = push(graph, filter, lookup);
      if (pushed !== null) return pushed;
    }
    return null;
  }),
};

function push(graph: LogicalGraph, filter: NodeOf<'filter'>, lookup: NodeOf<'lookup'>): LogicalGraph | null {
  const added = new Set(lookup.found.map(({ name }) => name));
  const isBelow = (part: NodeOf<'filter'>['predicate']): boolean =>
    !canFail(part) && ![...columnUses([part]).keys()].some((name) => added.has(name));
  const parts = conjunctsOf(filter.predicate);
  const [input] = lookup.inputs;
  const pushed = parts.filter(isBelow);
  if (pushed.length === 0) return null;
  const id = `${filter.id}.before`;
  const predicate = conjunctionOf(pushed);
  const { schema } = nodeOf(graph, input);
  const below: NodeOf<'filter'> = { kind: 'filter', id, inputs: [input], predicate, schema, parallelism: null };
  const above = { ...lookup, inputs: [id] };
  const moved = makeGraph(graph.nodes.flatMap((node) => (node === lookup ? [below, above] : [node])));
  const rest = parts.filter((part) => !isBelow(part));
  if (rest.length === 0) return removeNode(moved, filter.id);
  return replaceNode(moved, filter.id, [{ ...filter, predicate: conjunctionOf(rest) }]);
}

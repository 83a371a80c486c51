/**
 * push-filter-through-groups: a part of a filter that looks at groups only is asked of the rows, before they are grouped; and any
 * filter is asked before rows are sorted or sent to partitions.
 *
 *     filter country = 'DE' AND n > 3 ∘ aggregate by country: count(*) AS n
 *         ⇒   filter n > 3 ∘ aggregate by country: count(*) AS n ∘ filter country = 'DE'
 *
 * Nothing that can fail goes below a grouping: it would be asked more often. A total of all rows stays one row, whatever is asked.
 */
import { canFail, columnUses, conjunctionOf, conjunctsOf } from '../expr-facts.js';
import { hasOneConsumer, makeGraph, nodeOf, removeNode, replaceNode, type NodeOf } from '../graph-edit.js';
import type { LogicalGraph, LogicalNode } from '../logical-graph.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const pushFilterThroughGroups: RewriteRule = {
  name: 'push-filter-through-groups',
  apply: everywhere((graph) => {
    for (const filter of graph.nodes) {
      if (filter.kind !== 'filter') continue;
      const node = nodeOf(graph, filter.inputs[0]);
      if (!hasOneConsumer(graph, node.id)) continue;
      const pushed = push(graph, filter, node);
      if (pushed !== null) return pushed;
    }
    return null;
  }),
};

function push(graph: LogicalGraph, filter: NodeOf<'filter'>, node: LogicalNode): LogicalGraph | null {
  const groups = groupsOf(node);
  if (groups === null) return null;
  const parts = conjunctsOf(filter.predicate);
  const below = parts.filter(
    (part) => groups === 'any' || (!canFail(part) && [...columnUses([part]).keys()].every((name) => groups.has(name))),
  );
  if (below.length === 0) return null;
  const [input] = node.inputs;
  const lower: NodeOf<'filter'> = {
    kind: 'filter',
    id: `${filter.id}.before`,
    inputs: [input],
    predicate: conjunctionOf(below),
    schema: nodeOf(graph, input).schema,
    parallelism: null,
  };
  const grouped = makeGraph(
    graph.nodes.flatMap((one) =>
      one === node ? [lower, { ...node, inputs: [lower.id, ...node.inputs.slice(1)] }] : [one],
    ),
  );
  const rest = parts.filter((part) => !below.includes(part));
  if (rest.length === 0) return removeNode(grouped, filter.id);
  return replaceNode(grouped, filter.id, [{ ...filter, predicate: conjunctionOf(rest) }]);
}

/** Columns that are the same for all rows of a group; `any`: there are no groups; null: nothing may pass. */
function groupsOf(node: LogicalNode): ReadonlySet<string> | 'any' | null {
  switch (node.kind) {
    case 'sort':
      return node.limit === null ? 'any' : null;
    case 'sortPartition':
    case 'partition':
      return 'any';
    case 'distinct':
      return new Set(node.on);
    case 'aggregate':
      return node.by.length === 0 ? null : new Set(node.by);
    default:
      return null;
  }
}

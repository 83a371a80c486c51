/**
 * push-filter-through-join: a part of a filter that looks at one side of a join only is asked of that side's rows, before they
 * travel.
 *
 *     filter o.total > 10 AND c.country = 'DE' ∘ join(orders, customers)
 *         ⇒   join(filter total > 10 ∘ orders, filter country = 'DE' ∘ customers)
 *
 * Not of a side that the join pads with NULLs, and nothing that can fail for a row: rows without a partner would be asked, too.
 */
import type { TypedExpr } from '../../expr/typed-expr.js';
import { canFail, columnUses, conjunctionOf, conjunctsOf, substituteColumns } from '../expr-facts.js';
import { columnOf, hasOneConsumer, makeGraph, nodeOf, removeNode, replaceNode, type NodeOf } from '../graph-edit.js';
import type { LogicalGraph } from '../logical-graph.js';
import { rightName } from '../node-schemas.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

type Join = NodeOf<'join' | 'cross'>;
type Side = 0 | 1;

export const pushFilterThroughJoin: RewriteRule = {
  name: 'push-filter-through-join',
  apply: everywhere((graph) => {
    for (const filter of graph.nodes) {
      if (filter.kind !== 'filter') continue;
      const join = nodeOf(graph, filter.inputs[0]);
      if ((join.kind !== 'join' && join.kind !== 'cross') || !hasOneConsumer(graph, join.id)) continue;
      const pushed = push(graph, filter, join);
      if (pushed !== null) return pushed;
    }
    return null;
  }),
};

function push(graph: LogicalGraph, filter: NodeOf<'filter'>, join: Join): LogicalGraph | null {
  const sides = conjunctsOf(filter.predicate).map((part) => ({ part, side: sideOf(graph, join, part) }));
  const pushed = ([0, 1] as const).flatMap((side) => {
    const parts = sides.filter((one) => one.side === side).map(({ part }) => inSide(graph, join, side, part));
    return parts.length === 0 ? [] : [{ side, predicate: conjunctionOf(parts) }];
  });
  if (pushed.length === 0) return null;
  const below = pushed.map(({ side, predicate }): NodeOf<'filter'> => {
    const input = join.inputs[side];
    const id = `${filter.id}.${side === 0 ? 'left' : 'right'}`;
    return { kind: 'filter', id, inputs: [input], predicate, schema: nodeOf(graph, input).schema, parallelism: null };
  });
  const inputs = join.inputs.map((input, i) => below.find((_, n) => pushed[n].side === i)?.id ?? input);
  const joined = makeGraph(graph.nodes.flatMap((node) => (node === join ? [...below, { ...join, inputs }] : [node])));
  const rest = sides.filter((one) => one.side === null).map(({ part }) => part);
  if (rest.length === 0) return removeNode(joined, filter.id);
  return replaceNode(joined, filter.id, [{ ...filter, predicate: conjunctionOf(rest) }]);
}

/** The one side whose rows can be asked instead, or null. */
function sideOf(graph: LogicalGraph, join: Join, part: TypedExpr): Side | null {
  const uses = [...columnUses([part]).keys()];
  if (uses.length === 0 || canFail(part)) return null;
  const type = join.kind === 'cross' ? 'inner' : join.type;
  const behind = ([0, 1] as const).map((side) => new Set(namesBehind(graph, join, side)));
  if (type !== 'right' && type !== 'full' && uses.every((name) => behind[0].has(name))) return 0;
  const sendsRight = type === 'inner' || type === 'right';
  return sendsRight && uses.every((name) => behind[1].has(name)) ? 1 : null;
}

/** What the columns of a side are called behind the join. */
function namesBehind(graph: LogicalGraph, join: Join, side: Side): readonly string[] {
  const { fields } = nodeOf(graph, join.inputs[side]).schema;
  return fields.map(({ name }) => (side === 0 ? name : rightName(join.rightNames, name)));
}

function inSide(graph: LogicalGraph, join: Join, side: Side, part: TypedExpr): TypedExpr {
  const { fields } = nodeOf(graph, join.inputs[side]).schema;
  const names = namesBehind(graph, join, side);
  return substituteColumns(part, ({ name }) => columnOf(fields[names.indexOf(name)]));
}

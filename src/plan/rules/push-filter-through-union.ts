/** push-filter-through-union: a filter above a union becomes one in each branch, in the names and types of that branch. */
import type { TypedExpr } from '../../expr/typed-expr.js';
import { substituteColumns } from '../expr-facts.js';
import { columnOf, hasOneConsumer, makeGraph, nodeOf, withInput, type NodeOf } from '../graph-edit.js';
import type { LogicalGraph } from '../logical-graph.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const pushFilterThroughUnion: RewriteRule = {
  name: 'push-filter-through-union',
  apply: everywhere((graph) => {
    for (const filter of graph.nodes) {
      if (filter.kind !== 'filter') continue;
      const union = nodeOf(graph, filter.inputs[0]);
      if (union.kind === 'union' && hasOneConsumer(graph, union.id)) return pushBelow(graph, filter, union);
    }
    return null;
  }),
};

function pushBelow(graph: LogicalGraph, filter: NodeOf<'filter'>, union: NodeOf<'union'>): LogicalGraph {
  const branches = union.inputs.map((input, i): NodeOf<'filter'> => {
    const { schema } = nodeOf(graph, input);
    const predicate = substituteColumns(filter.predicate, ({ name }) => branchColumn(graph, union, i, name));
    return { ...filter, id: `${filter.id}.${i + 1}`, inputs: [input], predicate, schema };
  });
  const above = { ...union, inputs: branches.map((branch) => branch.id) };
  return makeGraph(
    graph.nodes.flatMap((node) => {
      if (node === union) return [];
      return node === filter ? [...branches, above] : [withInput(node, filter.id, union.id)];
    }),
  );
}

function branchColumn(graph: LogicalGraph, union: NodeOf<'union'>, branch: number, name: string): TypedExpr {
  const position = union.schema.fields.findIndex((field) => field.name === name);
  const column = columnOf(nodeOf(graph, union.inputs[branch]).schema.fields[position]);
  const type = union.casts[branch][position];
  return type === null ? column : { kind: 'call', name: 'cast', args: [column], type };
}

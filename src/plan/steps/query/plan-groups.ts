/** GROUP BY: rows become groups with a column for each group and each aggregate that is asked for. */
import { GroupedScope } from '../../../expr/aggregates/check-grouped.js';
import { checkNode } from '../../../expr/check-expression.js';
import { typeError } from '../../../expr/expression-error.js';
import { hasEquality } from '../../../expr/require-order.js';
import { typeName } from '../../../columnar/data-type.js';
import type { Select, SortNode, SyntaxNode } from '../../../expr/syntax-tree.js';
import type { NamedExpr, TypedExpr } from '../../../expr/typed-expr.js';
import { addAggregate } from '../build-aggregate.js';
import type { QueryNodes } from './query-nodes.js';
import { partsOf, scopeOf, type Given, type Relation } from './relation.js';

export interface Grouped {
  readonly relation: Relation;
  /** The groups' columns. */
  readonly keys: readonly TypedExpr[];
  /** A part of the text over the groups. */
  check(node: SyntaxNode, given?: Given): TypedExpr;
}

export function holdsAggregates({ items, having }: Select, orderBy: readonly SortNode[]): boolean {
  const parts = [...items.map(({ node }) => node), having, ...orderBy.map(({ node }) => node)];
  return parts.some((node) => node !== null && partsOf(node, 'aggregate').length > 0);
}

/** `wanted`: all parts of the text in which aggregates may stand. */
export function planGroups(
  nodes: QueryNodes,
  relation: Relation,
  groupBy: readonly SyntaxNode[],
  wanted: readonly SyntaxNode[],
): Grouped {
  let joined: Given = new Map();
  const rows = scopeOf(nodes.build.scope, relation);
  const resolve: typeof rows.resolve = (node) => joined.get(node) ?? rows.resolve!(node);
  const groups = groupBy.map((node, i): NamedExpr => {
    const { expr } = checkNode(node, rows);
    if (!hasEquality(expr.type))
      throw typeError(`rows cannot be grouped by ${typeName(expr.type)}`, node.at, 'group by its text: x::text');
    return { name: expr.kind === 'column' ? expr.name : `#g${i + 1}`, expr };
  });
  const unique = groups.filter((group, i) => groups.findIndex(({ name }) => name === group.name) === i);
  const scope = new GroupedScope({ ...rows, resolve }, unique);
  // Finds the aggregates; queries and windows among them are for later.
  const types = new Map<SyntaxNode, ReturnType<typeof scope.check>>();
  for (const node of wanted.flatMap((part) => partsOf(part, 'aggregate'))) types.set(node, scope.check(node));
  const output = addAggregate(nodes.part('groups', [relation]), unique, scope.slots);
  return {
    relation: { id: output.id, schema: output.schema, visible: [] },
    keys: groups.map(({ name, expr }) => ({ kind: 'column', name, type: expr.type })),
    check: (node, given = new Map()) => {
      joined = given;
      return scope.check(node).expr;
    },
  };
}

/** Window functions: each OVER adds columns to the rows. */
import { notAnExpression } from '../../../expr/expression-error.js';
import type { SyntaxNode } from '../../../expr/syntax-tree.js';
import type { TypedExpr } from '../../../expr/typed-expr.js';
import type { WithScalars } from './plan-subqueries.js';
import type { QueryNodes } from './query-nodes.js';
import { partsOf, type Relation } from './relation.js';

export function planWindows(
  _nodes: QueryNodes,
  relation: Relation,
  parts: readonly SyntaxNode[],
  _check: (node: SyntaxNode) => TypedExpr,
): WithScalars {
  const [first] = parts.flatMap((part) => partsOf(part, 'window'));
  if (first !== undefined) throw notAnExpression(`${first.name}() OVER is not supported`, first.nameAt);
  return { relation, given: new Map() };
}

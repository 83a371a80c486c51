/** `a = b` of an expression and a column of some other place: both as the equality would compare them. */
import type { Field } from '../columnar/batch.js';
import { checkCall } from './check-call.js';
import { checkNode, type Scope } from './check-expression.js';
import { parseExpression } from './parse-expression.js';
import type { SyntaxNode } from './syntax-tree.js';
import type { TypedExpr } from './typed-expr.js';

/** Throws as `checkExpression` does. `scope` is that of `source`; the second result reads the column by its name. */
export function checkEquality(source: string, scope: Scope, { name, type }: Field): readonly [TypedExpr, TypedExpr] {
  const node = parseExpression(source);
  const { at, depth } = node;
  const equality: SyntaxNode = { kind: 'call', name: '=', form: 'operator', args: [], nameAt: at, at, depth };
  const column: TypedExpr = { kind: 'column', name, type };
  const { expr } = checkCall(equality, [checkNode(node, scope), { expr: column, untyped: false, at }]);
  if (expr.kind !== 'call') throw new Error('an equality is a call');
  return [expr.args[0]!, expr.args[1]!];
}

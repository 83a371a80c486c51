/** `name COLLATE "de-x-icu"`: where it may stand, and what it does to a key of an order. */
import { collatorOf } from '../kernels/collation.js';
import { typeError } from './expression-error.js';
import { requireOrder } from './require-order.js';
import type { SyntaxNode } from './syntax-tree.js';
import type { TypedExpr } from './typed-expr.js';

export function isCollate(node: SyntaxNode): boolean {
  return node.kind === 'call' && node.name === 'collate' && node.form === 'special';
}

/** A key of an order; its collation is in its type. `check`: of what stands before COLLATE. */
export function checkKey(node: SyntaxNode, check: (node: SyntaxNode) => TypedExpr): TypedExpr {
  if (node.kind !== 'call' || !isCollate(node)) {
    const expr = check(node);
    requireOrder({ expr, at: node.at });
    return expr;
  }
  const [key, name] = node.args as readonly [SyntaxNode, Extract<SyntaxNode, { kind: 'string' }>];
  if (collatorOf(name.text) === null)
    throw typeError(
      `there is no collation "${name.text}"`,
      name.at,
      'text is in the order of its bytes, COLLATE "C"; others are those of ICU: "de-x-icu", "sv-x-icu", "und-x-icu"',
    );
  const expr = check(key);
  if (expr.type.kind !== 'text') throw typeError('only text has a collation', name.at, 'cast the key: x::text');
  return { kind: 'call', name: 'cast', args: [expr], type: { ...expr.type, collation: name.text } };
}

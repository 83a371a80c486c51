/** `name COLLATE "de-x-icu"`: where it may stand, and what it does to a key of an order. */
import { collatorOf } from '../kernels/collation.js';
import { typeError } from './expression-error.js';
import type { SyntaxNode } from './syntax-tree.js';
import type { TypedExpr } from './typed-expr.js';

/** A key as it is checked, and what puts its collation into its type. */
export interface KeyNode {
  readonly node: SyntaxNode;
  readonly collate: (expr: TypedExpr) => TypedExpr;
}

export function splitCollation(node: SyntaxNode): KeyNode {
  if (node.kind !== 'call' || node.name !== 'collate' || node.form !== 'special')
    return { node, collate: (expr) => expr };
  const [key, name] = node.args as readonly [SyntaxNode, Extract<SyntaxNode, { kind: 'string' }>];
  if (collatorOf(name.text) === null)
    throw typeError(
      `there is no collation "${name.text}"`,
      name.at,
      'text is in the order of its bytes, COLLATE "C"; others are those of ICU: "de-x-icu", "sv-x-icu", "und-x-icu"',
    );
  return {
    node: key,
    collate: (expr) => {
      if (expr.type.kind !== 'text') throw typeError('only text has a collation', name.at, 'cast the key: x::text');
      return { kind: 'call', name: 'cast', args: [expr], type: { ...expr.type, collation: name.text } };
    },
  };
}

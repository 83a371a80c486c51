/** What the files of the parser share: the parser as the special forms see it, the binding powers, one refusal. */
import { notAnExpression } from './expression-error.js';
import type { CallForm, Query, SelectNode, Span, SyntaxNode } from './syntax-tree.js';
import type { TokenStream } from './token-stream.js';

/** What the special forms need of the parser. */
export interface FormParser {
  readonly tokens: TokenStream;
  expression(minimum?: number): SyntaxNode;
  list(): SyntaxNode[];
  call(name: string, args: readonly SyntaxNode[], from: Span, nameAt: Span, form?: CallForm): SyntaxNode;
  grow(from: Span, children: readonly (SyntaxNode | null)[]): { at: Span; depth: number };
  /** Reads a query that stands in the expression, up to the parenthesis behind it, which is read; null where none may stand. */
  readonly query: (() => Query) | null;
}

/** What a query needs of it. */
export interface QueryParser extends FormParser {
  selectItem(): SelectNode;
}

/** Binding powers, loosest first. */
export const power = {
  or: 10,
  and: 20,
  not: 30,
  is: 40,
  comparison: 50,
  membership: 60,
  other: 70,
  sum: 80,
  product: 90,
  power: 100,
  zone: 110,
  collate: 120,
  sign: 130,
  cast: 150,
};

export function subquery(at: Span): Error {
  return notAnExpression(
    'a subquery cannot stand in an expression',
    at,
    'read the other table as a source and use a `join` step',
  );
}

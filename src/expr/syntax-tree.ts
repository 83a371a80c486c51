/**
 * What the parser makes of an expression's text, before names and types are known.
 *
 * Every node keeps its place in the text, in UTF-16 units. Operators and SQL's special forms are calls already, under the
 * names that `catalog.ts` lists; AND and OR are flat (`a AND b AND c` is one call of three).
 */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

interface NodeBase {
  readonly at: Span;
  /** Height of the tree below, itself included; the parser refuses more than MAX_DEPTH. */
  readonly depth: number;
}

export type SyntaxNode =
  | (NodeBase & { readonly kind: 'number'; readonly text: string })
  | (NodeBase & { readonly kind: 'string'; readonly text: string })
  | (NodeBase & { readonly kind: 'boolean'; readonly value: boolean })
  | (NodeBase & { readonly kind: 'null' })
  | (NodeBase & { readonly kind: 'column'; readonly name: string; readonly quoted: boolean })
  | (NodeBase & { readonly kind: 'param'; readonly name: string })
  | (NodeBase & {
      readonly kind: 'call';
      readonly name: string;
      readonly form: CallForm;
      readonly args: readonly SyntaxNode[];
      readonly nameAt: Span;
    })
  | (NodeBase & { readonly kind: 'cast'; readonly arg: SyntaxNode; readonly typeName: string; readonly typeAt: Span })
  | (NodeBase & {
      readonly kind: 'case';
      readonly operand: SyntaxNode | null;
      readonly branches: readonly CaseBranch[];
      readonly otherwise: SyntaxNode | null;
    })
  | (NodeBase & { readonly kind: 'array'; readonly items: readonly SyntaxNode[] })
  | (NodeBase & AggregateSyntax);

/** `count(*)`, `sum(DISTINCT x) FILTER (WHERE y)`, `percentile_disc(0.5) WITHIN GROUP (ORDER BY x)`. */
export interface AggregateSyntax {
  readonly kind: 'aggregate';
  readonly name: string;
  readonly nameAt: Span;
  /** Empty for `count(*)`. */
  readonly args: readonly SyntaxNode[];
  readonly distinct: boolean;
  readonly orderBy: readonly SortNode[];
  readonly within: readonly SortNode[] | null;
  readonly filter: SyntaxNode | null;
}

/** `score DESC NULLS LAST`, with PostgreSQL's defaults filled in: NULLs are larger than everything. */
export interface SortNode {
  readonly node: SyntaxNode;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** `function` as written with parentheses, `operator` and `special` (EXTRACT, BETWEEN, COALESCE …) for messages. */
export type CallForm = 'function' | 'operator' | 'special';

export interface CaseBranch {
  readonly when: SyntaxNode;
  readonly then: SyntaxNode;
}

/** One entry of a select list; `node` null is `*`. */
export interface SelectNode {
  readonly node: SyntaxNode | null;
  readonly alias: string | null;
  readonly at: Span;
}

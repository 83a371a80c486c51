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
  | (NodeBase & AggregateSyntax)
  /** Only in queries: `sum(x) OVER (PARTITION BY y ORDER BY z)`. */
  | (NodeBase & WindowSyntax)
  /** Only in queries: one value, `x IN (SELECT …)`, `EXISTS (SELECT …)`. */
  | (NodeBase & { readonly kind: 'subquery'; readonly query: Query })
  | (NodeBase & { readonly kind: 'exists'; readonly query: Query })
  | (NodeBase & { readonly kind: 'inQuery'; readonly arg: SyntaxNode; readonly query: Query });

export interface WindowSyntax {
  readonly kind: 'window';
  readonly name: string;
  readonly nameAt: Span;
  /** Empty for `count(*)`. */
  readonly args: readonly SyntaxNode[];
  readonly filter: SyntaxNode | null;
  readonly partitionBy: readonly SyntaxNode[];
  readonly orderBy: readonly SortNode[];
}

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

/** A whole query, as it is written. */
export interface Query {
  readonly with: readonly CommonTable[];
  readonly body: QueryBody;
  readonly orderBy: readonly SortNode[];
  readonly limit: SyntaxNode | null;
  readonly at: Span;
}

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
  readonly at: Span;
}

export type QueryBody =
  | Select
  | SetOperation
  /** In parentheses. */
  | { readonly kind: 'query'; readonly query: Query };

export interface Select {
  readonly kind: 'select';
  /** `on`: of DISTINCT ON (…); empty: of whole rows. */
  readonly distinct: { readonly on: readonly SyntaxNode[] } | null;
  readonly items: readonly SelectItem[];
  readonly from: readonly TableExpression[];
  readonly where: SyntaxNode | null;
  readonly groupBy: readonly SyntaxNode[];
  readonly having: SyntaxNode | null;
  readonly at: Span;
}

export interface SetOperation {
  readonly kind: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
  readonly at: Span;
}

/** `table`: of `table.*`. */
export type SelectItem = SelectNode & { readonly table: string | null };

export type TableExpression =
  /** `name`: its parts with dots between; `isFile`: written as a string. */
  | (Alias & { readonly kind: 'table'; readonly name: string; readonly isFile: boolean; readonly at: Span })
  | (Alias & { readonly kind: 'derived'; readonly query: Query; readonly at: Span })
  | {
      readonly kind: 'join';
      readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
      readonly left: TableExpression;
      readonly right: TableExpression;
      readonly on: SyntaxNode | null;
      readonly using: readonly string[];
      readonly at: Span;
    };

interface Alias {
  readonly alias: string | null;
  /** New names of the first columns. */
  readonly columns: readonly string[];
}

export interface NamedTable {
  readonly name: string;
  readonly isFile: boolean;
  readonly at: Span;
}

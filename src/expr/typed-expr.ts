/**
 * A checked expression: plain data, JSON-safe, the one form that plan, slots, SQL printers and explain share.
 *
 * Made by `checkExpression` only. `call` names an entry of the function catalog (operators are calls too: `+`, `=`, `and`,
 * `is null`, `cast`), already resolved to the overload that `args` fit: implicit casts stand in the tree as `cast` calls.
 */
import type { DataType } from '../columnar/data-type.js';

export type TypedExpr =
  | { readonly kind: 'column'; readonly name: string; readonly type: DataType }
  /** `text` is PostgreSQL's text of the value in `type`, null is NULL. */
  | { readonly kind: 'literal'; readonly text: string | null; readonly type: DataType; readonly param?: string }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly TypedExpr[];
      readonly type: DataType;
    }
  | {
      readonly kind: 'case';
      readonly branches: readonly { readonly when: TypedExpr; readonly then: TypedExpr }[];
      readonly otherwise: TypedExpr | null;
      readonly type: DataType;
    };

/** `score DESC NULLS LAST` of a sort. */
export interface SortExpr {
  readonly expr: TypedExpr;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** The same where the expression is a column of the input already. */
export interface SortKey {
  readonly column: string;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** `upper(name) AS name` of a select list. */
export interface NamedExpr {
  readonly name: string;
  readonly expr: TypedExpr;
}

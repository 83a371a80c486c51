/** What a planned lookup in Redis is: the plain data that goes to the slot. */
import type { Schema } from '../../columnar/batch.js';
import type { TypedExpr } from '../../expr/typed-expr.js';
import type { RedisAddress } from './redis-address.js';

/** The schema of a JSON value, for the expressions that take it apart. */
export const jsonSchema: Schema = { fields: [{ name: 'value', type: { kind: 'json' }, nullable: false }] };

export interface RedisLookupParams {
  readonly id: string;
  readonly address: RedisAddress;
  /** Text, and numbers of key columns. */
  readonly template: readonly (string | number)[];
  readonly value: LookedUpValue;
  /** What is wanted of it. */
  readonly columns: Schema;
}

export type LookedUpValue =
  /** Every field that the job names is asked for, wanted or not: a key that has none of them is not there. */
  | { readonly kind: 'hash'; readonly fields: readonly string[] }
  | { readonly kind: 'string' }
  /** `columns[i]` is `exprs[i]` over the object, a column named `value`. */
  | { readonly kind: 'json'; readonly exprs: readonly TypedExpr[] };

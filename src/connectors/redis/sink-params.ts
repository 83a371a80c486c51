/** What a planned redis sink is: the plain data that goes to the slot. */
import type { TypedExpr } from '../../expr/typed-expr.js';
import type { RedisAddress } from './redis-address.js';
import type { KeyPart } from '../../expr/key-template.js';

export interface RedisSinkParams {
  readonly address: RedisAddress;
  readonly key: readonly KeyPart<TypedExpr>[];
  readonly value: ValueForm;
  readonly expiry: ExpiryForm;
  readonly maxInFlight: number;
}

export type ValueForm =
  | { readonly kind: 'json'; readonly columns: readonly string[] }
  | { readonly kind: 'string'; readonly expr: TypedExpr }
  | { readonly kind: 'hash'; readonly columns: readonly string[] }
  | { readonly kind: 'set'; readonly member: TypedExpr }
  | { readonly kind: 'zset'; readonly member: TypedExpr; readonly score: TypedExpr };

/** `jitter` is a share of the lifetime, 0 for none. */
export type ExpiryForm =
  | { readonly kind: 'never' }
  | { readonly kind: 'keep' }
  | { readonly kind: 'fixed'; readonly ttlMs: number; readonly jitter: number }
  /** Seconds from the run's logical time. */
  | { readonly kind: 'ttl'; readonly seconds: TypedExpr; readonly jitter: number }
  | { readonly kind: 'at'; readonly moment: TypedExpr };

/** What `bound` kernels and result rules see of a call. */
import type { BoundCall } from './overload.js';
import type { TypedExpr } from './typed-expr.js';

export function boundCall(name: string, exprs: readonly TypedExpr[]): BoundCall {
  return {
    name,
    types: exprs.map((expr) => expr.type),
    constants: exprs.map((expr) => (expr.kind === 'literal' ? expr.text : undefined)),
  };
}

/** Several subexpressions brought to one type: the branches of CASE, the arguments of COALESCE, the members of IN. */
import { typeName, type DataType } from '../columnar/data-type.js';
import { coerce, fitsImplicitly, typeOf, type Checked } from './coerce.js';
import { typeError } from './expression-error.js';
import { commonType } from './type-rules.js';
import type { TypedExpr } from './typed-expr.js';

/** What `what` (CASE, COALESCE …) gives; all untyped is text. */
export function unifyBranches(items: readonly Checked[], what: string): { exprs: TypedExpr[]; type: DataType } {
  const first = items.map(typeOf).find((type) => type !== null);
  const known = items.map((item) => typeOf(item) ?? numericOfUntyped(item, first)).filter((type) => type !== null);
  const type = known.length === 0 ? ({ kind: 'text' } as const) : commonType(known);
  if (type === null) throw noCommonType(items, what);
  return { exprs: items.map((item) => coerce(item, type)), type };
}

/** A quoted number beside numerics shows its own digits, so it counts for the common scale: `coalesce(price, '0')`. */
function numericOfUntyped(item: Checked, beside: DataType | null | undefined): DataType | null {
  const isNumeric = beside?.kind === 'decimal' || beside?.kind === 'numeric';
  return isNumeric && item.expr.kind === 'literal' && item.expr.text !== null
    ? coerce(item, { kind: 'numeric' }).type
    : null;
}

function noCommonType(items: readonly Checked[], what: string): Error {
  const first = items.find((item) => !item.untyped)!;
  const odd =
    items.find(
      (item) => !item.untyped && !fitsImplicitly(item, first.expr.type) && !fitsImplicitly(first, item.expr.type),
    ) ?? first;
  const message = `${what} cannot give both ${typeName(first.expr.type)} and ${typeName(odd.expr.type)}`;
  return typeError(message, odd.at, `cast one of them, for example ::${typeName(first.expr.type)}`);
}

/** Which values can be sorted, grouped and compared for equality: those whose type has `<` and `=` in the catalog. */
import { typeName, type DataType } from '../columnar/data-type.js';
import { overloadsOf } from './catalog.js';
import type { Checked } from './coerce.js';
import { typeError } from './expression-error.js';
import { resolveOverload } from './resolve-overload.js';

export function hasOrder(type: DataType): boolean {
  return has('<', type);
}

export function hasEquality(type: DataType): boolean {
  return has('=', type);
}

export function requireOrder({ expr, at }: Pick<Checked, 'expr' | 'at'>): void {
  if (hasOrder(expr.type)) return;
  throw typeError(`values of type ${typeName(expr.type)} have no order`, at, 'sort by their text: x::text');
}

function has(operator: string, type: DataType): boolean {
  const found = resolveOverload(overloadsOf(operator), [type, type]);
  return found.kind === 'found' && found.overload.refused === undefined;
}

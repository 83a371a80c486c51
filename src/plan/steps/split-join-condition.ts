/**
 * The condition of a join taken apart: equalities of the two sides become keys, what is left is checked pair by pair.
 *
 *     a = other.x AND b + 1 = other.y AND a < other.z   ⇒   keys a = x, b + 1 = y · residual a < other.z
 */
import { sameType, type DataType } from '../../columnar/data-type.js';
import { implicitCast } from '../../expr/coerce.js';
import { commonType, decimalOf, decimalOrNumeric } from '../../expr/type-rules.js';
import type { TypedExpr } from '../../expr/typed-expr.js';
import { columnUses, conjunctionOf, conjunctsOf } from '../expr-facts.js';

export interface JoinKey {
  readonly left: TypedExpr;
  /** In the names behind the join. */
  readonly right: TypedExpr;
  readonly nullSafe: boolean;
}

export interface JoinCondition {
  readonly keys: readonly JoinKey[];
  readonly residual: TypedExpr | null;
}

export function splitJoinCondition(
  condition: TypedExpr,
  left: ReadonlySet<string>,
  right: ReadonlySet<string>,
): JoinCondition {
  const keys: JoinKey[] = [];
  const rest: TypedExpr[] = [];
  for (const conjunct of conjunctsOf(condition)) {
    const key = keyOf(conjunct, left, right);
    if (key === null) rest.push(conjunct);
    else keys.push(key);
  }
  return { keys, residual: rest.length === 0 ? null : conjunctionOf(rest) };
}

function keyOf(expr: TypedExpr, left: ReadonlySet<string>, right: ReadonlySet<string>): JoinKey | null {
  if (expr.kind !== 'call' || (expr.name !== '=' && expr.name !== 'is not distinct from')) return null;
  const nullSafe = expr.name !== '=';
  const [a, b] = expr.args;
  const pair = isOver(a, left) && isOver(b, right) ? [a, b] : isOver(a, right) && isOver(b, left) ? [b, a] : null;
  if (pair === null) return null;
  const type = keyType(pair[0].type, pair[1].type);
  return type && { left: implicitCast(pair[0], type), right: implicitCast(pair[1], type), nullSafe };
}

/** Reads columns, and of these only. */
function isOver(expr: TypedExpr, columns: ReadonlySet<string>): boolean {
  const names = [...columnUses([expr]).keys()];
  return names.length > 0 && names.every((name) => columns.has(name));
}

/** Both sides are hashed as this type: equal values have equal bytes, so decimals get one scale. */
export function keyType(a: DataType, b: DataType): DataType | null {
  if (sameType(a, b)) return a;
  const [left, right] = [decimalOf(a), decimalOf(b)];
  if (left === null || right === null) return commonType([a, b]);
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  return decimalOrNumeric(whole + scale, scale);
}

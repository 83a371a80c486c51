/** Checked subexpressions, and how they become what their place asks for: untyped literals, implicit and explicit casts. */
import { sameType, typeName, type DataType } from '../columnar/data-type.js';
import { ValueError } from '../columnar/row-errors.js';
import { castOverload } from './catalog.js';
import { typeError } from './expression-error.js';
import { literalOf, nullLiteral, type LiteralExpr } from './literal.js';
import type { Span } from './syntax-tree.js';
import { castsImplicitly, decimalOf, decimalOrNumeric, isNumberKind, pgKind } from './type-rules.js';
import type { TypedExpr } from './typed-expr.js';

export interface Checked {
  readonly expr: TypedExpr;
  /** PostgreSQL's `unknown`: a quoted literal, NULL or a text parameter; it takes the type that its place asks for. */
  readonly untyped: boolean;
  readonly at: Span;
}

/** The type, or null while it is open. */
export function typeOf(checked: Checked): DataType | null {
  return checked.untyped ? null : checked.expr.type;
}

/** As `type`, by an implicit cast or as an untyped literal. Types must fit already (resolution says so), or be untyped. */
export function coerce(checked: Checked, type: DataType): TypedExpr {
  return checked.untyped ? typedLiteral(checked, type) : implicitCast(checked.expr, type);
}

export function implicitCast(expr: TypedExpr, type: DataType): TypedExpr {
  if (sameType(expr.type, type)) return expr;
  if (expr.kind === 'literal' && expr.text === null) return { ...expr, type };
  if (expr.kind === 'literal' && widensExactly(expr.type, type))
    return { ...expr, text: literalText(expr.text!, type), type };
  return castOf(expr, type);
}

/** For places that take decimals as they are: integers become decimals of scale 0. */
export function asDecimal(expr: TypedExpr): TypedExpr {
  const decimal = decimalOf(expr.type);
  if (decimal === null || expr.type.kind === 'decimal') return expr;
  if (expr.kind === 'literal' && expr.text !== null) {
    const digits = expr.text.replace('-', '').length;
    return { ...expr, type: decimalOrNumeric(digits, 0) };
  }
  return castOf(expr, decimal);
}

/** The kinds an explicit cast takes; text on either side goes through the value's text. */
export function explicitCast(checked: Checked, type: DataType, at: Span): TypedExpr {
  if (checked.untyped) return typedLiteral(checked, type);
  const expr = beforeCast(checked.expr, type);
  if (sameType(expr.type, type) && !namesDiffer(expr.type, type)) return expr;
  if (castOverload(expr.type, type) === null)
    throw typeError(
      `cannot cast ${typeName(checked.expr.type)} to ${typeName(type)}`,
      at,
      `cast to text first if the text of the value is meant`,
    );
  return castOf(expr, type);
}

/** text and varchar(n) are one kind of ours, and two types of SQL. */
function namesDiffer(a: DataType, b: DataType): boolean {
  return a.kind === 'text' && b.kind === 'text' && a.sqlName !== b.sqlName;
}

/** Steps on the way: a jsonb number is a numeric first; varchar(n) cuts the value's text. */
function beforeCast(expr: TypedExpr, type: DataType): TypedExpr {
  const isNumber = type.kind !== 'numeric' && isNumberKind(type.kind);
  if (expr.type.kind === 'jsonb' && isNumber) return castOf(expr, { kind: 'numeric' });
  const isCut = type.kind === 'text' && type.sqlName !== undefined && expr.type.kind !== 'text';
  return isCut && castOverload(expr.type, { kind: 'text' }) !== null ? castOf(expr, { kind: 'text' }) : expr;
}

function castOf(expr: TypedExpr, type: DataType): TypedExpr {
  return { kind: 'call', name: 'cast', args: [expr], type };
}

export function requireBoolean(checked: Checked, what: string): TypedExpr {
  if (!checked.untyped && checked.expr.type.kind !== 'boolean')
    throw typeError(
      `${what} must be a condition (boolean), not ${typeName(checked.expr.type)}`,
      checked.at,
      'compare it with something, for example x <> 0 or x IS NOT NULL',
    );
  return coerce(checked, { kind: 'boolean' });
}

export function fitsImplicitly(checked: Checked, type: DataType): boolean {
  return checked.untyped || castsImplicitly(pgKind(checked.expr.type.kind), pgKind(type.kind));
}

function typedLiteral(checked: Checked, type: DataType): TypedExpr {
  const literal = checked.expr as LiteralExpr;
  const param = literal.param === undefined ? {} : { param: literal.param };
  if (literal.text === null) return { ...nullLiteral(type), ...param };
  if (type.kind === 'text' && type.sqlName === undefined) return { ...literal, type };
  if (type.kind === 'text') return castOf(literal, type);
  try {
    const typed = literalOf(literal.text, type);
    return { ...typed, ...param };
  } catch (error) {
    if (error instanceof ValueError) throw typeError(error.message, checked.at);
    throw error;
  }
}

/** Constants of these types change type without a call: no digit is lost, none but zeros are added. */
function widensExactly(from: DataType, to: DataType): boolean {
  const integer = from.kind === 'int16' || from.kind === 'int32' || from.kind === 'int64';
  if (integer)
    return (
      to.kind === 'int32' ||
      to.kind === 'int64' ||
      to.kind === 'numeric' ||
      (to.kind === 'float64' && from.kind !== 'int64')
    );
  return from.kind === 'decimal' && (to.kind === 'numeric' || (to.kind === 'decimal' && to.scale >= from.scale));
}

function literalText(text: string, type: DataType): string {
  return type.kind === 'decimal' ? literalOf(text, type).text! : text;
}

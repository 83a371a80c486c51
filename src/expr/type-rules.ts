/**
 * PostgreSQL's rules between types: categories, preferred types, which casts happen by themselves, the common type of several.
 *
 * `decimal` and `numeric` are one type there (numeric); here a decimal is a numeric whose display scale is known for every
 * row, so the common type of decimals of different scales is `numeric`: each row keeps its own number of digits.
 */
import { sameType, type DataType, type Kind } from '../columnar/data-type.js';

export type Category = 'boolean' | 'number' | 'string' | 'datetime' | 'timespan' | 'array' | 'user';

const categories: Readonly<Record<Kind, Category>> = {
  boolean: 'boolean',
  int16: 'number',
  int32: 'number',
  int64: 'number',
  float32: 'number',
  float64: 'number',
  decimal: 'number',
  numeric: 'number',
  text: 'string',
  json: 'user',
  jsonb: 'user',
  uuid: 'user',
  bytea: 'user',
  date: 'datetime',
  time: 'datetime',
  timestamp: 'datetime',
  timestamptz: 'datetime',
  interval: 'timespan',
  list: 'array',
};

const preferredKinds: ReadonlySet<Kind> = new Set<Kind>(['boolean', 'float64', 'text', 'timestamptz', 'interval']);

const implicitTargets: Readonly<Partial<Record<Kind, readonly Kind[]>>> = {
  int16: ['int32', 'int64', 'numeric', 'float32', 'float64'],
  int32: ['int64', 'numeric', 'float32', 'float64'],
  int64: ['numeric', 'float32', 'float64'],
  decimal: ['float32', 'float64'],
  numeric: ['float32', 'float64'],
  float32: ['float64'],
  date: ['timestamp', 'timestamptz'],
  timestamp: ['timestamptz'],
  time: ['interval'],
};

export function categoryOf(kind: Kind): Category {
  return categories[kind];
}

export function isPreferred(kind: Kind): boolean {
  return preferredKinds.has(kind);
}

/** The kind as PostgreSQL counts types: decimals are numerics. */
export function pgKind(kind: Kind): Kind {
  return kind === 'decimal' ? 'numeric' : kind;
}

/** Does a value of `from` become one of `to` where the context asks for it? */
export function castsImplicitly(from: Kind, to: Kind): boolean {
  return pgKind(from) === pgKind(to) || (implicitTargets[from]?.includes(pgKind(to)) ?? false);
}

export function isNumberKind(kind: Kind): boolean {
  return categories[kind] === 'number';
}

/** The decimal that every value of an integer or decimal type fits without change, or null. */
export function decimalOf(type: DataType): Extract<DataType, { kind: 'decimal' }> | null {
  switch (type.kind) {
    case 'int16':
      return { kind: 'decimal', precision: 5, scale: 0 };
    case 'int32':
      return { kind: 'decimal', precision: 10, scale: 0 };
    case 'int64':
      return { kind: 'decimal', precision: 19, scale: 0 };
    case 'decimal':
      return type;
    default:
      return null;
  }
}

/** A decimal where it has at most 38 digits, else `numeric`. */
export function decimalOrNumeric(precision: number, scale: number): DataType {
  return precision <= 38 && scale <= 38
    ? { kind: 'decimal', precision: Math.max(1, precision), scale }
    : { kind: 'numeric' };
}

/**
 * select_common_type (CASE, COALESCE, IN, GREATEST …) over the types that are known; null when there is none.
 * Walks from left to right: the first type wins unless it casts implicitly to a later one and not back, or is not preferred.
 */
export function commonType(types: readonly DataType[]): DataType | null {
  const first = types[0];
  if (first === undefined) return null;
  let best = first;
  for (const type of types.slice(1)) {
    if (pgKind(type.kind) === pgKind(best.kind)) {
      if (best.kind === 'list' && !sameType(best, type)) return null;
      continue;
    }
    if (categoryOf(type.kind) !== categoryOf(best.kind)) return null;
    if (!isPreferred(best.kind) && castsImplicitly(best.kind, type.kind) && !castsImplicitly(type.kind, best.kind))
      best = type;
  }
  if (!types.every((type) => castsImplicitly(type.kind, best.kind))) return null;
  if (
    best.kind === 'text' &&
    types.some((type) => type.kind !== 'text' || type.sqlName !== (best as { sqlName?: string }).sqlName)
  )
    return { kind: 'text' };
  return pgKind(best.kind) === 'numeric' ? commonNumeric(types) : best;
}

/** One scale for all: a decimal of it; else each row shows its own, which is `numeric`. */
function commonNumeric(types: readonly DataType[]): DataType {
  const decimals = types.map(decimalOf);
  const first = decimals[0];
  if (
    first === null ||
    first === undefined ||
    decimals.some((decimal) => decimal === null || decimal.scale !== first.scale)
  )
    return { kind: 'numeric' };
  return { kind: 'decimal', precision: Math.max(...decimals.map((decimal) => decimal!.precision)), scale: first.scale };
}

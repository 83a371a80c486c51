/**
 * The SQL types that flow, and how each lies in memory.
 *
 * A `DataType` says what a value means; its `Layout` says which arrays hold it (Apache Arrow's layout for each).
 * Two types may share a layout (`date` and `integer` are both int32); no type has two.
 */
export type DataType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int16' }
  | { readonly kind: 'int32' }
  | { readonly kind: 'int64' }
  /** PostgreSQL `real`: kept as the double nearest to the 32-bit float, printed as the shortest 32-bit decimal. */
  | { readonly kind: 'float32' }
  | { readonly kind: 'float64' }
  /** `numeric(p,s)`, p ≤ 38: an exact integer of 128 bits, scaled by 10^-scale. */
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** `numeric` without limits (or p > 38): PostgreSQL's own decimal text, exact at any length, with NaN and ±Infinity. */
  | { readonly kind: 'numeric' }
  /** `sqlName` keeps the server's name where text stands in for another type (`inet`, an enum, `varchar(10)`). */
  /** `collation`: PostgreSQL's name of the ICU order of a sort key (`de-x-icu`); without it text is in the order of its bytes. */
  | { readonly kind: 'text'; readonly sqlName?: string; readonly collation?: string }
  | { readonly kind: 'json' }
  | { readonly kind: 'jsonb' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'bytea' }
  /** Days since 1970-01-01. */
  | { readonly kind: 'date' }
  /** Microseconds since midnight. */
  | { readonly kind: 'time' }
  /** Microseconds since 1970-01-01T00:00:00, of no time zone. ±2^63-1 are ±infinity. */
  | { readonly kind: 'timestamp' }
  /** Microseconds since 1970-01-01T00:00:00Z. */
  | { readonly kind: 'timestamptz' }
  | { readonly kind: 'interval' }
  | { readonly kind: 'list'; readonly element: DataType };

export type Kind = DataType['kind'];

export type Layout = 'bits' | 'int32' | 'int64' | 'float64' | 'decimal128' | 'bytes' | 'interval' | 'list';

const layouts: Readonly<Record<Kind, Layout>> = {
  boolean: 'bits',
  int16: 'int32',
  int32: 'int32',
  int64: 'int64',
  float32: 'float64',
  float64: 'float64',
  decimal: 'decimal128',
  numeric: 'bytes',
  text: 'bytes',
  json: 'bytes',
  jsonb: 'bytes',
  uuid: 'bytes',
  bytea: 'bytes',
  date: 'int32',
  time: 'int64',
  timestamp: 'int64',
  timestamptz: 'int64',
  interval: 'interval',
  list: 'list',
};

export function layoutOf(type: DataType): Layout {
  return layouts[type.kind];
}

/** The SQL spelling of a type, as PostgreSQL would print it. */
export function typeName(type: DataType): string {
  switch (type.kind) {
    case 'int16':
      return 'smallint';
    case 'int32':
      return 'integer';
    case 'int64':
      return 'bigint';
    case 'float32':
      return 'real';
    case 'float64':
      return 'double precision';
    case 'decimal':
      return `numeric(${type.precision},${type.scale})`;
    case 'text':
      return (type.sqlName ?? 'text') + (type.collation === undefined ? '' : ` COLLATE "${type.collation}"`);
    case 'list':
      return `${typeName(type.element)}[]`;
    default:
      return type.kind;
  }
}

export function sameType(a: DataType, b: DataType): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.precision === b.precision && a.scale === b.scale;
  if (a.kind === 'list' && b.kind === 'list') return sameType(a.element, b.element);
  return true;
}

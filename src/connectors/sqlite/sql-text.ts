/** SQLite's SQL from names, splits and parameters. Names are quoted, values bound. */
import type { Schema } from '../../columnar/batch.js';
import { EtlError } from '../../errors/etl-error.js';
import type { TypedExpr } from '../../expr/typed-expr.js';
import type { Split } from '../../split/split.js';
import type { SqliteValue } from './cell-reader.js';

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export interface ReadParams {
  readonly file: string;
  /** Table, or SELECT in parentheses. */
  readonly from: string;
  /** The columns that are read. */
  readonly schema: Schema;
  /** In SQLite's own SQL. */
  readonly where: string | null;
  /** Name that splits compare, quoted; null: no splits. */
  readonly splitBy: string | null;
  /** Values of `:name`, in a form that is JSON. */
  readonly binds: Readonly<Record<string, BoundText>>;
  readonly fetchRows: number;
}

/** `integer` and `real` keep their storage class; other texts compare as text. */
export interface BoundText {
  readonly kind: 'null' | 'integer' | 'real' | 'text';
  readonly text: string;
}

export function readSql({ from, schema, where, splitBy }: ReadParams, split: Split | null): string {
  const conditions = where === null ? [] : [`(${where})`];
  if (split !== null && splitBy !== null) conditions.push(...splitConditions(splitBy, split));
  const list = schema.fields.length === 0 ? 'NULL' : schema.fields.map((field) => quoteName(field.name)).join(', ');
  return `SELECT ${list} FROM ${from}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}`;
}

/**
 * Half-open towards the next split, because SQLite keeps 1.5 in an integer column if it is told to; texts and blobs sort
 * above all numbers, into the last split.
 */
function splitConditions(column: string, split: Split): string[] {
  if (split.nulls) return [`${column} IS NULL`];
  if (split.openBelow && split.openAbove) return [`${column} IS NOT NULL`];
  const conditions: string[] = [];
  if (!split.openBelow) conditions.push(`${column} >= @etl_lower`);
  if (!split.openAbove) conditions.push(`${column} < @etl_next`);
  return conditions;
}

/** The values that the statement of this split takes. */
export function splitBinds(split: Split): Record<string, SqliteValue> {
  const binds: Record<string, SqliteValue> = {};
  if (split.nulls) return binds;
  if (!split.openBelow && split.lower !== null) binds.etl_lower = BigInt(split.lower);
  if (!split.openAbove && split.upper !== null) binds.etl_next = BigInt(split.upper) + 1n;
  return binds;
}

export function boundParams(
  params: Readonly<Record<string, TypedExpr & { kind: 'literal' }>>,
): Record<string, BoundText> {
  return Object.fromEntries(Object.entries(params).map(([name, literal]) => [name, boundText(literal)]));
}

function boundText({ text, type }: TypedExpr & { kind: 'literal' }): BoundText {
  if (text === null) return { kind: 'null', text: '' };
  switch (type.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return { kind: 'integer', text };
    case 'boolean':
      return { kind: 'integer', text: text === 't' || text === 'true' ? '1' : '0' };
    case 'float32':
    case 'float64':
      return { kind: 'real', text };
    case 'numeric':
    case 'decimal':
      return { kind: /^-?\d{1,18}$/.test(text) ? 'integer' : 'real', text };
    default:
      return { kind: 'text', text };
  }
}

export function bindValues(binds: Readonly<Record<string, BoundText>>): Record<string, SqliteValue> {
  return Object.fromEntries(Object.entries(binds).map(([name, bound]) => [name, bindValue(bound)]));
}

function bindValue({ kind, text }: BoundText): SqliteValue {
  if (kind === 'null') return null;
  if (kind === 'integer') return BigInt(text);
  return kind === 'real' ? Number(text) : text;
}

/** What a user's query is read from: its own statement in parentheses. */
export function fromQuery(query: string): string {
  const trimmed = query.trim().replace(/;\s*$/, '');
  if (trimmed === '') throw new EtlError('ETL-4111', 'the query is empty');
  // The line break ends a comment in its last line.
  return `(${trimmed}\n)`;
}

/**
 * The SQL type that a column of SQLite stands for.
 *
 * SQLite keeps any value in any column; the declared type only says what is likely. What the declared name tells in
 * other databases is taken at its word (a value that does not fit is a rejected row); a name that tells nothing leaves
 * the question to the values: `typeOfValues`.
 */
import type { DataType } from '../../columnar/data-type.js';

const byName: readonly (readonly [name: RegExp, kind: Exclude<DataType['kind'], 'decimal' | 'list'>])[] = [
  [/^BOOL/, 'boolean'],
  [/^(TIMESTAMP ?TZ|TIMESTAMP WITH TIME ZONE)/, 'timestamptz'],
  [/^(DATETIME|TIMESTAMP)/, 'timestamp'],
  [/^DATE$/, 'date'],
  [/^TIME$/, 'time'],
  [/^UUID$/, 'uuid'],
  [/^JSON$/, 'json'],
  [/^BYTEA$/, 'bytea'],
  // From here on SQLite's own rules of affinity, in their order.
  [/INT/, 'int64'],
  [/CHAR|CLOB|TEXT/, 'text'],
  [/BLOB/, 'bytea'],
  [/REAL|FLOA|DOUB/, 'float64'],
  [/^(NUMERIC|DECIMAL|NUMBER)/, 'numeric'],
];

/** Null: the name says nothing. */
export function typeOfDeclared(declared: string | null): DataType | null {
  const name = (declared ?? '').trim().toUpperCase();
  const found = byName.find(([pattern]) => pattern.test(name));
  return found === undefined ? null : { kind: found[1] };
}

/** From the storage classes (`typeof`) that were seen in some rows; text holds them all. */
export function typeOfValues(classes: readonly string[]): DataType {
  const seen = new Set(classes.filter((name) => name !== 'null'));
  if (seen.size === 1) {
    if (seen.has('integer')) return { kind: 'int64' };
    if (seen.has('real')) return { kind: 'float64' };
    if (seen.has('blob')) return { kind: 'bytea' };
  }
  if (seen.size === 2 && seen.has('integer') && seen.has('real')) return { kind: 'numeric' };
  return { kind: 'text' };
}

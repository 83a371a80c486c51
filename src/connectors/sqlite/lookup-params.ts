/** What a planned lookup in SQLite is: the plain data that goes to the slot, and the statement that follows from it. */
import type { Schema } from '../../columnar/batch.js';
import { quoteName, type BoundText } from './sql-text.js';

export interface LookupParams {
  readonly id: string;
  readonly file: string;
  /** Table, or SELECT in parentheses. */
  readonly from: string;
  /** Values of `:name` in it. */
  readonly binds: Readonly<Record<string, BoundText>>;
  /** The columns that keys are equal to, as the types in which they are compared. */
  readonly keys: Schema;
  readonly columns: Schema;
}

/** For one key: `SELECT "name" FROM "t" WHERE "id" = @etl_key1`. */
export function lookupSql({ from, keys, columns }: Pick<LookupParams, 'from' | 'keys' | 'columns'>): string {
  const list = columns.fields.length === 0 ? 'NULL' : columns.fields.map(({ name }) => quoteName(name)).join(', ');
  const equalities = keys.fields.map(({ name }, i) => `${quoteName(name)} = @${keyBind(i)}`);
  return `SELECT ${list} FROM ${from} WHERE ${equalities.join(' AND ')}`;
}

export function keyBind(index: number): string {
  return `etl_key${index + 1}`;
}

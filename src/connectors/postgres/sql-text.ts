/** Pieces of SQL that cannot be anything else than what they are meant to be. */
import { typeName, type DataType } from '../../columnar/data-type.js';
import { EtlError } from '../../errors/etl-error.js';

/** An identifier as the catalog spells it. */
export function quoteName(name: string): string {
  if (name.includes('\0')) throw new EtlError('ETL-4111', 'a name holds a NUL character');
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string constant; the session has standard_conforming_strings on, so a backslash is a backslash. */
export function quoteText(text: string): string {
  if (text.includes('\0'))
    throw new EtlError('ETL-4111', 'a value holds a NUL character, which PostgreSQL cannot take');
  return `'${text.replaceAll("'", "''")}'`;
}

/** A user's SQL as one operand. A line comment at its end must not reach what we put behind it. */
export function parenthesised(sql: string): string {
  return sql.includes('--') ? `(${sql}\n)` : `(${sql})`;
}

/** Our type names are PostgreSQL's, except for text that stands in for a type of the server. */
export function serverTypeName(type: DataType): string {
  if (type.kind === 'text') return 'text';
  if (type.kind === 'list') return `${serverTypeName(type.element)}[]`;
  return typeName(type);
}

/**
 * SQL with the values it needs, in one of two forms: for COPY, which takes no parameters, as typed constants; for a portal
 * as `$1::type`. Either way no value is ever read as SQL.
 */
export class SqlWriter {
  readonly values: (string | null)[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(private readonly form: 'constants' | 'parameters') {}

  /** `name`: the same value asked for twice is one parameter. */
  value(text: string | null, type: DataType | 'tid', name?: string): string {
    const typeSql = type === 'tid' ? type : serverTypeName(type);
    if (this.form === 'constants') return `${text === null ? 'NULL' : quoteText(text)}::${typeSql}`;
    let number = name === undefined ? undefined : this.numbers.get(name);
    if (number === undefined) {
      if (text?.includes('\0'))
        throw new EtlError('ETL-4111', 'a value holds a NUL character, which PostgreSQL cannot take');
      number = this.values.push(text);
      if (name !== undefined) this.numbers.set(name, number);
    }
    return `$${number}::${typeSql}`;
  }
}

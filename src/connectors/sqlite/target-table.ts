/** SQL of the tables that a sink writes: the target, the staging table of `replace`, the ledger. */
import type { Schema } from '../../columnar/batch.js';
import type { DataType } from '../../columnar/data-type.js';
import type { Database } from './open-database.js';
import type { SqliteSinkParams } from './sink-params.js';
import { quoteName } from './sql-text.js';

/** A row for each split whose rows are in the target, with those left out: of the same transaction, and gone with the run. */
export const LEDGER = '_etl_ledger';

export const createLedgerSql = `CREATE TABLE IF NOT EXISTS ${LEDGER} (run TEXT, sink TEXT, vertex TEXT, split INTEGER, refusals TEXT, PRIMARY KEY (run, sink, vertex, split)) WITHOUT ROWID`;

/** Types by SQLite's affinities: a decimal of more than 15 digits would lose some as a REAL, so it is kept as text. */
export function createTableSql(
  table: string,
  schema: Schema,
  columns: readonly string[],
  keys: readonly string[],
): string {
  const definitions = columns.map((name) => {
    const field = schema.fields.find((candidate) => candidate.name === name)!;
    return `${quoteName(name)} ${declaredType(field.type)}${field.nullable && !keys.includes(name) ? '' : ' NOT NULL'}`;
  });
  if (keys.length > 0) definitions.push(`PRIMARY KEY (${keys.map(quoteName).join(', ')})`);
  return `CREATE TABLE IF NOT EXISTS ${quoteName(table)} (${definitions.join(', ')})`;
}

function declaredType(type: DataType): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'int16':
    case 'int32':
    case 'int64':
      return 'INTEGER';
    case 'float32':
    case 'float64':
      return 'REAL';
    case 'bytea':
      return 'BLOB';
    case 'decimal':
      return type.precision <= 15 ? `NUMERIC(${type.precision},${type.scale})` : 'TEXT';
    default:
      return 'TEXT';
  }
}

export function stagingName({ table, sinkId }: SqliteSinkParams, run: string): string {
  return `_etl_${sinkId}_${run}_${table}`;
}

/** The run whose staging table that is, if it is one of this sink; else null. */
export function stagingRun({ table, sinkId }: SqliteSinkParams, name: string): string | null {
  const [head, tail] = [`_etl_${sinkId}_`, `_${table}`];
  const isStaging = name.startsWith(head) && name.endsWith(tail) && name.length > head.length + tail.length;
  return isStaging ? name.slice(head.length, -tail.length) : null;
}

const identifier = `(?:"(?:[^"]|"")*"|\`(?:[^\`]|\`\`)*\`|\\[[^\\]]*\\]|[^\\s("]+)`;

/**
 * Statements that make an empty table with the target's columns, checks and unique indexes under another name, so that
 * a row that the target would refuse is refused while it is staged.
 */
export function cloneSql(database: Database, table: string, clone: string): string[] {
  const made = database
    .prepare(
      `SELECT type, sql FROM sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type = 'index'`,
    )
    .all(table) as { type: 'table' | 'index'; sql: string }[];
  const indexStart = new RegExp(`^CREATE UNIQUE INDEX\\s+${identifier}\\s+ON\\s+${identifier}`, 'i');
  const tableStart = new RegExp(`^CREATE TABLE\\s+${identifier}`, 'i');
  return made.flatMap(({ type, sql }, number) => {
    if (type === 'table') return [sql.replace(tableStart, () => `CREATE TABLE ${quoteName(clone)} `)];
    if (!indexStart.test(sql)) return [];
    return [
      sql.replace(indexStart, () => `CREATE UNIQUE INDEX ${quoteName(`${clone}_${number}`)} ON ${quoteName(clone)} `),
    ];
  });
}

export function hasTable(database: Database, table: string): boolean {
  return (
    database.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`).get(table) !==
    undefined
  );
}

/** `INSERT INTO target (…) SELECT … FROM temp.etl_rows WHERE rowid > ? AND rowid <= ? ORDER BY rowid [ON CONFLICT …]` */
export function moveSql({ mode, keys, columns, input }: SqliteSinkParams, target: string): string {
  const list = columns.map(quoteName).join(', ');
  const staged = columns.map((name) => `c${input.fields.findIndex((field) => field.name === name)}`).join(', ');
  const select = `SELECT ${staged} FROM temp.etl_rows WHERE rowid > ? AND rowid <= ? ORDER BY rowid`;
  return `INSERT INTO main.${quoteName(target)} (${list}) ${select}${mode === 'upsert' ? ` ${conflictSql(keys, columns)}` : ''}`;
}

/** All rows of the staging table into the target. */
export function publishSql({ mode, keys, columns, table }: SqliteSinkParams, staging: string): string {
  const list = columns.map(quoteName).join(', ');
  // Without a WHERE, SQLite would read ON as that of a join.
  const select = `SELECT ${list} FROM main.${quoteName(staging)} WHERE true`;
  return `INSERT INTO main.${quoteName(table)} (${list}) ${select}${mode === 'upsert' ? ` ${conflictSql(keys, columns)}` : ''}`;
}

function conflictSql(keys: readonly string[], columns: readonly string[]): string {
  const rest = columns.filter((name) => !keys.includes(name));
  const action =
    rest.length === 0
      ? 'NOTHING'
      : `UPDATE SET ${rest.map((name) => `${quoteName(name)} = excluded.${quoteName(name)}`).join(', ')}`;
  return `ON CONFLICT (${keys.map(quoteName).join(', ')}) DO ${action}`;
}

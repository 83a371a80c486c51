/**
 * What a source block reads: its columns, their types, whether they may be NULL, and how many rows to expect.
 *
 * Types come from the server's own description of the statement, so a table, a view and a query go one way; a table adds
 * what only the catalog knows. Nothing is executed; the estimate is the planner's (`EXPLAIN`).
 */
import type { Field } from '../../columnar/batch.js';
import { typeName } from '../../columnar/data-type.js';
import { EtlError } from '../../errors/etl-error.js';
import { didYouMeanHint } from '../../errors/did-you-mean.js';
import type { JsonObject, SourceBlock, SourceDescription } from '../connector.js';
import { replaceParameters, findParameters } from './find-parameters.js';
import type { ServerColumn } from './describe-query.js';
import { isStandIn, resolveTypes } from './resolve-types.js';
import type { Session } from './session.js';
import { parenthesised, quoteName, SqlWriter } from './sql-text.js';

export type ReadFrom =
  { readonly kind: 'table'; readonly name: string } | { readonly kind: 'query'; readonly sql: string };

/** Our findings, from `describe` to `planRead`. JSON. */
export interface Findings {
  readonly from: ReadFrom;
  readonly table: TableFacts | null;
}

export interface TableFacts {
  readonly schema: string;
  readonly name: string;
  /** pg_class.relkind: r table, p partitioned, v view, m materialized view, f foreign. */
  readonly relkind: string;
  /** A plain table of the heap: its blocks can be read by ctid. */
  readonly isHeap: boolean;
  readonly blocks: number;
  readonly primaryKey: readonly string[];
}

export async function describeSource(session: Session, source: SourceBlock): Promise<SourceDescription> {
  checkParameters(source);
  const table = typeof source.own.table === 'string' ? await findTable(session, source.own.table, source) : null;
  const from: ReadFrom =
    table === null
      ? { kind: 'query', sql: queryText(source) }
      : { kind: 'table', name: `${quoteName(table.schema)}.${quoteName(table.name)}` };
  const everything = `SELECT * FROM ${fromClause(from, source)}`;
  const doing = table === null ? 'describing the query' : `describing ${from.kind === 'table' ? from.name : ''}`;
  const columns = await session.describe(everything, doing, source.at);
  checkNames(columns, source);
  const types = await resolveTypes(session, columns, doing);
  const notNull = table === null ? new Set<string>() : await notNullColumns(session, table, doing);
  const fields = columns.map(({ name }, i): Field => ({ name, type: types[i].type, nullable: !notNull.has(name) }));
  const where = source.where === null ? '' : ` WHERE ${parenthesised(fill(source.where, source))}`;
  const { rows, bytes } = await estimate(session, everything + where, doing, source);
  const standIns = fields.filter(({ type }) => isStandIn(type)).map(({ name, type }) => `${name} ${typeName(type)}`);
  return {
    schema: { fields },
    rowEstimate: rows,
    bytesEstimate: bytes,
    pushdown: { dialect: 'postgres', projection: true, limit: true },
    notes: standIns.length === 0 ? [] : [`read as text: ${standIns.join(', ')}`],
    own: { from, table } satisfies Findings as unknown as JsonObject,
  };
}

/** What stands behind FROM, its parameters as constants. */
export function fromClause(from: ReadFrom, source: SourceBlock): string {
  return from.kind === 'table' ? from.name : `${parenthesised(fill(from.sql, source))} AS "query"`;
}

function fill(sql: string, { params }: SourceBlock): string {
  const writer = new SqlWriter('constants');
  return replaceParameters(sql, (name) => writer.value(params[name].text, params[name].type));
}

function queryText({ own, id, at }: SourceBlock): string {
  if (typeof own.query !== 'string')
    throw new EtlError('ETL-4111', `source ${id} names neither a table nor a query`, { at });
  return own.query.trim().replace(/;$/, '');
}

function checkParameters(source: SourceBlock): void {
  const { own, params, where, id, at } = source;
  if (own.table !== undefined && own.query !== undefined) {
    throw new EtlError('ETL-4111', `source ${id} names a table and a query`, { at, hint: 'keep one of them' });
  }
  for (const sql of [own.query, where]) {
    if (typeof sql !== 'string') continue;
    for (const { name } of findParameters(sql)) {
      if (Object.hasOwn(params, name)) continue;
      throw new EtlError('ETL-4111', `source ${id}: the SQL uses :${name}, which is no parameter of the job`, {
        at,
        hint:
          didYouMeanHint(name, Object.keys(params)) ??
          `declare it under params, or write ": ${name}" if the colon is SQL`,
      });
    }
  }
}

function checkNames(columns: readonly ServerColumn[], { id, at }: SourceBlock): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name))
      throw new EtlError('ETL-4111', `source ${id}: two columns are named "${name}"`, {
        at,
        hint: 'rename one with AS',
      });
    seen.add(name);
  }
}

async function findTable(session: Session, text: string, source: SourceBlock): Promise<TableFacts> {
  const doing = `looking for the table ${text}`;
  const [row] = await session.query(
    `SELECT n.nspname, c.relname, c.relkind, coalesce(a.amname = 'heap', false),
            CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::pg_catalog.int8 ELSE 0 END,
            coalesce((SELECT pg_catalog.json_agg(k.attname ORDER BY i.place)
                        FROM pg_catalog.pg_index x
                        CROSS JOIN LATERAL pg_catalog.unnest(x.indkey::pg_catalog.int2[]) WITH ORDINALITY AS i(attnum, place)
                        JOIN pg_catalog.pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.attnum
                       WHERE x.indrelid = c.oid AND x.indisprimary), '[]')
       FROM pg_catalog.pg_class c
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
      WHERE c.oid = pg_catalog.to_regclass($1::pg_catalog.text)::pg_catalog.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    doing,
    [text],
    source.at,
  );
  if (row === undefined) throw await missingTable(session, text, source);
  const [schema, name, relkind, isHeap, blocks, primaryKey] = row as string[];
  return {
    schema,
    name,
    relkind,
    isHeap: relkind === 'r' && isHeap === 't',
    blocks: Number(blocks),
    primaryKey: JSON.parse(primaryKey) as string[],
  };
}

async function missingTable(session: Session, text: string, { at }: SourceBlock): Promise<EtlError> {
  const rows = await session.query(
    `SELECT CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' LIMIT 2000`,
    `looking for tables like ${text}`,
  );
  return new EtlError('ETL-4105', `postgres ${session.request.options.address}: there is no table ${text}`, {
    at,
    hint:
      didYouMeanHint(
        text,
        rows.map(([name]) => name!),
      ) ?? 'is the schema on the search_path of the role? Write schema.table',
  });
}

async function notNullColumns(session: Session, { schema, name }: TableFacts, doing: string): Promise<Set<string>> {
  const rows = await session.query(
    `SELECT a.attname FROM pg_catalog.pg_attribute a
       JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND c.relkind IN ('r', 'p')`,
    doing,
    [schema, name],
  );
  return new Set(rows.map(([column]) => column!));
}

/** Rows and bytes as the server's planner sees them. */
async function estimate(
  session: Session,
  sql: string,
  doing: string,
  { at }: SourceBlock,
): Promise<{ rows: number; bytes: number }> {
  const [[text]] = await session.query(`EXPLAIN (FORMAT JSON) ${sql}`, doing, undefined, at);
  const [{ Plan: plan }] = JSON.parse(text!) as [{ Plan: { 'Plan Rows': number; 'Plan Width': number } }];
  return { rows: plan['Plan Rows'], bytes: plan['Plan Rows'] * plan['Plan Width'] };
}

/** Checks an sqlite sink block against its input and against the file, as far as it is there. Writes nothing. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fieldIndex } from '../../columnar/batch.js';
import { EtlError } from '../../errors/etl-error.js';
import type { JsonObject, SinkPlan, SinkPlanner, SinkPlanRequest } from '../connector.js';
import type { SqliteConnectionBlock, SqliteSinkBlock } from './config.js';
import { openDatabase, type Database } from './open-database.js';
import type { SqliteSinkParams } from './sink-params.js';
import { sqliteError } from './sqlite-error.js';
import { createTableSql, hasTable } from './target-table.js';

export const planSqliteSink: SinkPlanner = { plan: planSink };

async function planSink(request: SinkPlanRequest): Promise<SinkPlan> {
  const { input, context } = request;
  const block = request.sink.own as unknown as SqliteSinkBlock;
  const { url } = request.connection as unknown as SqliteConnectionBlock;
  const refuse = (message: string, hint?: string): never => {
    throw new EtlError('ETL-4211', `sink "${request.sink.id}": ${message}`, { at: request.sink.at, hint });
  };
  const columns = block.columns ?? input.fields.map((field) => field.name);
  const keys = block.keys ?? [];
  const mode = block.mode ?? (keys.length > 0 ? 'upsert' : 'append');
  const isStaged = mode === 'replace' || block.commit === 'atomic';
  if (mode === 'replace' && block.commit === 'batch')
    refuse('replace shows its rows at the end of the run', 'leave commit out');
  for (const name of columns) {
    if (fieldIndex(input, name) < 0)
      refuse(
        `the column "${name}" does not arrive here`,
        `it gets ${input.fields.map((field) => field.name).join(', ')}`,
      );
  }
  if (new Set(columns).size < columns.length) refuse('a column is named twice');
  if (mode === 'upsert' && keys.length === 0) refuse('upsert needs keys, the columns that tell rows apart');
  if (mode !== 'upsert' && keys.length > 0) refuse(`keys are for upsert, and the mode is ${mode}`);
  for (const name of keys)
    if (!columns.includes(name)) refuse(`the key "${name}" is none of the columns that are written`);
  const file = path.resolve(context.baseDir, url);
  const params: SqliteSinkParams = {
    file,
    sinkId: request.sink.id,
    table: block.table,
    mode,
    isStaged,
    keys,
    columns,
    createSql: block.createTable ? createTableSql(block.table, input, columns, keys) : null,
    input,
  };
  const missing = await checkTarget(params, request);
  return {
    params: params as unknown as JsonObject,
    columns,
    effect: mode === 'append' ? 'ledgered' : 'idempotent',
    commit: isStaged ? 'atomic' : 'batch',
    description: `${mode} ${block.table}${mode === 'upsert' ? ` by ${keys.join(', ')}` : ''}`,
    notes: missing ? [`the table ${block.table} is made`] : [],
  };
}

/** True when the table has to be made. Throws ETL-4212 for one that is missing or does not fit. */
async function checkTarget(params: SqliteSinkParams, { sink }: SinkPlanRequest): Promise<boolean> {
  const { file, table, createSql } = params;
  const misfit = (message: string, hint?: string): EtlError =>
    new EtlError('ETL-4212', `sink "${sink.id}": ${message}`, { at: sink.at, hint });
  const hint = 'createTable: true makes it';
  if (!existsSync(file)) {
    if (createSql === null) throw misfit(`the file ${file} does not exist`, hint);
    return true;
  }
  const database = await openDatabase(file, { side: 'sink' });
  try {
    if (!hasTable(database, table)) {
      if (createSql === null) throw misfit(`${file} has no table "${table}"`, hint);
      return true;
    }
    const problem = tableProblem(database, params);
    if (problem !== null) throw misfit(problem);
    return false;
  } catch (error) {
    throw sqliteError(error, file, 'sink');
  } finally {
    database.close();
  }
}

function tableProblem(database: Database, { table, columns, keys }: SqliteSinkParams): string | null {
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  const own = database.prepare('SELECT name, pk FROM pragma_table_info(?)').all(table) as {
    name: string;
    pk: bigint;
  }[];
  const known = lower(own.map((column) => column.name));
  const unknown = columns.find((name) => !known.includes(name.toLowerCase()));
  if (unknown !== undefined)
    return `the table "${table}" has no column "${unknown}"; it has ${own.map((column) => column.name).join(', ')}`;
  if (keys.length === 0) return null;
  const wanted = lower(keys).sort().join('\0');
  const primary = lower(own.filter((column) => column.pk > 0n).map((column) => column.name));
  const unique = database
    .prepare(
      'SELECT l.name AS "index", i.name FROM pragma_index_list(?) l, pragma_index_info(l.name) i WHERE l."unique" AND NOT l.partial',
    )
    .all(table) as { index: string; name: string }[];
  const candidates = [
    primary,
    ...[...new Set(unique.map((row) => row.index))].map((index) =>
      lower(unique.filter((row) => row.index === index).map((row) => row.name)),
    ),
  ];
  if (candidates.some((candidate) => candidate.sort().join('\0') === wanted)) return null;
  return `the table "${table}" has no primary key or unique index on exactly (${keys.join(', ')}), which upsert needs`;
}

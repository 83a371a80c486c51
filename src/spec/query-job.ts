/**
 * `etl sql`: a query as the job that it stands for. Tables are files, `'data.csv'`, or those of shared connections, `shop.users`,
 * `shop.app.users`: each becomes a source, and in the query its id takes the place of its name, as wide as that, so that places in
 * messages stay right.
 */
import { EtlError } from '../errors/etl-error.js';
import { parseQuery } from '../expr/query/parse-query.js';
import { tablesOf } from '../expr/query/walk-query.js';
import type { NamedTable } from '../expr/syntax-tree.js';

export interface QueryJob {
  readonly query: string;
  /** A file for the rows; null: they are printed. */
  readonly output: string | null;
  readonly params: Readonly<Record<string, string>>;
}

/** @throws EtlError ETL-3001 for what is no query, ETL-2050 for a table that nobody can find */
export function queryJobText({ query, output, params }: QueryJob): string {
  const tables = tablesOf(parseQuery(query));
  const taken = new Set<string>();
  const sources = tables.map((table) => ({ table, id: idOf(table, taken), source: sourceOf(table) }));
  const sink = output === null ? { type: 'print' } : { type: 'file', path: output };
  const isOneFile = output !== null && !output.includes('{');
  const lines = withIds(query, sources).split('\n');
  return [
    'steps:',
    '  - sql: |2-',
    ...lines.map((line) => `      ${line}`),
    'name: query',
    `sources: ${JSON.stringify(Object.fromEntries(sources.map(({ id, source }) => [id, source])))}`,
    `params: ${JSON.stringify(Object.fromEntries(Object.keys(params).map((name) => [name, { type: 'text' }])))}`,
    `sinks: ${JSON.stringify({ rows: { ...sink, ...(isOneFile && { parallelism: 1 }) } })}`,
    '',
  ].join('\n');
}

interface NamedSource {
  readonly table: NamedTable;
  readonly id: string;
}

/** A file is called by its name, a table by its own. */
function idOf({ name, isFile }: NamedTable, taken: Set<string>): string {
  const last = isFile ? name.slice(name.lastIndexOf('/') + 1).split('.')[0]! : name.slice(name.lastIndexOf('.') + 1);
  const plain = last.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  let id = /^[a-z_]/.test(plain) ? plain.slice(0, 60) : `t_${plain}`.slice(0, 60);
  while (taken.has(id)) id = `${id}_`;
  taken.add(id);
  return id;
}

function sourceOf({ name, isFile, at }: NamedTable): object {
  if (isFile) return { type: 'file', path: name };
  const dot = name.indexOf('.');
  if (dot > 0) return { connection: name.slice(0, dot), table: name.slice(dot + 1) };
  throw new EtlError('ETL-2050', `it is not said where the table "${name}" is`, {
    at: { column: at.offset + 1, length: at.length },
    hint: `write connection.${name}, of conf/connections.yaml, or the name of a file in quotes`,
  });
}

function withIds(query: string, sources: readonly NamedSource[]): string {
  const byName = new Map(sources.map(({ table, id }) => [`${table.isFile} ${table.name}`, id]));
  let text = query;
  for (const { name, isFile, at } of everyTable(query)) {
    const id = byName.get(`${isFile} ${name}`);
    if (id === undefined) continue;
    text = `${text.slice(0, at.offset)}${id.padEnd(at.length)}${text.slice(at.offset + at.length)}`;
  }
  return text;
}

/** Each place, the last first: what is put in may be longer. */
function everyTable(query: string): readonly NamedTable[] {
  return tablesOf(parseQuery(query), true).toSorted((a, b) => b.at.offset - a.at.offset);
}

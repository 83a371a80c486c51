/**
 * `etl sql`: a query as the job that it stands for. Tables are files, `'data.csv'`, or those of shared connections, `shop.users`,
 * `shop.app.users`: each becomes a source, and in the query its id takes the place of its name, as wide as that, so that places in
 * the job are places in the query.
 */
import { EtlError, toEtlError, type ErrorPlace } from '../errors/etl-error.js';
import { EtlErrors } from '../errors/etl-errors.js';
import { parseQuery } from '../expr/query/parse-query.js';
import { tablesOf } from '../expr/query/walk-query.js';
import type { NamedTable } from '../expr/syntax-tree.js';
import { SourceText } from './source-text.js';

export interface QueryJob {
  readonly query: string;
  /** A file for the rows; null: they are printed. */
  readonly output: string | null;
  readonly params: Readonly<Record<string, string>>;
}

const WHERE_CONNECTIONS_ARE = 'declare it in conf/connections.yaml';

/** The query begins behind so many lines of the job, each of its own so far to the right. */
const HEAD = ['steps:', '  - sql: |2-'];
const INDENT = '      ';

/** @throws EtlError ETL-3001 for what is no query, ETL-2050 for a table that nobody can find */
export function queryJobText({ query, output, params }: QueryJob): string {
  const sources = namedSources(query).map((named) => ({ ...named, source: sourceOf(named.table) }));
  const sink = output === null ? { type: 'print' } : { type: 'file', path: output };
  const isOneFile = output !== null && !output.includes('{');
  const lines = withIds(query, sources).split('\n');
  return [
    ...HEAD,
    ...lines.map((line) => `${INDENT}${line}`),
    'name: query',
    `sources: ${JSON.stringify(Object.fromEntries(sources.map(({ id, source }) => [id, source])))}`,
    `params: ${JSON.stringify(Object.fromEntries(Object.keys(params).map((name) => [name, { type: 'text' }])))}`,
    `sinks: ${JSON.stringify({ rows: { ...sink, ...(isOneFile && { parallelism: 1 }) } })}`,
    '',
  ].join('\n');
}

/** Does the work; what is wrong with the query is said of the query, not of the job of that file name made of it. */
export async function saidOfQuery<T>(
  { file, query }: { readonly file: string; readonly query: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = toEtlError(thrown);
    const text = new SourceText(file, query);
    const placed = (problem: EtlError): EtlError => placedInQuery(problem, text);
    if (!(error instanceof EtlErrors)) throw placed(error);
    throw new EtlErrors(error.problems.map(placed), error.warnings.map(placed));
  }
}

function placedInQuery(error: EtlError, text: SourceText): EtlError {
  const at = error.at === undefined ? undefined : placeInQuery(error.at, text);
  const hint = error.code === 'ETL-2060' ? WHERE_CONNECTIONS_ARE : error.hint;
  return EtlError.fromJSON({ ...error.toJSON(), at, hint });
}

function placeInQuery(at: ErrorPlace, text: SourceText): ErrorPlace | undefined {
  const { file, line, column, length = 1, what } = at;
  if (column === undefined) return at;
  // What was found before there was a job.
  if (file === undefined) return text.place(column - 1, column - 1 + length);
  if (file !== text.file || line === undefined) return at;
  const lines = text.text.split('\n');
  const own = line - 1 - HEAD.length;
  if (own >= 0 && own < lines.length) {
    const start = lines.slice(0, own).reduce((sum, before) => sum + before.length + 1, column - 1 - INDENT.length);
    return text.place(start, start + length);
  }
  const table = namedSources(text.text).find(({ id }) => what === `source "${id}"`)?.table.at;
  if (table !== undefined) return text.place(table.offset, table.offset + table.length);
  return what === undefined ? undefined : { what };
}

interface NamedSource {
  readonly table: NamedTable;
  readonly id: string;
}

function namedSources(query: string): readonly NamedSource[] {
  const taken = new Set<string>();
  return tablesOf(parseQuery(query)).map((table) => ({ table, id: idOf(table, taken) }));
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

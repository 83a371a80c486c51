/**
 * The 22 queries of TPC-H: jobs/tpch over generated files, and the specification's own SQL over the same rows in PostgreSQL.
 *
 * Equal means equal to the last digit, of averages and quotients too: both give as many as PostgreSQL's numeric does. The rows
 * are the same ones, as often, and what the query sorts by comes in the same order. That is all an ORDER BY promises: rows that
 * are equal in it may change places.
 *
 * `TPCH_SF` is the scale factor, default 0.01: `npm run tpch -- --sf 1`.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { generateTpch } from '../../scripts/tpch/generate.mjs';
import { tableNames } from '../../scripts/tpch/schema.mjs';
import { runJobFile, testDirectory } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';
import { loadTpch } from '../support/tpch.js';

const scaleFactor = Number(process.env.TPCH_SF ?? '0.01');
const timeoutMs = 120_000 + 600_000 * scaleFactor;
/** As the specification has it: the larger the tables, the smaller the share of a part in the stock. */
const fraction = (0.0001 / scaleFactor).toFixed(10);

/** What each query sorts by; what it promises no order of has none. */
const sortedBy: Readonly<Record<string, readonly string[]>> = {
  q01: ['l_returnflag', 'l_linestatus'],
  q02: ['s_acctbal', 'n_name', 's_name', 'p_partkey'],
  q03: ['revenue', 'o_orderdate'],
  q04: ['o_orderpriority'],
  q05: ['revenue'],
  q06: [],
  q07: ['supp_nation', 'cust_nation', 'l_year'],
  q08: ['o_year'],
  q09: ['nation', 'o_year'],
  q10: ['revenue'],
  q11: ['value'],
  q12: ['l_shipmode'],
  q13: ['custdist', 'c_count'],
  q14: [],
  q15: ['s_suppkey'],
  q16: ['supplier_cnt', 'p_brand', 'p_type', 'p_size'],
  q17: [],
  q18: ['o_totalprice', 'o_orderdate'],
  q19: [],
  q20: ['s_name'],
  q21: ['numwait', 's_name'],
  q22: ['cntrycode'],
};

const database = await testDatabase();
const directory = testDirectory();
const tables = path.join(directory, 'tables');
const answers = path.join(directory, 'answers');

beforeAll(async () => {
  generateTpch({ directory: tables, scaleFactor });
  await loadTpch(database, tables);
}, timeoutMs);

test('there is a job for each query, and SQL to compare it with', () => {
  const names = Object.keys(sortedBy);
  expect(namesOf('jobs/tpch', '.yaml')).toEqual(names);
  expect(namesOf('test/fixtures/tpch', '.sql')).toEqual([...names, 'violations']);
});

test('the tables are what the specification promises', { timeout: timeoutMs }, async () => {
  const promises = await database.query(readFileSync('test/fixtures/tpch/violations.sql', 'utf8'));
  expect(promises.length).toBeGreaterThan(15);
  expect(promises.filter(([, broken]) => broken !== '0')).toEqual([]);
});

test('the rows do not depend on how many files they are in, but on the seed', () => {
  const other = (name: string, options: { parts?: number; seed?: number }): string[] => {
    generateTpch({ directory: path.join(directory, name), scaleFactor: 0.01, ...options });
    return tableNames.map((table) => rowsIn(path.join(directory, name, table)));
  };
  const rows = other('in four', {});
  expect(other('in three', { parts: 3 })).toEqual(rows);
  expect(other('in one', { parts: 1 })).toEqual(rows);
  const seeded = other('of another seed', { seed: 1 });
  expect(tableNames.filter((_, i) => seeded[i] === rows[i])).toEqual([]);
});

test.each(Object.keys(sortedBy))('%s gives the rows of PostgreSQL', (name) => compare(name, ['-p', '2']), timeoutMs);

test.each(Object.keys(sortedBy))(
  '%s, as the specification has it, in an sql step',
  (name) => compareText(name),
  timeoutMs,
);

// Every kind of join, groups, distinct rows and orders, refused all memory. That takes long, so it is not asked of larger tables,
// which spill unasked.
test.each(scaleFactor === 0.01 ? ['q01', 'q04', 'q13', 'q16', 'q18', 'q20', 'q21', 'q22'] : [])(
  '%s gives them from disk, too, by three slots',
  (name) => compare(name, ['-p', '3', '-D', 'debug.force-spill=true']),
  timeoutMs,
);

/** Every column that any of the jobs reads, by table. */
function declaredTables(): Record<string, Record<string, string>> {
  const tables: Record<string, Record<string, string>> = {};
  for (const name of Object.keys(sortedBy)) {
    const job = parse(readFileSync(`jobs/tpch/${name}.yaml`, 'utf8')) as { sources: Record<string, JobSource> };
    for (const { path: files, schema } of Object.values(job.sources)) {
      const [, table] = /(\w+)\/\*\.csv$/.exec(files)!;
      tables[table!] = { ...tables[table!], ...schema };
    }
  }
  return tables;
}

interface JobSource {
  readonly path: string;
  readonly schema: Record<string, string>;
}

async function compareText(name: string): Promise<void> {
  const sql = readFileSync(path.join('test/fixtures/tpch', `${name}.sql`), 'utf8');
  const expected = await database.query(sql, sql.includes('$1') ? [fraction] : []);
  const sources = Object.fromEntries(
    Object.entries(declaredTables())
      .filter(([table]) => new RegExp(`\\b${table}\\b`).test(sql))
      .map(([table, schema]) => [table, { type: 'file', path: path.join(tables, table, '*.csv'), schema }]),
  );
  const sinks = { out: { type: 'file', path: path.join(answers, `${name}sql-{subtask}.ndjson`) } };
  const job = { name: `${name}-sql`, sources, steps: [{ sql: sql.replaceAll('$1', fraction) }], sinks };
  const { code, end } = await runJobFile(['-', '-p', '2'], { input: JSON.stringify(job) });
  expect([code, end.balance]).toEqual([0, true]);
  const found = answerOf(`${name}sql`);
  expect(found.map(rowText).sort()).toEqual(expected.map((row) => row.join('|')).sort());
}

async function compare(name: string, flags: readonly string[]): Promise<void> {
  const sql = readFileSync(path.join('test/fixtures/tpch', `${name}.sql`), 'utf8');
  const expected = await database.query(sql, sql.includes('$1') ? [fraction] : []);
  const params = sql.includes('$1') ? ['--param', `fraction=${fraction}`] : [];
  const env = { TPCH_DIR: tables, OUT_DIR: answers };
  const { code, end } = await runJobFile([`jobs/tpch/${name}.yaml`, ...flags, ...params], { env });
  expect(code).toBe(0);
  expect(end.balance).toBe(true);
  const found = answerOf(name);
  expect(found.map(rowText).sort()).toEqual(expected.map((row) => row.join('|')).sort());
  const places = sortedBy[name]!.map((key) => found[0]!.findIndex(([column]) => column === key));
  expect(places).not.toContain(-1);
  expect(found.map((row) => places.map((place) => row[place]![1]))).toEqual(
    expected.map((row) => places.map((place) => row[place])),
  );
}

function namesOf(folder: string, extension: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(extension));
  return names.map((name) => path.basename(name, extension)).sort();
}

/** Of all files of a table, without their headers. */
function rowsIn(folder: string): string {
  const files = readdirSync(folder).sort();
  return files.map((file) => readFileSync(path.join(folder, file), 'utf8').replace(/^.*\n/, '')).join('');
}

type Cell = readonly [column: string, text: string];

/** The rows of all parts, in order, each value as it was written: a number of JSON.parse would lose digits. Never none. */
function answerOf(name: string): Cell[][] {
  const parts = readdirSync(answers).filter((file) => file === `${name}.ndjson` || file.startsWith(`${name}-`));
  const lines = parts.sort().flatMap((part) => readFileSync(path.join(answers, part), 'utf8').split('\n').slice(0, -1));
  const rows = lines.map((line) =>
    [...line.matchAll(/"(\w+)":("(?:[^"\\]|\\.)*"|[^",}]+)/g)].map(([, column, value]): Cell => [
      column!,
      textOf(value!),
    ]),
  );
  // An answer without a row or without a value would agree with whatever else has none.
  expect(rows.flat().filter(([, text]) => text !== '∅')).not.toEqual([]);
  return rows;
}

function textOf(value: string): string {
  return value === 'null' ? '∅' : value.startsWith('"') ? (JSON.parse(value) as string) : value;
}

function rowText(row: readonly Cell[]): string {
  return row.map(([, text]) => text).join('|');
}

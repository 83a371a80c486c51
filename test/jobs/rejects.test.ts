/** Rows that cannot be computed or keyed: failed, skipped, kept in a file, and never too many. P10, F70, F71. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';
import { testRedis } from '../support/test-redis.js';

const database = await testDatabase();
const redis = await testRedis();
const directory = testDirectory();

beforeAll(async () => {
  await database.query(`CREATE TABLE r(id int PRIMARY KEY, divisor int);
    INSERT INTO r SELECT g, CASE WHEN g % 100 = 0 THEN 0 WHEN g % 100 = 50 THEN NULL ELSE 2 END FROM generate_series(1, 20000) g`);
});

function job(name: string, onReject: string): string {
  const file = path.join(directory, `${name}.yaml`);
  writeFileSync(
    file,
    `name: ${name}
connections: {db: {type: postgres, url: "${database.url}"}, cache: {type: redis, url: "${redis.url}"}}
sources: {r: {connection: db, table: r, split: {column: id, count: 8}}}
steps:
  - select: [id, "id / divisor AS half"]
sinks:
  cache: {connection: cache, key: "half:{half}:{id}", value: {string: "half::text"}, ttl: 1h${onReject}}
`,
  );
  return file;
}

test('fail: the first such row ends the run with its place, its condition and what to do', async () => {
  const { code, stderr } = await runEtl(['run', job('strict', ''), '-p', '2']);
  expect(code).toBe(65);
  expect(stderr).toContain('division by zero');
  expect(stderr).toContain('ETL-5001');
  expect(stderr).toContain('onReject');
});

test('skip: counted once by reason, and everything adds up', async () => {
  await redis.client.flushdb();
  const { code, end } = await runJobFile([job('skip', ', onReject: skip'), '-p', '3']);
  expect(code).toBe(0);
  expect(end.rows).toEqual({ read: 20_000, filtered: 0, rejected: 400, written: 19_600 });
  expect(end.rejects.map(({ code: reason, count }) => [reason, count]).sort()).toEqual([
    ['ETL-5001', 200],
    ['ETL-5110', 200],
  ]);
  expect(await redis.client.dbsize()).toBe(19_600);
});

test('--fail-on-rejects turns a complete run with rejects into exit 5', async () => {
  const { code, end } = await runJobFile([job('skip5', ', onReject: skip'), '--fail-on-rejects']);
  expect([code, end.exit.name]).toEqual([5, 'rejects']);
});

test('file: every rejected row is there once, with its split, stage, code and reason', async () => {
  const { end } = await runJobFile([job('kept', ', onReject: {file: "kept/rejects-{subtask}.ndjson"}'), '-p', '3']);
  expect(end.rows.rejected).toBe(400);
  const folder = path.join(directory, 'kept');
  const rows = readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n'))
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { stage: string; row: { id: number } });
  expect(new Set(rows.map(({ row }) => row.id)).size).toBe(400);
  expect(rows.length).toBe(400);
});

test('several writers have a reject file each, and explain says their names', async () => {
  const file = job('apart', ', onReject: {file: "apart/r.ndjson"}');
  const { stdout } = await runEtl(['explain', file, '-p', '3']);
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'rejects: each of 3 writers has a file of its own: apart/r-{subtask}.ndjson',
  );
  await runJobFile([file, '-p', '3']);
  const names = readdirSync(path.join(directory, 'apart')).filter((name) => !name.startsWith('.'));
  expect(names.filter((name) => !/^r-[0-2]\.ndjson$/.test(name))).toEqual([]);
  expect(names.length).toBeGreaterThan(0);
});

test.each([
  ['maxRows', 'maxRows: 50'],
  ['maxRatio', 'maxRatio: 0.5%'],
])('%s: over the limit the run fails with exit 65, and no reject file is published', async (name, limit) => {
  const { code, end } = await runJobFile([
    job(name, `, onReject: {file: "${name}/r-{subtask}.ndjson", ${limit}}`),
    '-p',
    '2',
  ]);
  expect(code).toBe(65);
  expect(end.error?.code).toBe('ETL-5002');
  expect(existsSync(path.join(directory, name)) ? readdirSync(path.join(directory, name)) : []).toEqual([]);
});

test('a row that the source cannot read is kept as the text that it was', async () => {
  writeFileSync(path.join(directory, 'numbers.csv'), 'id,n\n1,10\n2,many\n3,30\n');
  const file = path.join(directory, 'numbers.yaml');
  writeFileSync(
    file,
    `name: numbers
sources: {numbers: {type: file, path: numbers.csv, schema: {id: int, n: int}}}
sinks: {out: {type: print, onReject: {file: unread.ndjson}}}
`,
  );
  const { code, end } = await runJobFile([file]);
  expect([code, end.balance, end.rows]).toEqual([0, true, { read: 3, filtered: 0, rejected: 1, written: 2 }]);
  expect(end.rejects.map(({ code: reason, count }) => [reason, count])).toEqual([['ETL-5301', 1]]);
  const kept = readFileSync(path.join(directory, 'unread.ndjson'), 'utf8');
  expect(JSON.parse(kept)).toMatchObject({ stage: 'numbers', code: 'ETL-5301', row: '2,many' });
});

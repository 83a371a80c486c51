/** Lookups in a PostgreSQL and a Redis that are there: what is found, and what it says of what cannot be. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';
import { testRedis } from '../support/test-redis.js';

const directory = testDirectory();
const database = await testDatabase();
const redis = await testRedis();

function jobFile(name: string, text: string): string {
  const file = path.join(directory, `${name}.yaml`);
  const connections = `connections: {db: {type: postgres, url: "${database.url}"}, cache: {type: redis, url: "${redis.url}"}}`;
  writeFileSync(file, `name: ${name}\n${connections}\n${text}\n`);
  return file;
}

/** What a job prints, a line a row, in any order. */
async function printed(name: string, text: string, ...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runEtl(['run', jobFile(name, text), '-q', ...args]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trimEnd().split('\n').sort();
}

beforeAll(async () => {
  await database.query(`
    CREATE TABLE rows AS SELECT i AS id, i % 700 AS n, CASE WHEN i % 5 > 0 THEN 'k' || i % 90 END AS k FROM generate_series(1, 5000) i;
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TABLE things (id bigint, n numeric(8,2), k varchar(9), at timestamptz, feels mood, tags text[], raw bytea);
    INSERT INTO things SELECT i, i / 2.0, 'k' || i, timestamptz '2026-01-01 00:00:00+00' + i * interval '1 s',
      CASE WHEN i % 2 = 0 THEN 'glad' ELSE 'sad' END::mood, array['a' || i, NULL, '"'], decode(lpad(to_hex(i), 4, '0'), 'hex')
      FROM generate_series(1, 400) i;
    INSERT INTO things SELECT * FROM things WHERE id % 50 = 0;
    CREATE TABLE strange (id int, v numeric); INSERT INTO strange VALUES (1, 5), (2, 'NaN'), (3, 7);
    CREATE TABLE texts (k text); INSERT INTO texts VALUES ('a"b'), ('a,b'), ('{}'), ('NULL'), ('null'), (' '), (''), ('\\\\'), ('é💶'), (NULL)`);
});

test.each([
  ['an integer for a bigint', '{id: n}', 't.id = r.n', 'at, feels, raw'],
  ['a sum for a numeric', '{n: n + 0.5}', 't.n = r.n + 0.5', 'id'],
  ['a text for a varchar', '{k: k}', 't.k = r.k', 'id, n'],
  ['two keys', '{k: k, id: n}', 't.k = r.k AND t.id = r.n', 'raw, n'],
  ['an enum by its text', '{feels: "CASE n % 100 WHEN 7 THEN \'sad\' END", id: n}', "t.feels::text = CASE r.n % 100 WHEN 7 THEN 'sad' END AND t.id = r.n", 'at'], // prettier-ignore
  ['a time', "{at: \"timestamptz '2026-01-01 00:00:00+00' + n * interval '1 s'\"}", "t.at = timestamptz '2026-01-01 00:00:00+00' + r.n * interval '1 s'", 'k'], // prettier-ignore
])('%s: the rows are those of a join', { timeout: 30_000 }, async (name, on, condition, columns) => {
  const added = columns.split(', ').map((column) => `${column} AS x_${column}`);
  const [[joined]] = await database.query(
    `SELECT string_agg(line, E'\\n' ORDER BY line COLLATE "C") FROM (SELECT concat_ws('|', r.id, ${columns
      .split(', ')
      .map((column) => `coalesce(t.${column}::text, '-')`)
      .join(', ')}) AS line FROM rows r LEFT JOIN things t ON ${condition}) l`,
  );
  for (const how of ['batch: 64, concurrency: 3, cache: {rows: 100}', 'cache: false, ordered: false']) {
    const lines = await printed(
      'joined',
      `sources: {rows: {connection: db, table: rows, split: {column: id, count: 3}}}
steps:
  - lookup: {connection: db, table: things, on: ${on}, columns: [${added.join(', ')}], ${how}}
  - select: ["concat_ws('|', id, ${columns
    .split(', ')
    .map((column) => `coalesce(x_${column}::text, '-')`)
    .join(', ')}) AS line"]
sinks: {out: {type: print, format: csv}}`,
      '-p',
      '2',
    );
    const rows = lines.filter((line) => line !== 'line').map((line) => line.replace(/^"(.*)"$/, '$1').replaceAll('""', '"')); // prettier-ignore
    expect(rows.sort(byBytes), `${name}, ${how}`).toEqual(joined!.split('\n').sort(byBytes));
  }
});

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

test('texts are keys as they are, whatever they hold', async () => {
  writeFileSync(
    path.join(directory, 'texts.ndjson'),
    ['a"b', 'a,b', '{}', 'NULL', 'null', ' ', '', '\\\\', 'é💶', null]
      .map((k, i) => JSON.stringify({ i, k }))
      .join('\n'),
  );
  const lines = await printed(
    'texts',
    `sources: {t: {type: file, path: texts.ndjson, schema: {i: int, k: text}}}
steps: [{lookup: {connection: db, query: "SELECT k, 1 AS there FROM texts", on: {k: k}}}, {select: [i, there]}]
sinks: {out: {type: print}}`,
  );
  const there = lines.map((line) => JSON.parse(line) as { i: number; there: number | null });
  expect(there.sort((a, b) => a.i - b.i).map((row) => row.there)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, null]);
});

test('a value that has no place in its column rejects its row, and says the key', async () => {
  const job = (onReject: string): string =>
    jobFile(
      'strange',
      `sources: {rows: {connection: db, table: rows, where: id <= 4}}
steps: [{lookup: {connection: db, query: "SELECT id, v::numeric(9,2) AS v FROM strange", on: {id: id}}}]
sinks: {out: {type: blackhole, onReject: ${onReject}}}`,
    );
  const skipped = await runJobFile([job('skip')]);
  expect([skipped.code, skipped.end.rows]).toMatchObject([0, { read: 4, rejected: 1, written: 3 }]);
  const failed = await runJobFile([job('fail')]);
  expect([failed.code, failed.end.error]).toMatchObject([
    65,
    { code: 'ETL-5007', message: expect.stringContaining('id = 2: column v: ') as unknown },
  ]);
});

test('each key is asked once a slot while the cache has it, also over splits, and the summary counts it', async () => {
  const file = jobFile(
    'counted',
    `sources: {rows: {connection: db, table: rows, split: {column: id, count: 5}}}
steps: [{id: found, lookup: {connection: db, table: things, on: {id: n}, columns: [feels], batch: 100, concurrency: 1}}]
sinks: {out: {type: blackhole}}`,
  );
  const { code, end } = await runJobFile([file, '-p', '1']);
  expect([code, end.rows, end.balance]).toMatchObject([0, { read: 5000, written: 5058 }, true]);
  const { stderr } = await runEtl(['run', file, '-p', '1']);
  expect(stderr).toContain('found counted keys 3500 · keys in cache 2800 · requests 7\n');
});

test('hashes, strings and JSON of Redis; missing keys and fields are NULL, each key is asked once', async () => {
  for (let id = 1; id <= 300; id++) {
    if (id % 3 > 0)
      await redis.client.hset(`h:${id}:é`, { name: `n${id}`, ...(id % 2 > 0 && { score: String(id / 4) }) });
    if (id % 4 > 0) await redis.client.set(`s:${id}`, id % 8 === 1 ? '' : String(id * 10));
    if (id % 5 > 0)
      await redis.client.set(`j:${id}`, JSON.stringify({ a: id, 'it’s': [id], b: id % 2 ? null : 'x"y' }));
  }
  const lines = await printed(
    'values',
    `sources: {rows: {connection: db, table: rows, where: "id <= 300"}}
steps:
  - lookup: {connection: cache, key: "h:{id}:é", value: {hash: {name: text, score: double precision}}, batch: 7}
  - lookup: {connection: cache, key: "s:{id}", value: {string: {s: text}}, cache: false}
  - lookup: {connection: cache, key: "j:{k}{id}", value: {json: {none: int}}}
  - lookup: {connection: cache, key: "j:{id}", value: {json: {a: bigint, it’s: jsonb, b: text}}, type: inner}
  - select: [id, name, score, s, none, a, it’s, b]
sinks: {out: {type: print}}`,
    '-p',
    '2',
  );
  const rows = lines.map((line) => JSON.parse(line) as { id: number }).sort((a, b) => a.id - b.id);
  const wanted = Array.from({ length: 300 }, (_, i) => i + 1).flatMap((id) => {
    if (id % 5 === 0) return [];
    const [hasName, hasScore] = [id % 3 > 0, id % 3 > 0 && id % 2 > 0];
    const s = id % 4 === 0 ? null : id % 8 === 1 ? '' : String(id * 10);
    return [{ id, name: hasName ? `n${id}` : null, score: hasScore ? id / 4 : null, s, none: null, a: id, 'it’s': [id], b: id % 2 ? null : 'x"y' }]; // prettier-ignore
  });
  expect(rows).toEqual(wanted);
});

test('what stands under a key and is something else rejects its row', async () => {
  await redis.client.set('x:1', 'a string');
  await redis.client.hset('x:2', { n: 'no number' });
  await redis.client.hset('x:3', { n: '3' });
  const job = (value: string): string =>
    jobFile(
      'wrong',
      `sources: {rows: {connection: db, table: rows, where: id <= 4}}
steps: [{lookup: {connection: cache, key: "x:{id}", value: ${value}, columns: [n AS found]}}]
sinks: {out: {type: blackhole, onReject: skip}}`,
    );
  const { end, events } = await runJobFile([job('{hash: {n: int}}')]);
  expect([end.error, end.rows]).toMatchObject([null, { read: 4, rejected: 2, written: 2 }]);
  expect(JSON.stringify(events)).toContain('id = 1: WRONGTYPE');
  expect(JSON.stringify(events)).toContain('id = 2: field \\"n\\": ');
  const broken = await runJobFile([job('{json: {n: int}}')]);
  expect(broken.end.rows).toMatchObject({ read: 4, rejected: 3, written: 1 });
});

test('explain shows the statement, and nothing of the connection', async () => {
  const file = jobFile(
    'explained',
    `params: {least: {type: int, default: 3}}
sources: {rows: {connection: db, table: rows}}
steps:
  - {id: a, lookup: {connection: db, query: "SELECT * FROM things WHERE id > :least -- not all", on: {id: n, k: k}, columns: [feels AS mood], unique: true}}
  - {id: b, lookup: {connection: cache, key: "h:{id}", value: {json: {name: text}}}}
sinks: {out: {type: blackhole}}`,
  );
  const { stdout } = await runEtl(['explain', file, '--stage', 'job']);
  expect(stdout).toContain('pg_catalog.unnest($1::bigint[])');
  expect(stdout).toMatch(/id\s+>\s+:least/);
  expect(stdout).toContain('GET h:{id}');
});

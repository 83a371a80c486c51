import path from 'node:path';
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TypedExpr } from '../../../src/expr/typed-expr.js';
import { makeDatabase, readAll, shownSchema, temporaryFolder } from './sqlite-harness.js';

const folder = temporaryFolder();
let number = 0;
const newFile = (): string => path.join(folder, `${number++}.db`);

function literal(kind: 'int64' | 'text' | 'date' | 'numeric', text: string | null): TypedExpr & { kind: 'literal' } {
  return { kind: 'literal', text, type: { kind } };
}

test('declared types, affinities and values', async () => {
  const file = newFile();
  makeDatabase(
    file,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, big BIGINT NOT NULL, name VARCHAR(10), ratio DOUBLE PRECISION, price DECIMAL(10,2), ok BOOLEAN,
       day DATE, at DATETIME, zoned TIMESTAMP WITH TIME ZONE, clock TIME, doc JSON, uid UUID, raw BLOB, mixed, odd WHATEVER);
     INSERT INTO t VALUES (1, 9223372036854775807, 'Zoë' || char(0, 10), 0.1, '12.50', 1, '2026-02-28', '2026-02-28 01:02:03.456', '2026-02-28 01:02:03+02', '23:59:59',
       '{"a": 1}', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', x'00ff0d0a', 7, 'text');
     INSERT INTO t VALUES (-9223372036854775808, -9223372036854775808, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
     INSERT INTO t VALUES (9223372036854775807, 9007199254740993, '', 3, 7, 0, '0044-03-15 BC', '2026-01-01T00:00:00', '2026-01-01', '00:00', '[]', NULL, x'', 2.5, 3);`,
  );
  const { description, rows, rejected, plan } = await readAll(file, { own: { table: 't' } });
  expect(shownSchema(description.schema)).toEqual([
    'id int64 not null', 'big int64 not null', 'name text', 'ratio double precision', 'price numeric', 'ok boolean', 'day date', 'at timestamp',
    'zoned timestamptz', 'clock time', 'doc json', 'uid uuid', 'raw bytea', 'mixed numeric', 'odd text',
  ].map((line) => line.replace('int64', 'bigint'))); // prettier-ignore
  expect(description.notes).toEqual([
    'type of "mixed" taken from its first 3 rows: numeric',
    'type of "odd" taken from its first 3 rows: text',
  ]);
  expect(rejected).toEqual([]);
  expect(rows.sort()).toEqual([
    ['-9223372036854775808', '-9223372036854775808', ...Array.from({ length: 13 }, () => null)],
    ['1', '9223372036854775807', 'Zoë\0\n', '0.1', '12.5', 't', '2026-02-28', '2026-02-28 01:02:03.456', '2026-02-27 23:02:03+00', '23:59:59', '{"a": 1}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff0d0a', '7', 'text'],
    ['9223372036854775807', '9007199254740993', '', '3', '7', 'f', '0044-03-15 BC', '2026-01-01 00:00:00', '2026-01-01 00:00:00+00', '00:00:00', '[]', null, '\\x', '2.5', '3'],
  ]); // prettier-ignore
  expect(plan).toMatchObject({
    consistency: 'split-snapshot',
    splits: {
      strategy: 'range',
      column: 'id',
      min: '-9223372036854775808',
      max: '9223372036854775807',
      count: '8',
      nulls: false,
    },
  });
});

test('a value that is none of its type rejects its row, and only it', async () => {
  const file = newFile();
  makeDatabase(
    file,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, d DATE, b BOOLEAN, r REAL, x TEXT, raw BLOB);
     INSERT INTO t VALUES (1, 'many', '2026-01-01', 1, 1, 'a', x'01'), (2, 2, '2026-02-30', 1, 1, 'a', x'01'), (3, 3, '2026-01-01', 2, 1, 'a', x'01'),
       (4, 4, '2026-01-01', 1, 'r', 'a', x'01'), (5, 5, '2026-01-01', 1, 1, x'ff', x'01'), (6, 6, '2026-01-01', 1, 1, 'a', 'raw'),
       (7, 7.5, '2026-01-01', 1, 1, 'a', x'01'), (8, 8, 20260101, 1, 1, 'a', x'01'), (9, 9, '2026-01-01', 1, 1, 'a', x'01');`,
  );
  const { rows, rejected } = await readAll(file, { own: { table: 't' }, split: { strategy: 'none' } });
  expect(rows).toEqual([['9', '9', '2026-01-01', 't', '1', 'a', '\\x01']]);
  expect(rejected).toMatchInlineSnapshot(`
    [
      "22P02 column "n": text "many" in a column of bigint {"id":1,"n":"many","d":"2026-01-01","b":1,"r":1,"x":"a","raw":"\\\\x01"}",
      "22008 column "d": date/time field value out of range: "2026-02-30" {"id":2,"n":2,"d":"2026-02-30","b":1,"r":1,"x":"a","raw":"\\\\x01"}",
      "22P02 column "b": integer 2 in a column of boolean {"id":3,"n":3,"d":"2026-01-01","b":2,"r":1,"x":"a","raw":"\\\\x01"}",
      "22P02 column "r": text "r" in a column of double precision {"id":4,"n":4,"d":"2026-01-01","b":1,"r":"r","x":"a","raw":"\\\\x01"}",
      "22P02 column "x": blob x'ff' in a column of text {"id":5,"n":5,"d":"2026-01-01","b":1,"r":1,"x":"\\\\xff","raw":"\\\\x01"}",
      "22P02 column "raw": text "raw" in a column of bytea {"id":6,"n":6,"d":"2026-01-01","b":1,"r":1,"x":"a","raw":"raw"}",
      "22P02 column "n": real 7.5 in a column of bigint {"id":7,"n":7.5,"d":"2026-01-01","b":1,"r":1,"x":"a","raw":"\\\\x01"}",
      "22P02 column "d": integer 20260101 in a column of date {"id":8,"n":8,"d":20260101,"b":1,"r":1,"x":"a","raw":"\\\\x01"}",
    ]
  `);
});

test('a query, with parameters bound and where; it may end in a comment', async () => {
  const file = newFile();
  makeDatabase(
    file,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, day DATE, n NUMERIC); INSERT INTO t VALUES (1, 'a', '2026-01-01', 1.5), (2, 'b''x', '2026-01-02', 2), (3, 'c', NULL, 9)`,
  );
  const params = {
    since: literal('date', '2026-01-02'),
    id: literal('int64', '1'),
    name: literal('text', `b'x`),
    none: literal('text', null),
    n: literal('numeric', '1.5'),
  };
  const read = async (own: Record<string, unknown>, where: string | null = null): Promise<unknown> =>
    (await readAll(file, { own, where, params })).rows;
  expect(await read({ query: 'SELECT id, upper(name) AS name FROM t WHERE day >= :since -- recent' })).toEqual([
    ['2', `B'X`],
  ]);
  expect(await read({ query: 'SELECT id FROM t WHERE name = :name AND :none IS NULL;' })).toEqual([['2']]);
  expect(await read({ table: 't' }, 'n = :n OR id > :id + 1')).toEqual([['1', 'a', '2026-01-01', '1.5'], ['3', 'c', null, '9']]); // prettier-ignore
  const { description, plan } = await readAll(file, {
    own: { query: 'SELECT count(*) AS n, avg(n) AS mean, id FROM t GROUP BY id' },
    params,
    split: { column: 'id', size: '2' },
  });
  expect(shownSchema(description.schema)).toEqual(['n bigint', 'mean double precision', 'id bigint']);
  expect(plan.sql).toBe(
    'SELECT "n", "mean", "id" FROM (SELECT count(*) AS n, avg(n) AS mean, id FROM t GROUP BY id\n) WHERE "id" >= @etl_lower AND "id" < @etl_next',
  );
});

test('only wanted columns are read, in batches of fetchSize rows or about a megabyte', async () => {
  const file = newFile();
  makeDatabase(
    file,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO t SELECT i, hex(zeroblob(2000)), i FROM n`,
  );
  const small = await readAll(file, {
    own: { table: 't' },
    columns: ['b'],
    fetchSize: 1000,
    split: { strategy: 'none' },
  });
  expect(small.batches).toEqual([1000, 1000, 500]);
  expect(small.rows[2499]).toEqual(['2500']);
  const wide = await readAll(file, { own: { table: 't' }, split: { strategy: 'none' } });
  expect(wide.batches.length).toBeGreaterThan(9);
  expect(wide.rows).toHaveLength(2500);
  const limited = await readAll(
    file,
    { own: { table: 't' }, split: { strategy: 'none' } },
    { 'source.max-row-bytes': 4000 },
  );
  expect(limited.rejected[0]).toContain('54000 the row has 4025 bytes, more than source.max-row-bytes');
});

test('every row is read by exactly one split, whatever its key holds', async () => {
  const file = newFile();
  const database = makeDatabase(file, 'CREATE TABLE t (k INT, label TEXT)');
  const value = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -9n, max: 9n }),
    fc.constant(null),
    fc.constantFrom(1.5, -0.5, 1e300, -1e300, 'text', Buffer.from('blob')),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { maxLength: 25 }),
      fc.constantFrom('1', '2', '3', '11'),
      async (values, count) => {
        database.exec('DELETE FROM t');
        const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
        values.forEach((key, i) => insert.run(key, String(i)));
        const { rows } = await readAll(file, {
          own: { table: 't' },
          columns: ['label'],
          split: { column: 'k', count },
        });
        expect(rows.map(([label]) => Number(label)).sort((a, b) => a - b)).toEqual(values.map((_, i) => i));
      },
    ),
    { numRuns: 60 },
  );
});

test('rowid where there is no key; none where there is no rowid; a view; an empty table', async () => {
  const file = newFile();
  makeDatabase(
    file,
    `CREATE TABLE plain (a TEXT); INSERT INTO plain VALUES ('x'), ('y'); CREATE TABLE keyed (a TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO keyed VALUES ('k');
     CREATE VIEW v AS SELECT a FROM plain; CREATE TABLE empty (id INTEGER PRIMARY KEY); CREATE TABLE "we ""ird" (rowid TEXT, "a b" INT); INSERT INTO "we ""ird" VALUES ('r', 5)`,
  );
  expect((await readAll(file, { own: { table: 'plain' } })).plan.splits).toMatchObject({
    strategy: 'range',
    column: 'rowid',
    min: '1',
    max: '2',
  });
  expect((await readAll(file, { own: { table: 'PLAIN' } })).rows).toHaveLength(2);
  expect(await readAll(file, { own: { table: 'keyed' } })).toMatchObject({
    plan: { splits: { strategy: 'none', reason: 'no integer key to cut at' } },
    rows: [['k']],
  });
  expect(await readAll(file, { own: { table: 'v' } })).toMatchObject({
    plan: { splits: { strategy: 'none' } },
    rows: [['x'], ['y']],
  });
  expect(await readAll(file, { own: { table: 'empty' } })).toMatchObject({
    plan: { splits: { strategy: 'none' } },
    rows: [],
  });
  expect((await readAll(file, { own: { table: 'we "ird' } })).rows).toEqual([['r', '5']]);
});

test('what cannot be read is refused with its reason', async () => {
  const file = newFile();
  makeDatabase(file, 'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)');
  const refused = async (wish: Parameters<typeof readAll>[1], at = file): Promise<string> =>
    readAll(at, wish).then(
      () => 'no error',
      (error: { code: string; message: string; hint?: string }) =>
        `${error.code} ${error.message.replaceAll(folder, '…').replace(/\d+\.db/, 'N.db')} · ${error.hint ?? ''}`,
    );
  const rubbish = path.join(folder, 'rubbish.db');
  writeFileSync(rubbish, 'this is not a database, and it is long enough to be read as one'.repeat(20));
  expect([
    await refused({ own: { table: 'nope' } }),
    await refused({ own: {} }),
    await refused({ own: { table: 't', query: 'SELECT 1' } }),
    await refused({ own: { query: 'DELETE FROM t RETURNING id' } }),
    await refused({ own: { query: 'SELECT nope FROM t' } }),
    await refused({ own: { query: 'SELECT 1; DROP TABLE t' } }),
    await refused({ own: { query: 'SELECT :missing AS x' } }),
    await refused({ own: { query: ' ; ' } }),
    await refused({ own: { table: 't' }, split: { column: 'name' } }),
    await refused({ own: { table: 't' }, split: { column: 'nope' } }),
    await refused({ own: { table: 't' }, split: { strategy: 'ctid' } }),
    await refused({ own: { table: 't' }, consistency: 'snapshot' }),
    await refused({ own: { table: 't' } }, path.join(folder, 'missing.db')),
    await refused({ own: { table: 't' } }, path.join(folder, 'no', 'folder.db')),
    await refused({ own: { table: 't' } }, rubbish),
  ]).toMatchInlineSnapshot(`
    [
      "ETL-4107 source "s": …/N.db has no table "nope" · it has t",
      "ETL-4111 source "s" needs either table or query · ",
      "ETL-4111 source "s" needs either table or query · ",
      "ETL-4107 SQLite …/N.db: near "DELETE": syntax error · ",
      "ETL-4107 SQLite …/N.db: no such column: nope · ",
      "ETL-4107 SQLite …/N.db: near ";": syntax error · ",
      "ETL-4107 SQLite …/N.db: Missing named parameter "missing" · ",
      "ETL-4111 the query is empty · ",
      "ETL-4111 source "s" is split by "name", which is no integer · ",
      "ETL-4111 source "s" has no column "nope" to be split by · ",
      "ETL-4111 source "s" cannot be split by ctid: SQLite tables are cut by ranges of an integer · ",
      "ETL-4111 source "s" cannot share one snapshot between its splits: SQLite has none to share · ",
      "ETL-4101 SQLite …/missing.db: unable to open database file · ",
      "ETL-4101 SQLite …/no/folder.db: Cannot open database because the directory does not exist · ",
      "ETL-4112 SQLite …/rubbish.db: file is not a database · ",
    ]
  `);
});

test('a file that is being written is waited for', async () => {
  const file = newFile();
  const database = makeDatabase(file, `CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)`);
  database.exec('BEGIN EXCLUSIVE');
  await expect(readAll(file, { own: { table: 't' } }, { 'source.idle.timeout': 1 })).rejects.toMatchObject({
    code: 'ETL-4110',
  });
  setImmediate(() => database.exec('COMMIT'));
  expect((await readAll(file, { own: { table: 't' } })).rows).toEqual([['1']]);
});

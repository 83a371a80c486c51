import { expect, test } from 'vitest';
import type { SplitWish } from '../../../src/connectors/connector.js';
import { checkExpression } from '../../../src/expr/check-expression.js';
import { connectionOptions } from '../../../src/connectors/postgres/connection-options.js';
import { describeSource, type Findings } from '../../../src/connectors/postgres/describe-source.js';
import { planSplits } from '../../../src/connectors/postgres/plan-splits.js';
import { Session } from '../../../src/connectors/postgres/session.js';
import type { SplitPlan } from '../../../src/split/split.js';
import { testDatabase } from '../../support/test-database.js';
import { block, everything, openCatalog, planOf, planOnce, readBatches, readRows, settingsWith } from './read-all.js';

const database = await testDatabase();
await database.query(`
  CREATE TABLE even (id bigint PRIMARY KEY, v text);
  INSERT INTO even SELECT i, 'v' || i FROM generate_series(1, 50000) i;
  CREATE TABLE skewed (id int PRIMARY KEY);
  INSERT INTO skewed SELECT i FROM generate_series(1, 40000) i UNION ALL SELECT 1000000000 + i * 1000 FROM generate_series(1, 10000) i;
  CREATE TABLE keyless (v text, at timestamptz, d date, n int);
  INSERT INTO keyless SELECT 'v' || i, timestamptz '2026-01-01 00:00+00' + i * interval '1 minute', date '2026-01-01' + i / 1000, nullif(i % 100, 7) FROM generate_series(1, 50000) i;
  CREATE TABLE uuids (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), v int);
  INSERT INTO uuids (v) SELECT i FROM generate_series(1, 50000) i;
  CREATE TABLE texts (id text PRIMARY KEY);
  CREATE TABLE empty_table (id int PRIMARY KEY);
  CREATE TABLE parts (k text, v int) PARTITION BY LIST (k);
  CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
  INSERT INTO parts SELECT 'a', i FROM generate_series(1, 30000) i;
  CREATE VIEW seen AS SELECT * FROM even;
  CREATE TABLE "Odd ""Name" ("a column" int PRIMARY KEY, "sel""ect" text);
  CREATE TABLE unanalyzed (k int NOT NULL);
  ALTER TABLE unanalyzed SET (autovacuum_enabled = off);
  INSERT INTO unanalyzed SELECT (random() ^ 8 * 1000000)::int FROM generate_series(1, 50000);
  ANALYZE even, skewed, keyless, uuids, texts, empty_table, parts`);

async function splitsOf(table: string, wish: SplitWish | null = null): Promise<string> {
  const plan = await planOnce(database.url, block({ table }, { split: wish }), { parallelism: 1 });
  const { splits } = plan;
  if (splits.strategy === 'percentile')
    return `percentile ${splits.column} ${splits.min}..${splits.max} at ${splits.cuts.length} cuts${splits.nulls ? ' + nulls' : ''}`;
  if (splits.strategy === 'range')
    return `range ${splits.column} ${splits.valueKind} ${splits.min}..${splits.max} ${splits.size === undefined ? `count ${splits.count}` : `size ${splits.size}`}${splits.nulls ? ' + nulls' : ''}`;
  if (splits.strategy === 'none') return `none: ${splits.reason}`;
  return splits.strategy === 'ctid'
    ? `ctid ${splits.blocks > 0} ${Math.ceil(splits.blocks / splits.blocksPerSplit)}`
    : splits.strategy;
}

test('without a wish the key, the statistics and the kind of table decide', async () => {
  expect(await splitsOf('even')).toBe('range id int64 1..50000 count 4');
  expect(await splitsOf('skewed')).toMatch(/^percentile id 1..1010000000 at 3 cuts$/);
  expect(await splitsOf('keyless')).toBe('ctid true 4');
  expect(await splitsOf('uuids')).toMatch(/^range id uuid \d+\.\.\d+ count 4$/);
  expect(await splitsOf('seen')).toBe('none: a view has no blocks and no key; split: {column: …} would cut it');
  expect(await splitsOf('parts')).toMatch(/^none: a partitioned table/);
  expect(await splitsOf('texts')).toMatch(/^none: about \d+ rows, not worth more than one split$/);
  expect(await splitsOf('empty_table', { column: 'id' })).toBe('none: no value of "id" to cut at');
});

test('a wish wins', async () => {
  expect(await splitsOf('even', { size: '1000' })).toBe('range id int64 1..50000 size 1000');
  expect(await splitsOf('skewed', { count: '7', strategy: 'range' })).toBe('range id int64 1..1010000000 count 7');
  expect(await splitsOf('keyless', { column: 'd', count: '3' })).toMatch(
    /^range d date 20454..20504 count 3 \+ nulls$/,
  );
  expect(await splitsOf('keyless', { column: 'at', lower: '2026-01-02', upper: '2026-01-03 00:00+00' })).toBe(
    'range at timestamptz 1767312000000000..1767398400000000 count 4 + nulls',
  );
  expect(await splitsOf('seen', { column: 'id', count: '5' })).toBe('range id int64 1..50000 count 5 + nulls');
  expect(await splitsOf('even', { strategy: 'ctid', count: '3' })).toBe('ctid true 3');
  expect(await splitsOf('even', { strategy: 'none' })).toBe('none: the job file asks for one split');
  expect(await splitsOf('even', { lower: '-9223372036854775808', upper: '9223372036854775807', size: '1' })).toBe(
    'range id int64 -9223372036854775808..9223372036854775807 size 1',
  );
  expect(await splitsOf('unanalyzed', { column: 'k', strategy: 'percentile', count: '4' })).toMatch(
    /^percentile k \d+..\d+ at 3 cuts$/,
  );
});

test.each([
  [{ column: 'v' }, 'even', /"v" is of type text and cannot be split by/],
  [{ column: 'nope' }, 'even', /there is no column "nope"/],
  [{ strategy: 'percentile' as const, count: '5000' }, 'even', /5000 ranges at percentiles; 4096 are the most/],
  [{ strategy: 'hash' as const }, 'keyless', /no column to split by/],
  [{ strategy: 'hash' as const, count: '2000' }, 'even', /would read the table 2000 times/],
  [{ strategy: 'values' as const, column: 'v' }, 'even', /no values to split by/],
  [{ strategy: 'values' as const, column: 'id', values: ['1', '01'] }, 'even', /"1" and "01" of "id" are the same/],
  [
    { strategy: 'values' as const, column: 'id', values: ['1', 'x'] },
    'even',
    /invalid input syntax for type bigint: "x"/,
  ],
  [{ column: 'd', lower: 'yesterday-ish' }, 'keyless', /invalid input syntax for type date: "yesterday-ish"/],
  [{ strategy: 'ctid' as const }, 'seen', /cannot be split by ctid: a view/],
  [{ strategy: 'range' as const }, 'keyless', /no column to split by/],
  [{ column: 'id', lower: 'x' }, 'even', /"x" is no bound/],
])('a wish that cannot be is refused: %j', async (wish, table, message) => {
  await expect(splitsOf(table, wish)).rejects.toMatchObject({
    code: 'ETL-3020',
    message: expect.stringMatching(message) as unknown,
  });
});

test('before PostgreSQL 14, which reads ranges of ctid, a table without a key is one split', async () => {
  const options = connectionOptions({ url: database.url }, '/');
  const session = await Session.open({ options, idleMs: 60_000, applicationName: 'etl/test', searchPath: 'role' });
  const splits = async (serverVersion: number, wish: SplitWish | null): Promise<SplitPlan> => {
    const source = block({ table: 'keyless' }, { split: wish });
    const { schema, own } = await describeSource(session, source);
    const findings = own as unknown as Findings;
    const rows = { rowEstimate: 50_000, bytesEstimate: 1_000_000 };
    return planSplits({ session, serverVersion, source, schema, findings, ...rows, parallelism: 1, perSlot: 4 });
  };
  expect(await splits(140000, null)).toMatchObject({ strategy: 'ctid' });
  expect(await splits(139999, null)).toEqual({
    strategy: 'none',
    reason:
      'the table has no key to cut, and PostgreSQL before 14 cannot read it by blocks; split: {column: …} would cut it',
  });
  await expect(splits(139999, { strategy: 'ctid' })).rejects.toMatchObject({ code: 'ETL-3020' });
  expect(await splits(139999, { column: 'n', count: '2' })).toMatchObject({ strategy: 'range', column: 'n' });
  await session.close();
});

test('the statement that explain shows', async () => {
  const params = { since: { kind: 'literal' as const, text: '2026-01-05', type: { kind: 'date' as const } } };
  const catalog = await openCatalog(database.url);
  const sql = async (own: Record<string, string>, changes: object, read = {}): Promise<string | null> =>
    (await planOf(catalog, block(own, { params, ...changes }), { parallelism: 1, ...read })).sql;
  expect(await sql({ table: 'even' }, {}, { columns: ['v'] })).toBe(
    'SELECT "v" FROM "public"."even" WHERE "id" BETWEEN $1 AND $2',
  );
  expect(await sql({ table: 'keyless' }, { where: 'd >= :since OR v = $$:since$$' }, { columns: ['n'] })).toBe(
    'SELECT "n" FROM "public"."keyless" WHERE (d >= :since OR v = $$:since$$) AND ctid >= $1 AND ctid < $2',
  );
  const filter = checkExpression('n > 5 AND v IS NOT NULL', {
    columns: [
      { name: 'n', type: { kind: 'int32' }, nullable: true },
      { name: 'v', type: { kind: 'text' }, nullable: true },
    ],
    params: {},
  });
  expect(await sql({ query: 'SELECT n, v FROM keyless -- mine' }, {}, { filters: [filter], limit: 10 })).toMatch(
    /^SELECT "n", "v" FROM \(SELECT n, v FROM keyless -- mine\n\) AS "query" WHERE \(.*"n".*\) LIMIT 10$/,
  );
  expect(await sql({ table: 'even' }, { split: { strategy: 'hash', column: 'v', count: '5' } })).toMatch(
    /WHERE \(coalesce\(pg_catalog\.hashtext\("v"::.*COLLATE "C"\), 0\) & 2147483647\) % 5 = \$1$/,
  );
  expect(await sql({ table: 'even' }, { split: { strategy: 'values', column: 'v', values: ['a', 'b'] } })).toMatch(
    /WHERE "v" = \$1$/,
  );
  expect(await sql({ table: '"Odd ""Name"' }, {})).toBe('SELECT "a column", "sel""ect" FROM "public"."Odd ""Name"');
  await catalog.close();
});

test.each(['copy', 'cursor'])('read: %s takes parameters as values, whatever they look like', async (read) => {
  const texts = ["'; DROP TABLE even; --", 'a\\', "''", ':since', '$1', '$$', 'ünï', ''];
  for (const text of texts) {
    const params = {
      it: { kind: 'literal' as const, text, type: { kind: 'text' as const } },
      n: { kind: 'literal' as const, text: '3', type: { kind: 'int32' as const } },
    };
    const own = { query: 'SELECT :it AS it, :n + :n AS six, (ARRAY[1,2,3])[1:2]::text AS slice', read };
    expect(await readRows(await planOnce(database.url, block(own, { params })))).toEqual([[text, '6', '{1,2}']]);
  }
  const nul = { it: { kind: 'literal' as const, text: 'a\0b', type: { kind: 'text' as const } } };
  await expect(planOnce(database.url, block({ query: 'SELECT :it', read }, { params: nul }))).rejects.toThrow(
    'NUL character',
  );
});

test('a parameter that the job does not have is refused', async () => {
  await expect(
    planOnce(
      database.url,
      block(
        { table: 'even' },
        { where: 'id > :sinse', params: { since: { kind: 'literal', text: '1', type: { kind: 'int32' } } } },
      ),
    ),
  ).rejects.toMatchObject({
    code: 'ETL-4111',
    hint: 'did you mean "since"?',
  });
});

test('what cannot be read is said while the job is planned', async () => {
  const problem = (own: Record<string, string>, changes = {}): Promise<unknown> =>
    planOnce(database.url, block(own, changes)).catch((error: unknown) => error);
  expect(await problem({ table: 'evan' })).toMatchObject({ code: 'ETL-4105', hint: 'did you mean "even"?' });
  expect(await problem({ query: 'SELECT nope FROM even' })).toMatchObject({ code: 'ETL-4105', sqlState: '42703' });
  expect(await problem({ table: 'even' }, { where: 'id >' })).toMatchObject({ code: 'ETL-4107', sqlState: '42601' });
  expect(await problem({ query: 'DELETE FROM even' })).toMatchObject({ code: 'ETL-4107' });
  expect(await problem({ query: 'SELECT 1 AS a, 2 AS a' })).toMatchObject({ code: 'ETL-4111' });
  expect(await problem({})).toMatchObject({ code: 'ETL-4111' });
  expect(await problem({ table: 'even', query: 'SELECT 1' })).toMatchObject({ code: 'ETL-4111' });
});

test('sessions only read, whatever the SQL calls', async () => {
  await database.query(
    "CREATE FUNCTION sneaky() RETURNS int LANGUAGE sql AS $$ INSERT INTO texts VALUES ('x'); SELECT 1 $$",
  );
  const plan = await planOnce(database.url, block({ query: 'SELECT sneaky() AS s' }));
  await expect(readRows(plan)).rejects.toMatchObject({ code: 'ETL-4107', sqlState: '25006' });
  expect(await database.query('SELECT count(*) FROM texts')).toEqual([['0']]);
});

test('a schema that changed since the plan is drift, named by its columns', async () => {
  await database.query(
    'CREATE TABLE drifting (id int PRIMARY KEY, a int, b text); INSERT INTO drifting VALUES (1, 2, $$x$$)',
  );
  const plan = await planOnce(database.url, block({ table: 'drifting' }));
  await database.query('ALTER TABLE drifting ALTER a TYPE bigint');
  await expect(readRows(plan)).rejects.toMatchObject({
    code: 'ETL-4105',
    message: expect.stringContaining('a was integer, is now bigint') as unknown,
  });
  await database.query('ALTER TABLE drifting DROP COLUMN b');
  await expect(readRows(plan)).rejects.toMatchObject({ code: 'ETL-4105', sqlState: '42703' });
});

test('all splits of a run read as of one moment', async () => {
  await database.query('CREATE TABLE moving (id int PRIMARY KEY); INSERT INTO moving SELECT generate_series(1, 1000)');
  const catalog = await openCatalog(database.url);
  const plan = await planOf(catalog, block({ table: 'moving' }, { split: { count: '4' } }));
  const snapshot = await catalog.holdSnapshot!(null);
  expect(plan.consistency).toBe('run-snapshot');
  expect(await catalog.holdSnapshot!(null)).toEqual(snapshot);
  await database.query('DELETE FROM moving WHERE id % 2 = 0; INSERT INTO moving SELECT generate_series(2000, 3000)');
  expect((await readRows(plan, { snapshot })).map(([id]) => Number(id)).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 1000 }, (_, i) => i + 1),
  );
  expect(await readRows(plan)).toHaveLength(1501);
  await expect(database.query('SET lock_timeout = 50; TRUNCATE moving')).rejects.toThrow('lock timeout');
  await catalog.close();
  await expect(readRows(plan, { snapshot })).rejects.toMatchObject({ code: 'ETL-4106' });
});

test('a limit is the server’s to keep', async () => {
  const plan = await planOnce(database.url, block({ table: 'even' }), { limit: 30 });
  const batches = await readBatches(plan, { limit: 20 }, settingsWith(), [everything]);
  expect(batches.map((batch) => batch.length)).toEqual([20]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReadPlan, SplitWish } from '../../../src/connectors/connector.js';
import { testDatabase } from '../../support/test-database.js';
import { block, openCatalog, planOf, readRows } from './read-all.js';

const database = await testDatabase();
await database.query(
  'CREATE TABLE keyed (n serial, i bigint, s smallint, d date, t timestamp, z timestamptz, u uuid, w text)',
);
const catalog = await openCatalog(database.url);

const extreme = {
  i: ["'-9223372036854775808'", '9223372036854775807', '0'],
  s: ['-32768', '32767'],
  d: ["'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'"],
  t: ["'infinity'", "'-infinity'", "'294246-12-31 23:59:59.999999'", "'0001-01-01'"],
  u: ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
  w: ["''", "'é'", "'a'", "' a'"],
  z: ["'infinity'", "'-infinity'", "'4713-01-01 00:00+00 BC'", "'1969-12-31 23:59:59.999999+00'"],
};

/** One row's key of each kind: mostly near zero, so that there are duplicates and gaps. */
const near = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -40, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: -32768, max: 32767 }) },
);
const row = fc.record({
  i: fc.oneof({ weight: 6, arbitrary: near.map(String) }, fc.constantFrom('NULL', ...extreme.i)),
  s: fc.oneof({ weight: 6, arbitrary: near.map(String) }, fc.constantFrom('NULL', ...extreme.s)),
  d: fc.oneof(
    { weight: 6, arbitrary: near.map((n) => `date '1970-01-01' + (${n})`) },
    fc.constantFrom('NULL', ...extreme.d),
  ),
  t: fc.oneof(
    { weight: 6, arbitrary: near.map((n) => `timestamp '1970-01-01' + ${n} * interval '1 microsecond'`) },
    fc.constantFrom('NULL', ...extreme.t),
  ),
  z: fc.oneof(
    { weight: 6, arbitrary: near.map((n) => `timestamptz '2000-01-01 00:00+00' + ${n} * interval '1 hour'`) },
    fc.constantFrom('NULL', ...extreme.z),
  ),
  u: fc.oneof(
    { weight: 6, arbitrary: fc.uuid().map((text) => `'${text}'`) },
    fc.constantFrom('NULL', ...extreme.u, "'00000000-0000-0000-0000-000000000001'"),
  ),
  w: fc.constantFrom('NULL', "'A'", "'z'", "'10'", "'9'", ...extreme.w),
});

const wish: fc.Arbitrary<SplitWish> = fc.oneof(
  fc.record({ strategy: fc.constantFrom('ctid', 'none') }, { requiredKeys: ['strategy'] }) as fc.Arbitrary<SplitWish>,
  fc.record(
    {
      column: fc.constantFrom('i', 's', 'd', 't', 'z', 'u'),
      strategy: fc.constantFrom('range', 'percentile'),
      count: fc.integer({ min: 1, max: 9 }).map(String),
    },
    { requiredKeys: ['column', 'count'] },
  ) as fc.Arbitrary<SplitWish>,
  fc.record(
    {
      column: fc.constantFrom('i', 'd', 'u', 'w'),
      strategy: fc.constant('hash'),
      count: fc.integer({ min: 1, max: 9 }).map(String),
    },
    { requiredKeys: ['column', 'strategy'] },
  ) as fc.Arbitrary<SplitWish>,
  fc.record({
    column: fc.constant('w'),
    strategy: fc.constant('values'),
    values: fc.uniqueArray(fc.constantFrom('a', 'A', '', ' a', '9', "it's"), { minLength: 1 }),
  }) as fc.Arbitrary<SplitWish>,
  fc.record({
    column: fc.constant('i'),
    strategy: fc.constant('values'),
    values: fc.uniqueArray(fc.integer({ min: -3, max: 3 }).map(String), { minLength: 1 }),
  }) as fc.Arbitrary<SplitWish>,
  fc.record(
    {
      column: fc.constantFrom('i', 's'),
      count: fc.integer({ min: 1, max: 9 }).map(String),
      lower: fc.integer({ min: -50, max: 0 }).map(String),
      upper: fc.integer({ min: 1, max: 50 }).map(String),
    },
    { requiredKeys: ['column', 'count'] },
  ),
);

function insert(rows: readonly Record<string, string>[]): string {
  return rows
    .map(
      ({ i, s, d, t, z, u, w }) =>
        `INSERT INTO keyed (i, s, d, t, z, u, w) VALUES (${i}, ${s}, ${d}, ${t}, ${z}, ${u}, ${w});`,
    )
    .join('\n');
}

async function numbersRead(plan: ReadPlan): Promise<number[]> {
  return (await readRows(plan)).map(([n]) => Number(n)).sort((a, b) => a - b);
}

async function numbersThere(): Promise<number[]> {
  return (await database.query('SELECT n FROM keyed ORDER BY n')).map(([n]) => Number(n));
}

test.each(['copy', 'cursor'])(
  'read: %s: every row is read exactly once, whatever the keys, the wish, and what came after the plan',
  async (read) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 40 }),
        fc.array(row, { maxLength: 10 }),
        wish,
        fc.boolean(),
        async (before, after, split, analyze) => {
          await database.query(
            `TRUNCATE keyed; DELETE FROM pg_statistic WHERE starelid = 'keyed'::regclass; ${insert(before)} ${analyze ? 'ANALYZE keyed' : ''}`,
          );
          const plan = await planOf(catalog, block({ table: 'keyed', read }, { split }), { columns: ['n'] });
          await database.query(insert(after));
          expect(await numbersRead(plan)).toEqual(await numbersThere());
        },
      ),
      { numRuns: 60 },
    );
  },
);

test('a table that grows by blocks is still read to its end by ctid', async () => {
  await database.query('TRUNCATE keyed; INSERT INTO keyed (i) SELECT generate_series(1, 20000)');
  const plan = await planOf(catalog, block({ table: 'keyed' }, { split: { strategy: 'ctid', count: '5' } }), {
    columns: ['n'],
  });
  await database.query('INSERT INTO keyed (i) SELECT generate_series(1, 20000); DELETE FROM keyed WHERE i % 3 = 0');
  expect(await numbersRead(plan)).toEqual(await numbersThere());
  await catalog.close();
});

test.each<[string, SplitWish | null]>([
  ['an enum by values', { strategy: 'values', column: 'mood', values: ['sad', "it's"] }],
  ['an enum by hash', { strategy: 'hash', column: 'mood', count: '3' }],
  ['char(4) by values', { strategy: 'values', column: 'code', values: ['ab', 'cd'] }],
  ['numeric by values', { strategy: 'values', column: 'price', values: ['1.50', '2'] }],
  ['a composite primary key by its first column', { strategy: 'hash', count: '4' }],
  ['a composite primary key left alone', null],
])('%s: every row once', async (name, split) => {
  const table = `kinds_${name.replaceAll(/\W/g, '_')}`;
  await database.query(
    `DROP TYPE IF EXISTS mood CASCADE; CREATE TYPE mood AS ENUM ('sad', 'it''s', 'ok');
     CREATE TABLE ${table} (n serial, mood mood, code char(4), price numeric, PRIMARY KEY (n, price));
     INSERT INTO ${table} (mood, code, price)
       SELECT (ARRAY['sad', 'it''s', 'ok', NULL]::mood[])[1 + i % 4], (ARRAY['ab', 'cd', 'e', NULL])[1 + i % 4], 1.5 * (i % 3)
       FROM generate_series(1, 30000) i; ANALYZE ${table}`,
  );
  const fresh = await openCatalog(database.url);
  const plan = await planOf(fresh, block({ table }, { split }), { columns: ['n'] });
  await fresh.close();
  expect(await numbersRead(plan)).toEqual(Array.from({ length: 30000 }, (_, i) => i + 1));
});

test('partitioned tables, views, materialized views and foreign tables: every row once', async () => {
  const here = new URL(database.url);
  await database.query(
    `CREATE TABLE parent (n int NOT NULL, k date) PARTITION BY RANGE (k);
     CREATE TABLE parent_old PARTITION OF parent FOR VALUES FROM ('2020-01-01') TO ('2026-01-01') PARTITION BY LIST (k);
     CREATE TABLE parent_old_rest PARTITION OF parent_old DEFAULT;
     CREATE TABLE parent_rest PARTITION OF parent DEFAULT;
     INSERT INTO parent SELECT i, CASE WHEN i % 10 = 0 THEN NULL ELSE date '2020-01-01' + i % 4000 END FROM generate_series(1, 30000) i;
     CREATE VIEW looked_at AS SELECT * FROM parent;
     CREATE MATERIALIZED VIEW kept AS SELECT * FROM parent;
     CREATE EXTENSION postgres_fdw;
     CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${here.hostname}', port '${here.port}', dbname '${database.name}');
     CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user '${here.username}', password '${decodeURIComponent(here.password)}', password_required 'false');
     CREATE FOREIGN TABLE foreign_rows (n int, k date) SERVER far OPTIONS (table_name 'parent');
     ANALYZE parent, kept`,
  );
  const fresh = await openCatalog(database.url);
  for (const table of ['parent', 'looked_at', 'kept', 'foreign_rows']) {
    const wishes: (SplitWish | null)[] = [
      null,
      { column: 'k', count: '7' },
      { column: 'k', count: '5', strategy: 'percentile' },
      { column: 'n', count: '3', strategy: 'hash' },
    ];
    for (const split of wishes) {
      const plan = await planOf(fresh, block({ table }, { split }), { columns: ['n'] });
      expect(await numbersRead(plan)).toEqual(Array.from({ length: 30000 }, (_, i) => i + 1));
    }
  }
  await fresh.close();
});

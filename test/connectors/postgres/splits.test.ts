import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReadPlan, SplitWish } from '../../../src/connectors/connector.js';
import { testDatabase } from '../../support/test-database.js';
import { block, openCatalog, planOf, readRows } from './read-all.js';

const database = await testDatabase();
await database.query('CREATE TABLE keyed (n serial, i bigint, s smallint, d date, t timestamp, z timestamptz)');
const catalog = await openCatalog(database.url);

const extreme = {
  i: ["'-9223372036854775808'", '9223372036854775807', '0'],
  s: ['-32768', '32767'],
  d: ["'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'"],
  t: ["'infinity'", "'-infinity'", "'294246-12-31 23:59:59.999999'", "'0001-01-01'"],
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
});

const wish: fc.Arbitrary<SplitWish> = fc.oneof(
  fc.record({ strategy: fc.constantFrom('ctid', 'none') }, { requiredKeys: ['strategy'] }) as fc.Arbitrary<SplitWish>,
  fc.record(
    {
      column: fc.constantFrom('i', 's', 'd', 't', 'z'),
      strategy: fc.constantFrom('range', 'percentile'),
      count: fc.integer({ min: 1, max: 9 }).map(String),
    },
    { requiredKeys: ['column', 'count'] },
  ) as fc.Arbitrary<SplitWish>,
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
    .map(({ i, s, d, t, z }) => `INSERT INTO keyed (i, s, d, t, z) VALUES (${i}, ${s}, ${d}, ${t}, ${z});`)
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
      { numRuns: 40 },
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

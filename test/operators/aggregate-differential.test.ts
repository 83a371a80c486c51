/**
 * Aggregates of random rows against PostgreSQL's own, in modes and budgets chosen at random: few groups and many, NULLs,
 * extremes of int64, NaN, text beyond ASCII, one key with most of the rows. A failure prints its seed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { typeFromName } from '../../src/expr/type-from-name.js';
import { modes, runRows, type EngineMode } from '../support/engine/run-plan.js';
import type { TestTable, TextRow } from '../support/engine/rows-connector.js';
import { runParameters, testLimit } from '../support/random-cases.js';
import { testDatabase } from '../support/test-database.js';

const database = await testDatabase();

const CASES = Number(process.env.ETL_OPERATOR_CASES ?? 450);
const columns = {
  g: 'text',
  h: 'integer',
  i: 'integer',
  b: 'bigint',
  d: 'numeric(12,2)',
  n: 'numeric',
  f: 'double precision',
  t: 'text',
  o: 'boolean',
  s: 'timestamp',
  v: 'interval',
} as const;

const cell = (value: fc.Arbitrary<string>): fc.Arbitrary<string | null> => fc.option(value, { freq: 5 });
const cells: Readonly<Record<keyof typeof columns, fc.Arbitrary<string | null>>> = {
  g: cell(fc.oneof({ weight: 3, arbitrary: fc.constant('most') }, fc.constantFrom('', 'Zoë', '💶', 'a', 'A'))),
  h: cell(fc.integer({ min: -3, max: 40 }).map(String)),
  i: cell(fc.oneof(fc.integer().map(String), fc.constantFrom('2147483647', '-2147483648', '0'))),
  b: cell(fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String), fc.constantFrom('9223372036854775807', '-1'))),
  d: cell(fc.integer({ min: -999_999, max: 999_999 }).map((cents) => (cents / 100).toFixed(2))),
  n: cell(fc.oneof(fc.constantFrom('NaN', '0', '1.50', '1e30', '-0.000000000001'), fc.integer().map(String))),
  // Whole numbers: their sums are exact, so that PostgreSQL's do not depend on the order of the rows either.
  f: cell(fc.oneof(fc.integer({ min: -1000, max: 1000 }).map(String), fc.constantFrom('NaN', 'Infinity', '-0'))),
  t: cell(fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll(/[\0\ud800-\udfff]/gu, 'x'))),
  o: cell(fc.constantFrom('t', 'f')),
  s: cell(fc.constantFrom('2024-01-01 00:00:00', '1999-12-31 23:59:59.999999', 'infinity', '-infinity')),
  v: cell(fc.constantFrom('1 mon', '-1 year 2 mons', '3 days 04:05:06.789', '00:00:00.000001', '29 days', '700:00:00')),
};

const aggregates = [
  'count(*)',
  'count(t)',
  'count(*) FILTER (WHERE o)',
  'sum(i)',
  'sum(i) FILTER (WHERE h > 3)',
  'sum(b)',
  'sum(d)',
  'sum(n)',
  'sum(f)',
  'avg(i)',
  'avg(b)',
  'avg(d)',
  'avg(n)',
  'min(i)',
  'max(b)',
  'min(d)',
  'max(n)',
  'min(f)',
  'max(f)',
  'min(t)',
  'max(t)',
  'min(s)',
  'max(s)',
  'bool_and(o)',
  'bool_or(o)',
  'stddev(i)',
  'var_pop(b)',
  'variance(d)',
  'stddev_pop(n)',
  'stddev_samp(d)',
  'sum(v)',
  'avg(v)',
  'count(DISTINCT i)',
  'count(DISTINCT h)',
  'count(DISTINCT n) FILTER (WHERE o)',
  'count(DISTINCT f)',
  'count(DISTINCT t)',
  'count(DISTINCT v)',
  'sum(DISTINCT h)',
  'avg(DISTINCT d) FILTER (WHERE h > 3)',
  "string_agg(t, ', ' ORDER BY t)",
  "string_agg(DISTINCT t, '' ORDER BY t DESC)",
  "string_agg(g, '|' ORDER BY b DESC, g) FILTER (WHERE o)",
  'array_agg(h ORDER BY h DESC)',
  'array_agg(DISTINCT h ORDER BY h NULLS FIRST)',
  'array_agg(o ORDER BY s DESC NULLS LAST, o)',
  'percentile_cont(0.5) WITHIN GROUP (ORDER BY i)',
  'percentile_cont(0.3) WITHIN GROUP (ORDER BY f DESC)',
  'percentile_cont(0.9) WITHIN GROUP (ORDER BY v)',
  'percentile_disc(0) WITHIN GROUP (ORDER BY t)',
  'percentile_disc(0.75) WITHIN GROUP (ORDER BY b) FILTER (WHERE h > 3)',
  'percentile_disc(1) WITHIN GROUP (ORDER BY s)',
];

const cases = fc.record({
  rows: fc.array(fc.record(cells), { maxLength: 120 }),
  by: fc.subarray(['g', 'h', 'o', 'd', 'n', 'f', 't', 's', 'h % 4'], { minLength: 0, maxLength: 3 }),
  values: fc.subarray(aggregates, { minLength: 1, maxLength: 8 }),
  mode: fc.constantFrom(...Object.values(modes)),
  splits: fc.integer({ min: 1, max: 4 }),
  managedBytes: fc.constantFrom(1 << 20, 2 << 20, 64 << 20),
});

test('groups have what PostgreSQL gives them', { timeout: testLimit(CASES) }, async () => {
  await database.query(`SET TIME ZONE 'UTC'`);
  await database.query(
    `CREATE TABLE t (${Object.entries(columns)
      .map((column) => column.join(' '))
      .join(', ')})`,
  );
  let cases_ = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, by, values, mode, splits, managedBytes }) => {
      cases_++;
      const table: TestTable = {
        schema: {
          fields: Object.entries(columns).map(([name, type]) => ({ name, type: typeFromName(type)!, nullable: true })),
        },
        rows: rows.map((row) => Object.keys(columns).map((name) => row[name as keyof typeof columns])),
      };
      const ours = await aggregated(table, { by, values, splits }, { ...mode, managedBytes });
      expect(ours).toEqual(await oracle(table.rows, by, values));
    }),
    runParameters(CASES),
  );
  expect(cases_).toBeGreaterThanOrEqual(CASES);
});

async function aggregated(
  table: TestTable,
  { by, values, splits }: { by: readonly string[]; values: readonly string[]; splits: number },
  mode: EngineMode,
): Promise<string[]> {
  const named = (list: readonly string[], letter: string): string[] =>
    list.map((text, i) => `${text} AS ${letter}${i}`);
  const step = { aggregate: { ...(by.length > 0 && { by: named(by, 'k') }), values: named(values, 'v') } };
  const job = `sources: {t: {type: rows, table: t, splits: ${splits}}}\nsteps: [${JSON.stringify(step)}]\nsinks: {out: {type: rows}}`;
  const { sinks } = await runRows(job, { t: table }, mode);
  return normalized(sinks['out'] ?? [], by);
}

async function oracle(rows: readonly TextRow[], by: readonly string[], values: readonly string[]): Promise<string[]> {
  await database.query('TRUNCATE t');
  const names = Object.keys(columns);
  for (const row of rows)
    await database.query(`INSERT INTO t VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`, [...row]);
  // Text is compared as bytes.
  const calls = values.map((value) => value.replace(/\b([tg])\b(?=[),]| DESC)/g, '($1 COLLATE "C")'));
  const groups = by.length === 0 ? '' : ` GROUP BY ${by.map((_, i) => i + 1).join(', ')}`;
  const found = await database.query(`SELECT ${[...by, ...calls].join(', ')} FROM t${groups}`);
  return normalized(found, by);
}

/** Of equal values that are written differently (1.5 and 1.50, 0 and -0) either may stand for the group. */
function normalized(rows: readonly TextRow[], by: readonly string[]): string[] {
  return rows
    .map((row) =>
      row.map((value, i) => (value !== null && (by[i] === 'n' || by[i] === 'f') ? String(Number(value) + 0) : value)),
    )
    .map((row) => row.map((value) => (value === '-0' ? '0' : (value ?? '∅'))).join(' | '))
    .sort();
}

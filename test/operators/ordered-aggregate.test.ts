/** Aggregates over rows in an order: groups larger than the memory, many groups, and how far off an estimate is. */
import { expect, test } from 'vitest';
import { modes, runRows } from '../support/engine/run-plan.js';

const fields = [
  { name: 'k', type: { kind: 'int32' as const }, nullable: true },
  { name: 'v', type: { kind: 'int64' as const }, nullable: true },
];

async function aggregate(values: readonly string[], rows: (string | null)[][], managedBytes: number, by = true) {
  const job = `\nsources: {t: {type: rows, table: t, splits: 3}}\nsteps: [{aggregate: {${by ? 'by: [k], ' : ''}values: ${JSON.stringify(values)}}}]\nsinks: {out: {type: rows}}`;
  return runRows(job, { t: { schema: { fields }, rows } }, { ...modes['normal']!, managedBytes, batchRows: 1000 });
}

test('a group of 300,000 rows in a memory of 6 MiB', { timeout: 60_000 }, async () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => ['1', String((i * 7919) % 100_003)]);
  const values = [
    'count(DISTINCT v) AS d',
    'percentile_disc(0.5) WITHIN GROUP (ORDER BY v) AS m',
    'sum(DISTINCT v) AS s',
  ];
  const { sinks, spilledBytes } = await aggregate(values, rows, 6 << 20);
  const seen = rows.map(([, v]) => Number(v)).sort((a, b) => a - b);
  const distinct = new Set(seen);
  const sum = [...distinct].reduce((total, v) => total + v, 0);
  expect(sinks['out']).toEqual([['1', String(distinct.size), String(seen[149_999]), String(sum)]]);
  expect(spilledBytes).toBeGreaterThan(0);
});

test('30,000 groups in a memory of 6 MiB', { timeout: 60_000 }, async () => {
  const rows = Array.from({ length: 90_000 }, (_, i) => [String((i * 7919) % 30_000), String(i % 2)]);
  const { sinks } = await aggregate(['count(DISTINCT v) AS d', 'array_agg(v) AS l', 'count(*) AS n'], rows, 6 << 20);
  expect(sinks['out']!.length).toBe(30_000);
  expect(new Set(sinks['out']!.map((row) => row.slice(1).join(' ')))).toEqual(
    new Set(['2 {0,0,1} 3', '2 {0,1,1} 3', '1 {0,0,0} 3', '1 {1,1,1} 3'].filter((text) => sinks['out']!.some((row) => row.slice(1).join(' ') === text))), // prettier-ignore
  );
});

test.each([10, 1000, 50_000])('approx_count_distinct of %i values is within 5 % of them', async (count) => {
  const rows = Array.from({ length: 60_000 }, (_, i) => ['1', i % 7 === 0 ? null : String(i % count)]);
  const { sinks } = await aggregate(['approx_count_distinct(v) AS about', 'count(DISTINCT v) AS exact'], rows, 8 << 20);
  const [, about, exact] = sinks['out']![0]!.map(Number);
  expect(Math.abs(about! - exact!) / exact!).toBeLessThan(count === 10 ? 1e-9 : 0.05);
});

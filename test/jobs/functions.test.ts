/** Functions over groups through real slots: their module is loaded there, sets reach them whole, killed slots change nothing. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';

const directory = testDirectory();
const file = path.join(directory, 'visits.yaml');

beforeAll(() => {
  const visits = Array.from({ length: 30_000 }, (_, i) => `${(i * 7919) % 500},${i % 40},${i}`);
  writeFileSync(path.join(directory, 'visits.csv'), ['visitor,page,at', ...visits].join('\n'));
  writeFileSync(path.join(directory, 'pages.csv'), ['page,weight', ...Array.from({ length: 40 }, (_, i) => `${i},${i * i}`)].join('\n')); // prettier-ignore
  writeFileSync(
    path.join(directory, 'visits.mjs'),
    `export async function weigh(rows, { broadcast }) {
  const weights = new Map(broadcast.pages.map(({ page, weight }) => [page, weight]));
  let [visitor, weight, last] = [null, 0n, -1n];
  for await (const row of rows) {
    if (row.at < last) throw new Error('not in order');
    [visitor, weight, last] = [row.visitor, weight + weights.get(row.page), row.at];
  }
  return [{ visitor, weight }];
}
`,
  );
  writeFileSync(
    file,
    `name: visits
sources:
  visits: {type: file, path: visits.csv, schema: {visitor: bigint, page: bigint, at: bigint}}
  pages: {type: file, path: pages.csv, schema: {page: bigint, weight: bigint}}
steps:
  - reduceGroup: {by: [visitor], orderBy: [at], module: ./visits.mjs, function: weigh, schema: {visitor: bigint, weight: bigint}, broadcast: {pages: pages}}
    from: visits
sinks: {out: {type: file, path: "out/{subtask}.csv", header: false}}
`,
  );
});

test('every group once, with its rows in order', async () => {
  const { code, end } = await runJobFile([file, '-p', '3']);
  expect([code, end.balance]).toEqual([0, true]);
  const lines = readdirSync(path.join(directory, 'out'))
    .filter((name) => name.endsWith('.csv'))
    .flatMap((name) => readFileSync(path.join(directory, 'out', name), 'utf8').split('\n'))
    .filter(Boolean);
  const expected = new Map<number, number>();
  for (let i = 0; i < 30_000; i++) {
    const visitor = (i * 7919) % 500;
    expected.set(visitor, (expected.get(visitor) ?? 0) + (i % 40) ** 2);
  }
  expect(new Map(lines.map((line) => line.split(',').map(Number) as [number, number]))).toEqual(expected);
  expect(lines.length).toBe(500);
});

test('explain says how', async () => {
  const { stdout } = await runEtl(['explain', file, '--stage', 'job', '-p', '3']);
  expect(stdout).toContain('sorted before the exchange, merged behind it');
  expect(stdout).toContain('BROADCAST');
});

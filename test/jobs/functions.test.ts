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
    `export async function weigh(rows, context) {
  const { broadcast } = context;
  context.counter('visitors').add();
  const weights = new Map(broadcast.pages.map(({ page, weight }) => [page, weight]));
  let [visitor, weight, last] = [null, 0n, -1n];
  for await (const row of rows) {
    if (row.at < last) throw new Error('not in order');
    [visitor, weight, last] = [row.visitor, weight + weights.get(row.page), row.at];
    context.counter('visits').add(1n);
    context.double('half').add(0.5);
    context.minimum('first').add(Number(row.at));
    context.maximum('last').add(Number(row.at));
    context.average('page').add(Number(row.page));
    context.histogram('pages').add(row.page);
    context.gauge('seen').set(7);
    if (row.at === 29_999n) context.list('ends').add(String(visitor));
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

test('what functions count up is merged over all tasks and reported', async () => {
  const { end } = await runJobFile([file, '-p', '3']);
  const { pages, page, ...others } = end.accumulators['step1']!;
  expect(others).toEqual({
    visitors: { kind: 'counter', value: '500' },
    visits: { kind: 'counter', value: '30000' },
    half: { kind: 'double', value: 15_000 },
    first: { kind: 'minimum', value: 0 },
    last: { kind: 'maximum', value: 29_999 },
    seen: { kind: 'gauge', value: 7 },
    ends: { kind: 'list', values: [String((29_999 * 7919) % 500)] },
  });
  expect(page).toEqual({ kind: 'average', sum: (30_000 / 40) * 780, count: 30_000 });
  expect(pages).toEqual({
    kind: 'histogram',
    counts: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [i, 750])),
  });
  const { stderr } = await runEtl(['run', file, '-p', '2']);
  expect(stderr.replace(/\s+/g, ' ')).toContain('step1 counted visitors 500 · visits 30000');
});

test('explain says how', async () => {
  const { stdout } = await runEtl(['explain', file, '--stage', 'job', '-p', '3']);
  expect(stdout).toContain('sorted before the exchange, merged behind it');
  expect(stdout).toContain('BROADCAST');
});

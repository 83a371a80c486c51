/** Rows that lie badly, through real slots: one key with half of them, sides and values far larger than the memory, nothing at all. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runJobFile, testDirectory } from '../support/run-etl.js';

const directory = testDirectory();

type Row = Readonly<Record<string, number | string | null>>;

async function run(
  name: string,
  sources: object,
  steps: readonly object[],
  ...flags: string[]
): Promise<{ rows: Row[]; spillBytes: number }> {
  const sinks = { out: { type: 'file', path: path.join(directory, `${name}-{subtask}.ndjson`) } };
  const job = { name, sources, steps, sinks };
  const { code, end } = await runJobFile(['-', ...flags], { input: JSON.stringify(job) });
  expect([code, end.balance, end.error]).toEqual([0, true, null]);
  const files = readdirSync(directory)
    .filter((file) => file.startsWith(`${name}-`))
    .sort();
  const lines = files.flatMap((file) => readFileSync(path.join(directory, file), 'utf8').split('\n').slice(0, -1));
  return { rows: lines.map((line) => JSON.parse(line) as Row), spillBytes: end.spillBytes };
}

const numbers = (rows: number): object => ({ type: 'datagen', rows, schema: { n: { sequence: {} } } });
const memory = (size: string): string[] => ['-D', `taskmanager.memory.managed.size=${size}`];
const half = 'CASE WHEN n % 2 = 0 THEN 0 ELSE n % 1000 END AS k';

test('one key with half of the rows: groups and a join', async () => {
  const { rows } = await run(
    'half',
    { a: numbers(300_000), b: numbers(1000) },
    [
      { id: 'skewed', from: 'a', select: [half, 'n'] },
      { id: 'small', from: 'b', select: ['n - 1 AS k', 'n AS m'] },
      { from: 'skewed', join: { with: 'small', on: 'skewed.k = small.k' } },
      { aggregate: { by: ['skewed.k AS k'], values: ['count(*) AS c', 'sum(n) AS s', 'count(DISTINCT m) AS d'] } },
    ],
    '-p',
    '3',
    ...memory('18m'), // prettier-ignore
  );
  expect(rows.length).toBe(501);
  expect(rows.find(({ k }) => k === 0)).toEqual({ k: 0, c: 150_000, s: 22_500_150_000, d: 1 });
  expect(rows.reduce((sum, { c }) => sum + Number(c), 0)).toBe(300_000);
});

test('a join whose side in memory is twenty times the budget', { timeout: 60_000 }, async () => {
  const { rows, spillBytes } = await run(
    'twenty',
    { a: numbers(1000), b: numbers(800_000) },
    [
      { id: 'wide', from: 'b', select: ['n', "lpad(n::text, 100, 'x') AS t"] },
      { from: 'a', join: { with: 'wide', on: 'a.n * 800 = wide.n', hint: 'REPARTITION_HASH_SECOND' } },
      { select: ['a.n AS n', 't'] },
    ],
    '-p',
    '2',
    ...memory('4m'), // prettier-ignore
  );
  expect(spillBytes).toBeGreaterThan(2 * 80e6);
  expect(rows.length).toBe(1000);
  expect(rows.every(({ n, t }) => t === String(Number(n) * 800).padStart(100, 'x'))).toBe(true);
});

test('a sort of 200 MB in values of 1 MB', { timeout: 60_000 }, async () => {
  const { rows } = await run(
    'wide',
    { a: numbers(200) },
    [
      { select: ['n', "lpad((n * 37 % 200)::text, 4, '0') || repeat('x', 1000000) AS t"] },
      { sort: ['t DESC'] },
      { select: ['n', 'left(t, 4) AS head', 'length(t) AS size'] },
    ],
    '-p',
    '1',
    ...memory('24m'), // prettier-ignore
  );
  expect(rows.map(({ head }) => Number(head))).toEqual(Array.from({ length: 200 }, (_, i) => 199 - i));
  expect(rows.every(({ size }) => size === 1_000_004)).toBe(true);
});

test('as many groups as rows', { timeout: 60_000 }, async () => {
  const { rows, spillBytes } = await run(
    'groups',
    { a: numbers(300_000) },
    [
      { aggregate: { by: ['n'], values: ['count(*) AS c', "max(lpad(n::text, 40, 'x')) AS t"] } },
      { aggregate: { values: ['count(*) AS groups', 'sum(c) AS rows', 'sum(length(t)) AS size'] } },
    ],
    '-p',
    '2',
    ...memory('6m'), // prettier-ignore
  );
  expect(rows).toEqual([{ groups: 300_000, rows: 300_000, size: 12_000_000 }]);
  expect(spillBytes).toBeGreaterThan(10e6);
});

test('empty sides', async () => {
  const sources = { a: numbers(0), b: numbers(3) };
  const types = ['inner', 'left', 'right', 'full', 'semi', 'anti'] as const;
  const counts: Record<string, number> = {};
  for (const type of types) {
    for (const [left, right] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const join = { from: left, join: { with: right, on: `${left}.n = ${right}.n`, type } };
      const { rows } = await run(`empty-${type}-${left}`, sources, [
        join,
        { aggregate: { values: ['count(*) AS c'] } },
      ]);
      counts[`${type} of ${left}`] = Number(rows[0]!.c);
    }
  }
  expect(counts).toEqual({
    'inner of a': 0, 'inner of b': 0, 'left of a': 0, 'left of b': 3, 'right of a': 3, 'right of b': 0,
    'full of a': 3, 'full of b': 3, 'semi of a': 0, 'semi of b': 0, 'anti of a': 0, 'anti of b': 3,
  }); // prettier-ignore
});

test('more slots than keys', async () => {
  const steps = [
    { select: ['n % 2 AS k', 'n'] },
    { sort: ['k', 'n'] },
    { aggregate: { by: ['k'], values: ['count(*) AS c', 'sum(n) AS s'] } },
  ];
  const { rows } = await run('slots', { a: numbers(10_000) }, steps, '-p', '7');
  expect(rows.sort((a, b) => Number(a.k) - Number(b.k))).toEqual([
    { k: 0, c: 5000, s: 25_005_000 },
    { k: 1, c: 5000, s: 25_000_000 },
  ]);
});

/** A small side that goes to every slot is read there once; what it becomes serves all splits, and is made anew in a new process. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runJobFile, testDirectory } from '../support/run-etl.js';

const directory = testDirectory();
const ROWS = 300_000;

function job(name: string, type: string, behind: readonly object[] = []): string {
  return JSON.stringify({
    name,
    sources: {
      facts: { type: 'datagen', rows: ROWS, schema: { n: { sequence: {} } }, split: { count: 24 } },
      dim: { type: 'datagen', rows: 1000, schema: { id: { sequence: {} } } },
    },
    steps: [
      { id: 'keyed', from: 'facts', select: ['n', 'CASE WHEN n % 7 = 0 THEN NULL ELSE n % 2000 END AS k'] },
      { id: 'small', from: 'dim', select: ["CASE WHEN id % 5 = 0 THEN NULL ELSE id END AS id", "'row ' || id AS t"] },
      { from: 'keyed', join: { with: 'small', on: 'k = small.id', type } },
      ...behind,
    ],
    sinks: { out: { type: 'file', path: path.join(directory, `${name}-{subtask}.csv`) } },
  }); // prettier-ignore
}

/** Of the rows in all files. */
function linesOf(name: string): string[] {
  const files = readdirSync(directory).filter((file) => file.startsWith(`${name}-`));
  return files.flatMap((file) => readFileSync(path.join(directory, file), 'utf8').split('\n').slice(1, -1)).sort();
}

const isMatch = (n: number): boolean => n % 7 !== 0 && n % 2000 >= 1 && n % 2000 <= 1000 && (n % 2000) % 5 !== 0;
const inRows = Array.from({ length: ROWS }, (_, i) => i + 1).filter(isMatch).length;
const expected: Readonly<Record<string, number>> = { inner: inRows, left: ROWS, semi: inRows, anti: ROWS - inRows };

test.each(Object.keys(expected))('%s: 24 splits in 2 slots', async (type) => {
  const { code, end } = await runJobFile(['-', '-p', '2'], { input: job(type, type) });
  expect([code, end.balance, end.error]).toEqual([0, true, null]);
  expect(linesOf(type).length).toBe(expected[type]);
  expect(end.stages.map(({ name }) => name)).toContain('facts → select → join → file');
});

// In three splits of the 24, the first time that they are read.
const DEADLY = [1, 100_001, 200_001];
writeFileSync(
  path.join(directory, 'die.mjs'),
  `import { existsSync, writeFileSync } from 'node:fs';
const deadly = new Set([${DEADLY.join(', ')}].map(BigInt));
export function die(row) {
  const marker = new URL('./died-' + row.n, import.meta.url);
  if (!deadly.has(row.n) || existsSync(marker)) return row;
  writeFileSync(marker, '');
  process.kill(process.pid, 'SIGKILL');
}
`,
);

test('slots that are killed make their tables again', async () => {
  expect(DEADLY.filter((n) => !isMatch(n))).toEqual([]);
  const schema = { n: 'bigint', t: 'text' };
  const die = { map: { module: path.join(directory, 'die.mjs'), function: 'die', schema } };
  const { code, end } = await runJobFile(['-', '-p', '2', '-D', 'restart-strategy.fixed-delay.delay=50ms'], {
    input: job('killed', 'inner', [die]),
  });
  expect([code, end.balance, end.error]).toEqual([0, true, null]);
  expect(end.stages.reduce((sum, { retried }) => sum + retried, 0)).toBeGreaterThanOrEqual(DEADLY.length);
  expect(linesOf('killed').length).toBe(inRows);
});

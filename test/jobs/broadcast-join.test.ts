/** A small side that goes to every slot is read there once; what it becomes serves all splits, and is made anew in a new process. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { killSlots } from '../support/kill-slots.js';
import { runJobFile, testDirectory } from '../support/run-etl.js';

const directory = testDirectory();
const ROWS = 300_000;
const MANY_ROWS = 4_000_000;

function job(name: string, type: string, rows = ROWS): string {
  return JSON.stringify({
    name,
    sources: {
      facts: { type: 'datagen', rows, schema: { n: { sequence: {} } }, split: { count: 24 } },
      dim: { type: 'datagen', rows: 1000, schema: { id: { sequence: {} } } },
    },
    steps: [
      { id: 'keyed', from: 'facts', select: ['n', 'CASE WHEN n % 7 = 0 THEN NULL ELSE n % 2000 END AS k'] },
      { id: 'small', from: 'dim', select: ["CASE WHEN id % 5 = 0 THEN NULL ELSE id END AS id", "'row ' || id AS t"] },
      { from: 'keyed', join: { with: 'small', on: 'k = small.id', type } },
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
const numbers = Array.from({ length: MANY_ROWS }, (_, i) => i + 1);
const matches = numbers.filter(isMatch);
const inRows = matches.filter((n) => n <= ROWS).length;
const expected: Readonly<Record<string, number>> = { inner: inRows, left: ROWS, semi: inRows, anti: ROWS - inRows };

test.each(Object.keys(expected))('%s: 24 splits in 2 slots', async (type) => {
  const { code, end } = await runJobFile(['-', '-p', '2'], { input: job(type, type) });
  expect([code, end.balance, end.error]).toEqual([0, true, null]);
  expect(linesOf(type).length).toBe(expected[type]);
  expect(end.stages.map(({ name }) => name)).toContain('facts → select → join → file');
});

test('slots that are killed make their tables again', async () => {
  const { code, end } = await runJobFile(['-', '-p', '2', '-D', 'restart-strategy.fixed-delay.delay=50ms'], {
    input: job('killed', 'inner', MANY_ROWS),
    onStart: killSlots(11, 3),
  });
  expect([code, end.balance, end.error]).toEqual([0, true, null]);
  expect(end.stages.some(({ retried }) => retried > 0)).toBe(true);
  expect(linesOf('killed').length).toBe(matches.length);
});

/** `rateLimit`: rows are let through evenly, all of them, and who waits hears a cancel. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createPace } from '../../src/slot/pace.js';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';

const folder = testDirectory();

test('a portion waits for those before it, and a pause is not made up for', () => {
  const pace = createPace(200);
  expect(pace.portion).toBe(20);
  expect([0, 0, 50, 150].map((now) => pace.wait(20, now))).toEqual([0, 100, 150, 150]);
  expect(pace.wait(20, 10_000)).toBe(0);
  expect(pace.wait(20, 10_000)).toBe(100);
  expect(createPace(0.5).portion).toBe(1);
});

function jobFile(name: string, rows: number, rateLimit: number): string {
  const csv = path.join(folder, `${name}.csv`);
  writeFileSync(csv, `n\n${Array.from({ length: rows }, (_, i) => i).join('\n')}\n`);
  const file = path.join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `name: ${name}
sources: {t: {type: file, path: ${name}.csv}}
sinks: {out: {type: file, path: "${name}/{subtask}.ndjson", rateLimit: ${rateLimit}}}
`,
  );
  return file;
}

test('all rows come, and explain says how fast', async () => {
  const file = jobFile('slow', 300, 1000);
  const { end } = await runJobFile([file, '-p', '3']);
  expect(end.rows).toMatchObject({ read: 300, written: 300 });
  const out = path.join(folder, 'slow');
  const lines = readdirSync(out).flatMap((name) => readFileSync(path.join(out, name), 'utf8').split('\n').slice(0, -1));
  expect(lines.filter((line) => line.startsWith('{"n"'))).toHaveLength(300);
  const { stdout } = await runEtl(['explain', file, '-p', '3']);
  expect(stdout).toContain('at most 1,000 rows a second');
});

test('a slot that waits for its turn hears that the run is cancelled', async () => {
  const file = jobFile('crawl', 1000, 1);
  const result = await runEtl(['run', file, '--json'], {
    onLine: (line, child) => {
      if (line.includes('"stage"') || line.includes('RUNNING')) setTimeout(() => child.kill('SIGINT'), 300);
    },
    onStart: (child) => setTimeout(() => child.kill('SIGINT'), 3000).unref(),
  });
  expect(result.code).toBe(130);
});

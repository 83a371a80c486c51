/** Generated rows into Arrow files and out of them again, through real slots. */
import { tableFromIPC } from 'apache-arrow';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { filesIn } from '../support/leaks.js';
import { runJobFile, testDirectory } from '../support/run-etl.js';

const ROWS = 100_000;
const directory = testDirectory();

function jobFile(name: string, text: string): string {
  const file = path.join(directory, `${name}.yaml`);
  writeFileSync(file, `name: ${name}\n${text}`);
  return file;
}

const generate = `sources:
  made:
    type: datagen
    rows: 100k
    seed: 3
    schema:
      id: {sequence: {start: 9007199254740993}}
      price: {uniform: {type: "numeric(20,2)", min: 0, max: 1000}, nulls: 20%}
      key: {text: {prefix: "k", distinct: 5}}
      at: {timestamps: {start: 2026-01-01}}
`;
const summary = 'steps: [{aggregate: {by: [key], values: ["count(*) AS n", "sum(price) AS total", "min(id) AS a", "max(at) AS z"]}}, {sort: [key]}]\n'; // prettier-ignore

/** What the summary of a source prints. */
async function summaryOf(name: string, sources: string, slots: string): Promise<unknown[]> {
  const { code, events, end } = await runJobFile([
    jobFile(name, `${sources}${summary}sinks: {out: {type: print}}\n`),
    '-p',
    slots,
  ]);
  expect([code, end!.balance, end!.rows.read]).toEqual([0, true, ROWS]);
  const told: readonly { readonly type: string; readonly row?: unknown }[] = events;
  return told.flatMap((event) => (event.type === 'row' ? [event.row] : []));
}

test('rows are the same from any number of slots, and out of files that other readers open', async () => {
  const direct = await summaryOf('direct', generate, '1');
  expect(direct).toHaveLength(5);
  expect(await summaryOf('spread', generate, '3')).toEqual(direct);
  for (const [sink, pattern, ends] of [
    ['out/{key}/part-{subtask}.arrow', 'out/*/part-*.arrow', /part-\d\.arrow$/],
    ['all.arrows', 'all-*.arrows', /all-\d\.arrows$/],
  ] as const) {
    const write = jobFile('write', `${generate}sinks: {out: {type: file, path: "${sink}"}}\n`);
    const { code, end } = await runJobFile([write, '-p', '3']);
    expect([code, end!.balance, end!.rows.written]).toEqual([0, true, ROWS]);
    const files = filesIn(directory).filter((name) => ends.test(name));
    const rows = files.map((name) => tableFromIPC(readFileSync(name)).numRows);
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(ROWS);
    expect(await summaryOf('read', `sources: {files: {type: file, path: "${pattern}"}}\n`, '2')).toEqual(direct);
  }
});

test('a file that was cut off fails the run before its rows are written, exit 74', async () => {
  const write = jobFile('one', `${generate}sinks: {out: {type: file, path: one.arrow}}\n`);
  expect((await runJobFile([write, '-p', '1'])).code).toBe(0);
  const whole = readFileSync(path.join(directory, 'one.arrow'));
  writeFileSync(path.join(directory, 'one.arrow'), whole.subarray(0, whole.length - 100));
  const read = jobFile('cut', 'sources: {files: {type: file, path: one.arrow}}\nsinks: {out: {type: blackhole}}\n');
  const { code, end } = await runJobFile([read]);
  expect(code).toBe(74);
  expect(end!.error).toMatchObject({ code: 'ETL-4112' });
});

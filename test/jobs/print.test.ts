/** What `type: print` and `--sink print` put on standard output, in each of its forms. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';

const directory = testDirectory();
const FILES = 6;
for (let file = 0; file < FILES; file++) {
  const rows = Array.from(
    { length: 50 },
    (_, i) => `{"id": ${file * 50 + i}, "t": "${i === 7 ? 'a, \\"b\\"' : 'x'}"}\n`,
  );
  writeFileSync(path.join(directory, `rows-${file}.ndjson`), rows.join(''));
}

function job(name: string, sinks: string): string {
  const file = path.join(directory, `${name}.yaml`);
  writeFileSync(file, `name: ${name}\nsources: {rows: {type: file, path: "rows-*.ndjson"}}\nsinks: ${sinks}\n`);
  return file;
}

test('a program gets NDJSON, and nothing else on standard output', async () => {
  const { code, stdout } = await runEtl(['run', job('ndjson', '{out: {type: print}}'), '-p', '2']);
  expect(code).toBe(0);
  const ids = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: number }).id);
  expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: FILES * 50 }, (_, i) => i));
});

test('with --json each row is an event, told apart by its type and its sink', async () => {
  const both = job('events', '{a: {type: print, format: csv}, b: {type: print}}');
  const { end, stdout } = await runJobFile([both, '--limit', '2']);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; sink?: string; row?: unknown });
  const rows = lines.filter((line) => line.type === 'row');
  expect(rows.filter((row) => row.sink === 'a')).toEqual([
    { type: 'row', sink: 'a', row: { id: 0, t: 'x' } },
    { type: 'row', sink: 'a', row: { id: 1, t: 'x' } },
  ]);
  expect(rows.filter((row) => row.sink === 'b')).toHaveLength(2);
  expect([lines[0]!.type, lines.at(-1)!.type]).toEqual(['version', 'end']);
  expect(end.rows.written).toBe(4);
});

test('preview --json prints the rows alone', async () => {
  const { stdout } = await runEtl(['preview', job('preview', '{out: {type: blackhole}}'), '--limit', '1', '--json']);
  expect(stdout).toBe('{"id":0,"t":"x"}\n');
});

test('CSV has its header once and first, however many slots write', async () => {
  const { stdout } = await runEtl(['run', job('csv', '{out: {type: print, format: csv}}'), '-p', '3']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('id,t');
  expect(lines).toHaveLength(1 + FILES * 50);
  expect(lines.filter((line) => line === 'id,t')).toHaveLength(1);
  expect(lines).toContain('7,"a, ""b"""');
});

test('a table comes when all rows are known: the first ones in order of the splits, and how many there were', async () => {
  const { stdout } = await runEtl(['run', job('table', '{out: {type: print, format: table, rows: 3}}'), '-p', '3']);
  expect(`\n${stdout}`).toMatchInlineSnapshot(`
    "
     id │ t
    ────┼───
      0 │ x
      1 │ x
      2 │ x
    3 of 300 rows
    "
  `);
});

test('a table shows as many rows as --limit asks for', async () => {
  const { stdout } = await runEtl(['run', job('limit', '{out: {type: print, format: table}}'), '--limit', '120']);
  expect(stdout.split('\n')).toHaveLength(2 + 120 + 1 + 1);
  expect(stdout).toContain('\n120 rows\n');
});

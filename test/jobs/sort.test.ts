/** Sorting through real slots: the order that PostgreSQL gives, spilling or not. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';

const ROWS = 60_000;
const database = await testDatabase();
const directory = testDirectory();
let expected: string[];

beforeAll(async () => {
  await database.query(`CREATE TABLE words(id int PRIMARY KEY, word text, score float8);
    INSERT INTO words SELECT g, CASE WHEN g % 9 > 0 THEN 'w' || (g * 7919 % 4999) END, g * 31 % 1000 FROM generate_series(1, ${ROWS}) g`);
  const rows = await database.query('SELECT id FROM words ORDER BY word COLLATE "C", score DESC, id');
  expected = rows.map(([id]) => id!);
});

function jobFile(name: string, target = `${name}.csv`): string {
  const file = path.join(directory, `${name}.yaml`);
  writeFileSync(
    file,
    `name: ${name}
connections: {db: {type: postgres, url: "${database.url}"}}
sources: {words: {connection: db, table: words, split: {column: id, count: 12}}}
steps: [{sort: [word, score DESC, id]}, {select: [id]}]
sinks: {out: {type: file, path: "${target}", header: false}}
`,
  );
  return file;
}

function idsOf(name: string): string[] {
  const files = readdirSync(directory).filter((file) => file.startsWith(`${name}`) && file.endsWith('.csv'));
  return files.flatMap((file) => readFileSync(path.join(directory, file), 'utf8').trimEnd().split('\n'));
}

test('the file has the rows in order, and the run balances over the exchange', async () => {
  const { code, end } = await runJobFile([jobFile('plain'), '-p', '3']);
  expect(code).toBe(0);
  expect(idsOf('plain')).toEqual(expected);
  expect(end).toMatchObject({ balance: true, rows: { read: ROWS, filtered: 0, rejected: 0, written: ROWS } });
});

test('as one file, unless its path asks for one of each subtask: then the lowest has the first rows', async () => {
  const filesOf = (name: string): string[] => readdirSync(directory).filter((file) => file.startsWith(name));
  expect(filesOf('plain')).toEqual(['plain.csv', 'plain.yaml']);
  const { code } = await runJobFile([jobFile('parts', 'parts-{subtask}.csv'), '-p', '3']);
  expect(code).toBe(0);
  expect(filesOf('parts')).toEqual(['parts-0.csv', 'parts-1.csv', 'parts-2.csv', 'parts.yaml']);
  expect(idsOf('parts')).toEqual(expected);
});

test('a sort that is refused memory gives the same from disk', async () => {
  const { code, end } = await runJobFile([jobFile('spilling'), '-p', '3', '-D', 'debug.force-spill=true']);
  expect(code).toBe(0);
  expect(idsOf('spilling')).toEqual(expected);
  expect(end!.spillBytes).toBeGreaterThan(0);
});

test('what a slot cannot do without is refused before a row is read, with the size that would do', async () => {
  const tight = ['-p', '2', '-D', 'taskmanager.memory.managed.size=1200k'];
  const { code, stderr } = await runEtl(['run', jobFile('tight'), ...tight]);
  expect(code).toBe(71);
  expect(stderr).toContain('needs 1 MiB of managed memory in each slot, for step1.runs; a slot has 600 KiB');
  expect(stderr).toContain('ETL-3030');
  expect(stderr).toContain('set taskmanager.memory.managed.size to 2m or more for 2 slots');
  const { code: enough } = await runJobFile([jobFile('enough'), '-p', '2', '-D', 'taskmanager.memory.managed.size=2m']);
  expect(enough).toBe(0);
});

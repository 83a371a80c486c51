/** COLLATE behind a key of an order: what PostgreSQL's ICU says, whatever the slots and the memory. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';

const database = await testDatabase();
const directory = testDirectory();
const letters = [
  'a',
  'A',
  'ä',
  'Ä',
  'å',
  'z',
  'Z',
  'ö',
  'o',
  'ß',
  'ss',
  'ch',
  'c',
  'é',
  'e',
  '-',
  ' ',
  '1',
  '10',
  'ñ',
  '漢',
  'Ж',
];

beforeAll(async () => {
  await database.query('CREATE TABLE words (id bigint PRIMARY KEY, word text)');
  const words = Array.from({ length: 4000 }, (_, i) => {
    const of = (n: number): string => letters[Math.floor(i / n) % letters.length]!;
    return i % 97 === 0 ? null : of(1) + of(7) + (i % 3 === 0 ? of(50) : '');
  });
  const values = words.map((word, i) => `(${i}, ${word === null ? 'NULL' : `'${word}'`})`);
  await database.query(`INSERT INTO words VALUES ${values.join(', ')}`);
}); // prettier-ignore

function job(name: string, step: object): string {
  return JSON.stringify({
    name,
    connections: { db: { type: 'postgres', url: database.url } },
    sources: { words: { connection: 'db', table: 'words', split: { count: 5 } } },
    steps: [step],
    sinks: { out: { type: 'file', path: path.join(directory, `${name}-{subtask}.csv`), header: false } },
  });
}

function linesOf(name: string): string[] {
  const files = readdirSync(directory).filter((file) => file.startsWith(`${name}-`));
  return files.sort().flatMap((file) => readFileSync(path.join(directory, file), 'utf8').split('\n').slice(0, -1));
}

test.each(['de-x-icu', 'sv-x-icu', 'und-x-icu'])('%s, by two slots, from disk', async (collation) => {
  const step = { sort: [`word COLLATE "${collation}" DESC NULLS LAST`, 'id'] };
  const flags = ['-p', '2', '-D', 'taskmanager.memory.managed.size=4m', '-D', 'debug.force-spill=true'];
  const { code, end } = await runJobFile(['-', ...flags], { input: job(collation, step) });
  expect([code, end.error]).toEqual([0, null]);
  const rows = await database.query(`SELECT id FROM words ORDER BY word COLLATE "${collation}" DESC NULLS LAST, id`);
  expect(linesOf(collation).map((line) => line.split(',')[0])).toEqual(rows.map(([id]) => id));
});

test('in a query: ORDER BY, and the order of a window', async () => {
  const sql = 'SELECT id, row_number() OVER (ORDER BY word COLLATE "sv-x-icu", id) AS n FROM words ORDER BY word COLLATE "de-x-icu", id'; // prettier-ignore
  const { code, end } = await runJobFile(['-'], { input: job('query', { sql }) });
  expect([code, end.error]).toEqual([0, null]);
  const rows = await database.query(`SELECT id || ',' || n AS line FROM (${sql}) AS q`);
  expect(linesOf('query')).toEqual(rows.map(([line]) => line));
});

test.each([
  ['word COLLATE "xx-x-icu"', 'there is no collation "xx-x-icu"'],
  ['id COLLATE "de-x-icu"', 'only text has a collation'],
  ['(word COLLATE "de-x-icu") || \'a\'', 'a collation can only stand behind a key of an order'],
])('%s is refused', async (key, message) => {
  const { code, stderr } = await runEtl(['validate', '-'], { input: job('bad', { sort: [key] }) });
  const planned = code === 0 ? await runEtl(['explain', '-'], { input: job('bad', { sort: [key] }) }) : { code, stderr };
  expect(planned.code).toBe(3);
  expect(planned.stderr).toContain(message);
}); // prettier-ignore

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFiles } from '../../../src/connectors/file/find-files.js';
import { writeFiles } from './read-rows.js';

const directory = mkdtempSync(join(tmpdir(), 'etl-find-'));
const names = [
  'a.csv',
  'b.csv',
  'b.csv.gz',
  'x/1.csv',
  'x/2.csv',
  'x/y/3.csv',
  'z[1].csv',
  '.hidden.csv',
  '.dot/4.csv',
  'é/5.csv',
];

beforeAll(() => {
  writeFiles(directory, Object.fromEntries(names.map((name) => [name, 'id\n1\n'])));
  symlinkSync('..', join(directory, 'x/loop'));
  symlinkSync('a.csv', join(directory, 'link.csv'));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function find(...patterns: string[]): Promise<string[]> {
  return (await findFiles(patterns, directory)).map((file) => file.path);
}

test.each<[string, string[]]>([
  ['a.csv', ['a.csv']],
  ['./a.csv', ['./a.csv']],
  ['*.csv', ['a.csv', 'b.csv', 'link.csv', 'z[1].csv']],
  ['?.csv*', ['a.csv', 'b.csv', 'b.csv.gz']],
  ['x/[1-2].csv', ['x/1.csv', 'x/2.csv']],
  ['x/[!1].csv', ['x/2.csv']],
  ['{b,a}.csv', ['a.csv', 'b.csv']],
  ['x/{1,y/{3,4}}.csv', ['x/1.csv', 'x/y/3.csv']],
  ['*/*.csv', ['x/1.csv', 'x/2.csv', 'é/5.csv']],
  ['x/**/3.csv', ['x/y/3.csv']],
  ['z[1].csv', ['z[1].csv']],
  ['.hid*', ['.hidden.csv']],
  ['.dot/*', ['.dot/4.csv']],
])('%s', async (pattern, found) => {
  expect(await find(pattern)).toEqual(found);
});

test('** enters every folder once, also with a link that leads back', async () => {
  const found = await find('**/*.csv');
  expect(found.filter((path) => !path.includes('loop'))).toEqual([
    'a.csv',
    'b.csv',
    'link.csv',
    'x/1.csv',
    'x/2.csv',
    'x/y/3.csv',
    'z[1].csv',
    'é/5.csv',
  ]);
  expect(found.filter((path) => path.split('loop').length > 2)).toEqual([]);
});

test('a list is sorted and holds each file once; absolute paths stay absolute', async () => {
  expect(await find('b.csv', 'a.csv', '[ab].csv')).toEqual(['a.csv', 'b.csv']);
  expect(await find(`${directory}/x/*.csv`)).toEqual([`${directory}/x/1.csv`, `${directory}/x/2.csv`]);
});

test.each<[string, string, string]>([
  ['none.csv', 'ETL-4120', 'there is no file none.csv'],
  ['none/*.csv', 'ETL-4120', 'no file matches none/*.csv'],
  ['x', 'ETL-4121', 'cannot read x: it is a directory'],
  ['a.csv/b', 'ETL-4121', 'cannot read a.csv/b: a part of its path is not a directory (ENOTDIR)'],
  ['[z-a].csv', 'ETL-4111', 'the pattern "[z-a].csv" has a range that ends before it begins'],
])('%s is refused', async (pattern, code, message) => {
  await expect(find('a.csv', pattern)).rejects.toMatchObject({ code, message });
});

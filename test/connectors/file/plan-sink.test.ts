import { expect, test } from 'vitest';
import { batchOf } from '../../columnar/cells.js';
import { planSink } from './sink-harness.js';

const { schema } = batchOf({ id: { kind: 'int64' }, country: { kind: 'text' } });

test.each<[string, number, string, string[]]>([
  ['out/a.ndjson', 1, 'NDJSON to out/a.ndjson', []],
  [
    'out/a.ndjson',
    4,
    'NDJSON to out/a-{subtask}.ndjson',
    ['each of 4 writers has a file of its own: out/a-{subtask}.ndjson'],
  ],
  [
    'a.b.csv.gz',
    2,
    'CSV (gzip) to a.b-{subtask}.csv.gz',
    ['each of 2 writers has a file of its own: a.b-{subtask}.csv.gz'],
  ],
  ['a-{subtask}.tsv', 2, 'CSV to a-{subtask}.tsv', []],
  [
    '../x/{country}/a.csv',
    4,
    'CSV to ../x/{country}/a.csv',
    ['a file for each key; it appears when the run has succeeded'],
  ],
])('%s for %i writers', async (path, parallelism, description, notes) => {
  expect(await planSink({ path }, schema, parallelism)).toMatchObject({
    columns: ['id', 'country'],
    effect: 'idempotent',
    commit: 'atomic',
    description,
    notes,
  });
});

test.each<[object, string]>([
  [{ path: 'a.txt' }, 'the name "a.txt" does not tell the format'],
  [
    { path: 'a.csv', mode: 'append' },
    'mode: append is not available: what a failed run had appended could not be taken back',
  ],
  [{ path: 'a.csv', delimiter: '"' }, 'the delimiter cannot be the quote'],
  [{ path: '{contry}.csv' }, 'its path names the column "contry", which does not arrive here'],
  [{ path: 'out/', format: 'csv' }, 'path "out/": it names a folder; add the name of a file'],
  [{ path: 'a{.csv' }, 'path "a{.csv": a { is not closed, or holds nothing; {{ is a brace'],
  [{ path: 'a}.csv' }, 'path "a}.csv": a } closes nothing; }} is a brace'],
  [{ path: '{id}/../a.csv' }, 'path "{id}/../a.csv": ".." stands behind a placeholder'],
  [{ path: 'a\0.csv' }, 'path "a\0.csv": it holds a NUL'],
  [{ path: `${'x'.repeat(300)}.csv` }, `path "${'x'.repeat(300)}.csv": a name in it is longer than 255 bytes`],
])('refused: %j', async (own, message) => {
  await expect(planSink(own, schema)).rejects.toMatchObject({ code: 'ETL-4211', message: `sink "out": ${message}` });
});

test('a near name is suggested', async () => {
  await expect(planSink({ path: '{contry}.csv' }, schema)).rejects.toMatchObject({ hint: 'did you mean {country}?' });
});

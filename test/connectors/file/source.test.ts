import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readError } from '../../../src/connectors/file/file-errors.js';
import { readRows, writeFiles } from './read-rows.js';

const directory = mkdtempSync(join(tmpdir(), 'etl-file-'));
afterAll(() => rmSync(directory, { recursive: true }));

let count = 0;
/** A folder of its own with these files. */
function folder(files: Readonly<Record<string, string | Buffer>>): string {
  const path = join(directory, String(++count));
  writeFiles(path, files);
  return path;
}

test('CSV: header, quotes, NULL and empty text, CRLF, a byte order mark, blank lines', async () => {
  const base = folder({ 'a.csv': '\ufeffid,name,"note, long"\r\n1,Zoë,"a ""b""\r\nc"\r\n\r\n2,,""\r\n3,x,"" \r\n' });
  const { columns, rows, rejects } = await readRows(base, { path: 'a.csv' });
  expect(columns).toEqual(['id bigint', 'name text', 'note, long text']);
  expect(rows).toEqual([
    ['1', 'Zoë', 'a "b"\r\nc'],
    ['2', null, ''],
  ]);
  expect(rejects).toEqual([
    { sqlState: '22P04', message: 'a.csv line 6: text stands behind the closing quote of a field', text: '3,x,"" ' },
  ]);
});

test('CSV: declared columns in any order, others are passed over; each file has its own order', async () => {
  const base = folder({ 'a.csv': 'id,more,price\n1,x,1.005\n', 'b.csv': 'price,id\n2.5,2\n' });
  const { columns, rows, items } = await readRows(base, {
    path: '*.csv',
    schema: { price: 'numeric(6,2)', id: 'integer' },
  });
  expect(items).toEqual(['a.csv', 'b.csv']);
  expect(columns).toEqual(['price numeric(6,2)', 'id integer']);
  expect(rows).toEqual([
    ['1.01', '1'],
    ['2.50', '2'],
  ]);
});

test('CSV without header, other delimiter, no quotes, a word for NULL', async () => {
  const base = folder({ 'a.tsv': '1\tNULL\t"x\n2\ty\tz\n' });
  const own = { path: 'a.tsv', header: false, quote: '', nullValue: 'NULL' };
  expect((await readRows(base, own)).columns).toEqual(['column1 bigint', 'column2 text', 'column3 text']);
  const { rows } = await readRows(
    base,
    { ...own, schema: { a: 'bigint', b: 'text', c: 'text' } },
    { columns: ['c', 'b'] },
  );
  expect(rows).toEqual([
    ['"x', null],
    ['z', 'y'],
  ]);
});

test('rows that cannot be read are told with file, line, reason and text, and the rest is read', async () => {
  const base = folder({
    'a.csv': Buffer.concat([Buffer.from('id,name\n1,"two\nlines"\n2\nx,y\n3,"\n'), Buffer.from([52, 44, 0xff, 10])]),
  });
  const { rows, rejects } = await readRows(base, { path: 'a.csv', schema: { id: 'smallint', name: 'text' } });
  expect(rows).toEqual([['1', 'two\nlines']]);
  expect(rejects).toEqual([
    { sqlState: '22P04', message: 'a.csv line 4: it has 1 fields, where 2 are expected', text: '2' },
    { sqlState: '22P02', message: 'a.csv line 5: column id: invalid input syntax for type smallint: "x"', text: 'x,y' },
    { sqlState: '22021', message: 'a.csv line 6: it is not UTF-8', text: '3,"\n4,\ufffd' },
  ]);
});

test('NDJSON: exact numbers, nested values as their own bytes, missing and unknown keys, escapes', async () => {
  const base = folder({
    'a.ndjson': [
      '{"id":9223372036854775807,"n":12345678901234567890.10,"doc":{"b": 1, "a":[1.0]},"s":"\\u00e9\\n"}',
      ' {"unknown":{"x":[{}]},"i\\u0064":2,"s":null,"doc":"x"}',
      '',
      '{"id":3,"id":4,"n":-1e-2,"s":"plain"}',
    ].join('\n'),
  });
  const schema = { id: 'bigint', n: 'numeric', doc: 'json', s: 'text' };
  const { rows, rejects } = await readRows(base, { path: 'a.ndjson', schema });
  expect(rejects).toEqual([]);
  expect(rows).toEqual([
    ['9223372036854775807', '12345678901234567890.10', '{"b": 1, "a":[1.0]}', 'é\n'],
    ['2', null, '"x"', null],
    ['4', '-0.01', null, 'plain'],
  ]);
});

test('NDJSON: arrays, jsonb, and any value as text', async () => {
  const base = folder({
    'a.jsonl':
      '{"tags":["a,b",null,"\\""],"m":[[1],[2]],"j":{"b":1,"a":2},"t":{"x":1}}\n{"tags":"{c}","m":[],"j":[],"t":7}\n',
  });
  const { rows } = await readRows(base, { path: 'a.jsonl', schema: { tags: 'text[]', j: 'jsonb', t: 'text' } });
  expect(rows).toEqual([
    ['{"a,b",NULL,"\\""}', '{"a": 2, "b": 1}', '{"x":1}'],
    ['{c}', '[]', '7'],
  ]);
});

test('NDJSON: lines that are no objects are told, and the rest is read', async () => {
  const base = folder({
    'a.ndjson': '{"id":1}\n{"id":\n[1]\n{"id":1,}\n{"id":1} x\n{"id":"\\u0000"}\n{"id":true}\n{"id":2}',
  });
  const { rows, rejects } = await readRows(base, { path: 'a.ndjson', schema: { id: 'integer' } });
  expect(rows).toEqual([['1'], ['2']]);
  expect(rejects.map(({ sqlState, message }) => `${sqlState} ${message}`)).toEqual([
    '22P02 a.ndjson line 2: it is not valid JSON at byte 8',
    '22P02 a.ndjson line 3: it is not a JSON object',
    '22P02 a.ndjson line 4: it is not valid JSON at byte 9',
    '22P02 a.ndjson line 5: it is not valid JSON at byte 10',
    '22P05 a.ndjson line 6: column id: unsupported Unicode escape sequence: \\u0000 cannot be converted to text',
    '22P02 a.ndjson line 7: column id: invalid input syntax for type integer: "true"',
  ]);
});

test('columns are found in the first rows, no wider than they must be', async () => {
  const base = folder({
    'a.csv':
      'b,i,n,z,d,t,z2,mixed,empty\ntrue,1,1,007,2026-01-31,2026-01-31 10:00,2026-01-31T10:00:00Z,1,\nFALSE,-2,2.5,1,2026-02-01,2026-02-01,2026-01-31 10:00:00.5+02:00,x,\n',
    'b.ndjson':
      '{"i":1,"s":"1","f":1.5,"d":"2026-01-31","o":{"a":1},"b":true,"n":null}\n{"late":1e3,"i":9223372036854775808,"o":"x","b":1}\n',
  });
  expect((await readRows(base, { path: 'a.csv' })).columns).toEqual([
    'b boolean',
    'i bigint',
    'n numeric',
    'z text',
    'd date',
    't timestamp',
    'z2 timestamptz',
    'mixed text',
    'empty text',
  ]);
  const { columns, description } = await readRows(base, { path: 'b.ndjson' });
  expect(columns).toEqual(['i numeric', 's text', 'f numeric', 'd date', 'o json', 'b text', 'n text', 'late numeric']);
  expect(description.rowEstimate).toBe(2);
  expect(description.notes).toEqual([
    '1 file, 122 B',
    'columns found in the first 2 rows of b.ndjson: i numeric, s text, f numeric, d date, o json, b text, n text, late numeric',
  ]);
});

test('a value that the sample did not promise is that row’s reject', async () => {
  const rows = Array.from({ length: 1500 }, (_, i) => (i === 1200 ? 'x' : String(i)));
  const base = folder({ 'a.csv': `id\n${rows.join('\n')}\n` });
  const read = await readRows(base, { path: 'a.csv' });
  expect(read.rows).toHaveLength(1499);
  expect(read.rejects.map((reject) => reject.message)).toEqual([
    'a.csv line 1202: column id: invalid input syntax for type bigint: "x"',
  ]);
});

test('gzip: several members are one file; one that ends in the middle or is damaged is told', async () => {
  const packed = Buffer.concat([gzipSync('id\n1\n'), gzipSync('2\n')]);
  const big = gzipSync(`id\n${Array.from({ length: 50000 }, (_, i) => i * 7919).join('\n')}\n`);
  const base = folder({
    'a.csv.gz': packed,
    'cut.csv.gz': big.subarray(0, big.length - 1000),
    'no.csv.gz': 'id\n1\n',
    'empty.csv.gz': '',
  });
  expect((await readRows(base, { path: 'a.csv.gz' })).rows).toEqual([['1'], ['2']]);
  const schema = { id: 'bigint' };
  await expect(readRows(base, { path: 'cut.csv.gz', schema })).rejects.toMatchObject({
    code: 'ETL-4122',
    message: 'cannot read cut.csv.gz: its compressed data ends in the middle',
  });
  await expect(readRows(base, { path: 'no.csv.gz', schema })).rejects.toMatchObject({ code: 'ETL-4122' });
  expect((await readRows(base, { path: 'empty.csv.gz', schema, header: false })).rows).toEqual([]);
});

test('batches hold at most fetchSize rows and about 1 MiB; a limit ends the reading', async () => {
  const base = folder({
    'n.csv': `id\n${Array.from({ length: 20000 }, (_, i) => i).join('\n')}\n`,
    'w.ndjson': `{"t":"${'x'.repeat(300_000)}"}\n`.repeat(9),
  });
  const read = await readRows(base, { path: 'n.csv' });
  expect(read.batches).toEqual([8192, 8192, 3616]);
  expect(read.rows.map(([id]) => id)).toEqual(Array.from({ length: 20000 }, (_, i) => String(i)));
  expect((await readRows(base, { path: 'n.csv' }, { fetchSize: 9000 })).batches).toEqual([8192, 8192, 3616]);
  expect((await readRows(base, { path: 'n.csv' }, { fetchSize: 15000, limit: 10 })).batches).toEqual([10]);
  expect((await readRows(base, { path: 'w.ndjson' })).batches).toEqual([4, 4, 1]);
});

test('an empty file has no rows: alone with a schema, and first among others', async () => {
  const base = folder({ 'a.csv': '', 'b.csv': 'id,name\n1,x', 'c.csv': 'id,name\n', 'd.csv': '\ufeff' });
  const schema = { id: 'bigint', name: 'text' };
  expect((await readRows(base, { path: 'a.csv', schema })).rows).toEqual([]);
  const { columns, rows } = await readRows(base, { path: '*.csv' });
  expect([columns, rows]).toEqual([['id bigint', 'name text'], [['1', 'x']]]);
});

test('a row that is too long is passed over without being held', async () => {
  const long = 'x'.repeat(700_000);
  const base = folder({
    'a.csv': `id,t\n1,a\n2,"${long}\n${long}"\n3,"b""\n"\n4,${'y'.repeat(3000)}\n5,c`,
    'a.ndjson': `{"id":1}\n{"id":2,"t":"${long}"}\n{"id":3}\n{"t":"${long}"}`,
  });
  const wish = { settings: { 'source.max-row-bytes': 2048 } };
  const csv = await readRows(base, { path: 'a.csv', schema: { id: 'bigint', t: 'text' } }, wish);
  expect(csv.rows).toEqual([
    ['1', 'a'],
    ['3', 'b"\n'],
    ['5', 'c'],
  ]);
  expect(csv.rejects.map(({ message, text }) => [message, text.length])).toEqual([
    ['a.csv line 3: it has more bytes than source.max-row-bytes allows', 1000],
    ['a.csv line 7: it has more bytes than source.max-row-bytes allows', 1000],
  ]);
  const json = await readRows(base, { path: 'a.ndjson', schema: { id: 'bigint' } }, wish);
  expect(json.rows).toEqual([['1'], ['3']]);
  expect(json.rejects.map((reject) => reject.message)).toEqual([
    'a.ndjson line 2: it has more bytes than source.max-row-bytes allows',
    'a.ndjson line 4: it has more bytes than source.max-row-bytes allows',
  ]);
});

test('what is written as NDJSON or CSV is read back', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '"', ',', '\n', '\r', '\\', '\t') });
  const rows = fc.array(fc.record({ id: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), t: text }), {
    minLength: 1,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(rows, async (values) => {
      const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
      const base = folder({
        'a.ndjson': values.map(({ id, t }) => `{"id":${id},"t":${JSON.stringify(t)}}\n`).join(''),
        'a.csv': `id,t\n${values.map(({ id, t }) => `${id},${quoted(t)}\n`).join('')}`,
      });
      const expected = values.map(({ id, t }) => [String(id), t]);
      const schema = { id: 'bigint', t: 'text' };
      expect((await readRows(base, { path: 'a.ndjson', schema })).rows).toEqual(expected);
      expect((await readRows(base, { path: 'a.csv', schema })).rows).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

test.each<[string, object, Parameters<typeof readRows>[2], string, string]>([
  ['format', { path: 'a.txt' }, {}, 'ETL-4111', 'source "s": the name "a.txt" does not tell the format'],
  ['json', { path: 'a.json' }, {}, 'ETL-4111', 'source "s": the name "a.json" does not tell the format'],
  ['mixed', { path: 'm*' }, {}, 'ETL-4111', 'source "s": m.csv and m.ndjson are of different formats'],
  [
    'where',
    { path: 'm.csv' },
    { common: { where: 'id > 1' } },
    'ETL-4111',
    'source "s": a file cannot evaluate "where"',
  ],
  [
    'split',
    { path: 'm.csv' },
    { common: { split: { count: '4' } } },
    'ETL-4111',
    'source "s": files are not cut: each is one split',
  ],
  [
    'values',
    { path: 'm.csv' },
    { common: { split: { column: 'id', values: ['1'], strategy: 'values' } } },
    'ETL-4111',
    'source "s": files are not cut: each is one split',
  ],
  [
    'snapshot',
    { path: 'm.csv' },
    { common: { consistency: 'snapshot' } },
    'ETL-4111',
    'source "s": files have no snapshot',
  ],
  ['no rows', { path: 'empty.csv' }, {}, 'ETL-4123', 'empty.csv has no row to find the columns in'],
  ['twice', { path: 'twice.csv' }, {}, 'ETL-4123', 'twice.csv has two columns "a"'],
  [
    'type',
    { path: 'm.csv', schema: { id: 'number' } },
    {},
    'ETL-4123',
    'source "s": the type "number" of column "id" is unknown',
  ],
  ['twice, declared', { path: 'twice.csv', schema: { a: 'text' } }, {}, 'ETL-4123', 'twice.csv has two columns "a"'],
  ['CR', { path: 'mac.csv' }, {}, 'ETL-4123', 'the lines of mac.csv end with a carriage return alone'],
  ['column', { path: 'm.csv', schema: { no: 'text' } }, {}, 'ETL-4123', 'm.csv has no column "no"'],
  ['later file', { path: ['m.csv', 'twice.csv'] }, {}, 'ETL-4105', 'twice.csv has no column "id"; its header is a, a'],
  ['UTF-16', { path: 'utf16.csv' }, {}, 'ETL-4121', 'cannot read utf16.csv: it is UTF-16'],
])('refused: %s', async (_name, own, wish, code, message) => {
  const base = folder({
    'a.txt': '',
    'a.json': '{}',
    'm.csv': 'id\n1\n',
    'm.ndjson': '{}',
    'empty.csv': '',
    'twice.csv': 'a,a\n1,2\n',
    'mac.csv': 'id,name\r1,x\r2,y\r',
    'utf16.csv': Buffer.from('\ufeffid\n1\n', 'utf16le'),
  });
  await expect(readRows(base, own, wish)).rejects.toMatchObject({ code, message });
});

test('what the system says of a file becomes an error with its meaning', () => {
  expect(readError('a.csv', Object.assign(new Error(), { code: 'EACCES' }))).toMatchObject({
    code: 'ETL-4104',
    message: 'cannot read a.csv: permission denied (EACCES)',
  });
  expect(readError('a.csv', Object.assign(new Error('x'), { code: 'EIO' }))).toMatchObject({
    code: 'ETL-4121',
    message: 'cannot read a.csv: the disk failed (EIO)',
  });
});

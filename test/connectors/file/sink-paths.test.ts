import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Batch } from '../../../src/columnar/batch.js';
import { batchOf } from '../../columnar/cells.js';
import { filesBelow, planSink, runOnce, SinkRun } from './sink-harness.js';

const directory = mkdtempSync(join(tmpdir(), 'etl-sink-'));
afterAll(() => rmSync(directory, { recursive: true }));

let count = 0;
function folder(): string {
  const path = join(directory, String(++count));
  mkdirSync(path);
  return path;
}

function rows(...ids: readonly number[]): Batch {
  return batchOf({ id: { kind: 'int64' } }, ...ids.map((id) => [String(id)]));
}

function lines(...ids: readonly number[]): string {
  return ids.map((id) => `{"id":${id}}\n`).join('');
}

const { schema } = rows();

test('a file for each key, more than may be open at a time; split after split', async () => {
  const base = folder();
  const run = new SinkRun(await planSink({ path: 'by/{id}/x.ndjson' }, schema), schema, base);
  const { writer } = await run.open();
  const ids = Array.from({ length: 150 }, (_, i) => i);
  await run.write(writer, 0, rows(...ids), rows(...ids));
  await run.fail(writer, rows(...ids));
  await run.write(writer, 0, rows(...[...ids].reverse()));
  await writer.close();
  await run.commit();
  expect(filesBelow(base)).toEqual(Object.fromEntries(ids.map((id) => [`by/${id}/x.ndjson`, lines(id, id, id)])));
});

test.each(['k={k}.csv', 'k={k}.csv.gz'])(
  '%s: what several writers have of a key is one file with one header',
  async (path) => {
    const base = folder();
    const batch = (...ids: string[]): Batch =>
      batchOf({ k: { kind: 'text' }, id: { kind: 'int32' } }, ...ids.map((id) => [id[0], id.slice(1)]));
    const { schema: input } = batch();
    const run = new SinkRun(await planSink({ path }, input, 3), input, base);
    for (const [subtask, ids] of [['a1', 'b2'], ['a3'], ['b4', 'c5']].entries()) {
      const { writer } = await run.open(subtask);
      await run.write(writer, subtask, batch(...ids));
      await writer.close();
    }
    await run.commit();
    await run.commit();
    const name = (key: string): string => path.replace('{k}', key);
    expect(filesBelow(base)).toEqual({
      [name('a')]: 'k,id\na,1\na,3\n',
      [name('b')]: 'k,id\nb,2\nb,4\n',
      [name('c')]: 'k,id\nc,5\n',
    });
  },
);

test('values of a column cannot leave the folder, nor be confused', async () => {
  const base = folder();
  const values = [
    '../../x',
    '..',
    '.',
    '.hidden',
    'a/b',
    'a%2Fb',
    'a\0b',
    '',
    null,
    '__NULL__',
    '__EMPTY__',
    'é ü',
    'con:*?',
  ];
  const batch = batchOf({ k: { kind: 'text' } }, ...values.map((value) => [value]));
  await runOnce({ path: 'root/{k}/f.ndjson' }, base, batch.schema, batch);
  await runOnce({ path: 'dot/.{k}/f.ndjson' }, base, batch.schema, batch);
  const found = filesBelow(base);
  const expected: Record<string, string> = {
    '..%2F..%2Fx': '../../x',
    '%2E%2E': '..',
    '%2E': '.',
    '%2Ehidden': '.hidden',
    'a%2Fb': 'a/b',
    'a%252Fb': 'a%2Fb',
    'a%00b': 'a\0b',
    __EMPTY__: '',
    __NULL__: 'null',
    '%5F_NULL__': '__NULL__',
    '%5F_EMPTY__': '__EMPTY__',
    'é ü': 'é ü',
    'con%3A%2A%3F': 'con:*?',
  };
  expected['%2E.%2F..%2Fx'] = expected['..%2F..%2Fx'];
  delete expected['..%2F..%2Fx'];
  for (const [name, value] of Object.entries(expected)) {
    expect(found[`root/${name}/f.ndjson`], name).toBe(`{"k":${value === 'null' ? 'null' : JSON.stringify(value)}}\n`);
  }
  expect(Object.keys(found)).toHaveLength(2 * values.length);
  expect(found['dot/%2E%2E/f.ndjson']).toBe('{"k":"."}\n');
});

test('a name that is too long is that row’s reject', async () => {
  const base = folder();
  const batch = batchOf({ k: { kind: 'text' } }, ['ok'], ['é'.repeat(130)], ['x'.repeat(240)]);
  const run = new SinkRun(await planSink({ path: '{k}.ndjson' }, batch.schema), batch.schema, base);
  const { writer, told } = await run.open();
  await run.write(writer, 0, batch);
  await writer.close();
  await run.commit();
  expect(told.rejected).toEqual([
    {
      row: 1,
      code: 'ETL-5201',
      sqlState: '22001',
      message: 'the path of its file would have a name of more than 255 bytes',
    },
  ]);
  expect(told.written).toBe(2);
  expect(Object.keys(filesBelow(base))).toEqual(['ok.ndjson', `${'x'.repeat(240)}.ndjson`]);
});

test('a link where a key’s folder should be is not followed; the root itself may be one', async () => {
  const base = folder();
  const outside = folder();
  symlinkSync(outside, join(base, 'root'));
  await runOnce({ path: 'root/{id}/a.ndjson' }, base, schema, rows(1));
  expect(filesBelow(outside)).toEqual({ '1/a.ndjson': lines(1) });

  const planted = folder();
  mkdirSync(join(base, 'safe'));
  symlinkSync(planted, join(base, 'safe/1'));
  const run = new SinkRun(await planSink({ path: 'safe/{id}/a.ndjson' }, schema), schema, base);
  const { writer } = await run.open();
  await expect(run.write(writer, 0, rows(1))).rejects.toMatchObject({
    code: 'ETL-4222',
    message: 'cannot write safe/1: it is a symbolic link',
  });
  await writer.abortSplit();
  await run.write(writer, 0, rows(2));
  // Planted between writing and publishing.
  rmSync(join(base, 'safe/2'), { recursive: true });
  symlinkSync(planted, join(base, 'safe/2'));
  await writer.close();
  await expect(run.commit()).rejects.toMatchObject({ code: 'ETL-4223' });
  expect(filesBelow(planted, true)).toEqual({});
});

test('the next run replaces the files of the last one, also with another parallelism, and nobody else’s', async () => {
  const base = folder();
  const write = async (path: string, parallelism: number): Promise<void> => {
    const run = new SinkRun(await planSink({ path }, schema, parallelism), schema, base);
    for (let subtask = 0; subtask < parallelism; subtask++) {
      const { writer } = await run.open(subtask);
      await run.write(writer, subtask, rows(subtask));
      await writer.close();
    }
    await run.commit();
  };
  writeFileSync(join(base, 'e-2024.csv'), 'mine');
  await write('e.csv', 3);
  expect(Object.keys(filesBelow(base))).toEqual(['e-0.csv', 'e-1.csv', 'e-2.csv', 'e-2024.csv']);
  await write('e.csv', 2);
  expect(Object.keys(filesBelow(base))).toEqual(['e-0.csv', 'e-1.csv', 'e-2024.csv']);
  await write('e.csv', 1);
  expect(Object.keys(filesBelow(base, true))).toEqual(['e-2024.csv', 'e.csv']);
  await write('{id}/k.csv', 3);
  await write('{id}/k.csv', 1);
  expect(Object.keys(filesBelow(base))).toEqual(['0/k.csv', 'e-2024.csv', 'e.csv']);
  expect(readdirSync(base).includes('2')).toBe(false);
});

test('a list of files that somebody has changed removes nothing outside', async () => {
  const base = folder();
  await runOnce({ path: 'out/{id}.csv' }, base, schema, rows(1));
  const list = readdirSync(join(base, 'out')).find((name) => name.startsWith('.etl-files-'))!;
  writeFileSync(join(base, 'keep'), '');
  const outside = folder();
  writeFileSync(join(outside, 'keep'), '');
  symlinkSync(outside, join(base, 'out/link'));
  writeFileSync(
    join(base, 'out', list),
    JSON.stringify({ files: ['../keep', '/etc/keep', 'link/keep', 'x/../../keep', 7, '', 'gone/x'] }),
  );
  await runOnce({ path: 'out/{id}.csv' }, base, schema, rows(2));
  expect(filesBelow(base).keep).toBe('');
  expect(filesBelow(outside).keep).toBe('');
  writeFileSync(join(base, 'out', list), 'no json');
  await runOnce({ path: 'out/{id}.csv' }, base, schema, rows(3));
});

test('thousands of keys in turn: few open files, each row once, nothing of a split that failed', async () => {
  const base = folder();
  const run = new SinkRun(await planSink({ path: '{id}.ndjson' }, schema), schema, base);
  const { writer } = await run.open();
  const ids = Array.from({ length: 2000 }, (_, id) => id);
  const before = readdirSync('/proc/self/fd').length;
  await run.write(writer, 0, rows(...ids));
  await run.fail(writer, rows(...ids), rows(...ids));
  await run.write(writer, 0, rows(...ids.reverse()), rows(...ids));
  expect(readdirSync('/proc/self/fd').length - before).toBeLessThanOrEqual(64);
  await run.commit();
  const files = filesBelow(base, true);
  expect(Object.keys(files).filter((name) => !name.startsWith('.'))).toHaveLength(2000);
  for (const id of ids) expect(files[`${id}.ndjson`]).toBe(`{"id":${id}}\n`.repeat(3));
});

test('a column of too many values makes no files without end', async () => {
  const base = folder();
  const run = new SinkRun(await planSink({ path: '{id}.csv' }, schema), schema, base);
  const { writer } = await run.open();
  await writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  const batch = rows(...Array.from({ length: 10_001 }, (_, i) => i));
  await expect(writer.write(batch)).rejects.toMatchObject({
    code: 'ETL-4224',
    message: '10000.csv would be file 10001 of this writer',
  });
  await writer.abortSplit();
  await writer.close();
});

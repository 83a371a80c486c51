import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { Batch } from '../../../src/columnar/batch.js';
import { sliceBatch } from '../../../src/columnar/take.js';
import { writeError } from '../../../src/connectors/file/file-errors.js';
import { batchOf, columnFrom } from '../../columnar/cells.js';
import { readRows } from './read-rows.js';
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

function many(length: number): Batch {
  const column = columnFrom(
    { kind: 'int64' },
    Array.from({ length }, (_, i) => String(i)),
  );
  return { schema, columns: [column], length, selection: null };
}

function lines(...ids: readonly number[]): string {
  return ids.map((id) => `{"id":${id}}\n`).join('');
}

const { schema } = rows();

test('NDJSON: nothing is to be seen before the commit, everything after it', async () => {
  const base = folder();
  const run = new SinkRun(await planSink({ path: 'out/a.ndjson' }, schema), schema, base);
  const { writer, told } = await run.open();
  await run.write(writer, 0, rows(1, 2, 3), sliceBatch(rows(4, 5, 6), 1, 2));
  await run.write(writer, 0, rows(7));
  expect(told.written).toBe(5);
  await writer.close();
  expect(readdirSync(join(base, 'out')).filter((name) => !name.startsWith('.'))).toEqual([]);
  await run.commit();
  expect(filesBelow(base, true)).toEqual({ 'out/a.ndjson': lines(1, 2, 3, 5, 7) });
});

test('CSV: header, quotes, NULL and empty text, booleans, formulas', async () => {
  const base = folder();
  const types = {
    'a "b"': { kind: 'text' },
    ok: { kind: 'boolean' },
    n: { kind: 'decimal', precision: 5, scale: 2 },
  } as const;
  const batch = batchOf(types, ['x,y\n"z"', 't', '1.5'], [null, 'f', '-2'], ['', null, null], ['=cmd()', 't', '0']);
  await runOnce({ path: 'a.csv' }, base, batch.schema, batch);
  await runOnce(
    { path: 'b.csv', delimiter: ';', nullValue: 'NULL', header: false, csvFormulaGuard: true },
    base,
    batch.schema,
    batch,
    batchOf(types, ['NULL', null, null]),
  );
  expect(filesBelow(base)).toEqual({
    'a.csv': '"a ""b""",ok,n\n"x,y\n""z""",true,1.50\n,false,-2.00\n"",,\n=cmd(),true,0.00\n',
    'b.csv': '"x,y\n""z""";true;1.50\nNULL;false;-2.00\n;NULL;NULL\n\'=cmd();true;0.00\n"NULL";NULL;NULL\n',
  });
});

test('what is written is read back, whatever it is', async () => {
  const text = fc.option(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '"', ',', '\n', '\r', '\\', ' ', "'") }));
  const cells = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 });
  const format = fc.constantFrom('a.csv', 'a.ndjson', 'a.csv.gz', 'a.tsv');
  await fc.assert(
    fc.asyncProperty(cells, format, async (values, path) => {
      const base = folder();
      const batch = batchOf({ a: { kind: 'text' }, b: { kind: 'text' } }, ...values);
      await runOnce({ path }, base, batch.schema, batch);
      const read = await readRows(base, { path, schema: { a: 'text', b: 'text' } });
      expect(read.rejects).toEqual([]);
      expect(read.rows).toEqual(values);
    }),
    { numRuns: 60 },
  );
});

test('a failed split leaves nothing, also when it had been flushed, and when it was the first', async () => {
  const base = folder();
  const run = new SinkRun(await planSink({ path: 'a.csv' }, schema), schema, base);
  const { writer, told } = await run.open();
  const large = many(60_000);
  await run.fail(writer, large);
  await run.write(writer, 0, rows(1));
  await run.fail(writer, large, rows(5));
  await run.write(writer, 0, rows(2));
  await run.fail(writer, rows(6));
  await writer.close();
  expect(told.written).toBe(2);
  await run.commit();
  expect(filesBelow(base, true)).toEqual({ 'a.csv': 'id\n1\n2\n' });
});

test.each(['a-{subtask}.csv', 'a-{subtask}.csv.gz'])(
  '%s: a slot that is replaced goes on behind what it had committed',
  async (path) => {
    const base = folder();
    const run = new SinkRun(await planSink({ path }, schema, 2), schema, base);
    const killed = await run.open(1);
    await run.write(killed.writer, 1, rows(1));
    await run.write(killed.writer, 1, rows(2));
    await killed.writer.beginSplit({ vertex: 'v', split: 7, attempt: 1 });
    await killed.writer.write(many(300_000));
    // Killed here: nothing is closed or taken back.
    const replaced = await run.open(1);
    await run.write(replaced.writer, 1, rows(3));
    const other = await run.open(0);
    await run.write(other.writer, 0, rows(4));
    await run.commit();
    const files = filesBelow(base);
    expect(Object.values(files)).toEqual(['id\n4\n', 'id\n1\n2\n3\n']);
    await killed.writer.close();
  },
);

test('a slot that was killed before its first commit leaves no staging file in the way', async () => {
  const base = folder();
  const run = new SinkRun(await planSink({ path: '{id}/a.ndjson' }, schema), schema, base);
  const killed = await run.open();
  await run.fail(killed.writer, rows(1));
  await killed.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  await killed.writer.write(rows(...Array.from({ length: 3 }, () => 1)));
  await killed.writer.endSplit(); // told to nobody
  const replaced = await run.open();
  await run.write(replaced.writer, 0, rows(1));
  await run.commit();
  expect(filesBelow(base)).toEqual({ '1/a.ndjson': lines(1) });
  await killed.writer.close();
});

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

test('a run without rows leaves its file: empty, or with a header', async () => {
  const base = folder();
  for (const path of ['a.csv', 'b.ndjson', 'c-{subtask}.csv.gz', '{id}.csv']) await runOnce({ path }, base, schema);
  await new SinkRun(await planSink({ path: 'd.csv' }, schema, 4), schema, base).commit();
  expect(filesBelow(base)).toEqual({ 'a.csv': 'id\n', 'b.ndjson': '', 'c-0.csv.gz': 'id\n', 'd-0.csv': 'id\n' });
});

test('abort removes what this run has staged, and only that', async () => {
  const base = folder();
  await runOnce({ path: 'out/{id}.csv' }, base, schema, rows(1));
  const before = filesBelow(base, true);
  const plan = await planSink({ path: 'out/{id}.csv' }, schema);
  const run = new SinkRun(plan, schema, base, 'run2');
  const other = new SinkRun(await planSink({ path: 'out/{id}.csv' }, schema, 1, 'other'), schema, base, 'run2');
  const writers = [await run.open(), await run.open(1), await other.open()];
  await run.write(writers[0].writer, 0, rows(1, 2));
  await run.write(writers[1].writer, 1, rows(3));
  await other.write(writers[2].writer, 0, rows(4));
  for (const { writer } of writers) await writer.close();
  await run.abort();
  await run.abort();
  expect(Object.keys(filesBelow(base, true)).filter((name) => name.endsWith('.tmp'))).toHaveLength(1);
  await other.abort();
  expect(filesBelow(base, true)).toEqual(before);
  const nested = new SinkRun(await planSink({ path: 'new/{id}/a.csv' }, schema), schema, base);
  const { writer } = await nested.open();
  await nested.write(writer, 0, rows(1));
  await writer.close();
  await nested.abort();
  expect(readdirSync(join(base, 'new'))).toEqual([]);
});

test('staging of a dead run for the same file is removed when it is old; of a live one it is not', async () => {
  const base = folder();
  const name = (pid: number): string => `.a.csv.etl-run0-${pid}-0123abcd-0.tmp`;
  const dead = 2 ** 22 + 1;
  const old = new Date(Date.now() - 25 * 3600 * 1000);
  for (const [pid, time] of [
    [dead, old],
    [process.pid, old],
  ] as const) {
    writeFileSync(join(base, name(pid)), '');
    utimesSync(join(base, name(pid)), time, time);
  }
  writeFileSync(join(base, `.b.csv.etl-run0-${dead}-0123abcd-0.tmp`), '');
  writeFileSync(join(base, `.a.csv.etl-run9-${dead}-0123abcd-0.tmp`), '');
  await runOnce({ path: 'a.csv' }, base, schema, rows(1));
  expect(readdirSync(base).sort()).toEqual(
    [
      `.a.csv.etl-run0-${process.pid}-0123abcd-0.tmp`,
      `.a.csv.etl-run9-${dead}-0123abcd-0.tmp`,
      `.b.csv.etl-run0-${dead}-0123abcd-0.tmp`,
      'a.csv',
    ].sort(),
  );
});

test('a commit may be done again; staging that was lost or cut in between is told', async () => {
  const base = folder();
  const staged = async (runId: string): Promise<SinkRun> => {
    const run = new SinkRun(await planSink({ path: 'a.csv' }, schema), schema, base, runId);
    const { writer } = await run.open();
    await run.write(writer, 0, rows(10, 20, 30));
    await writer.close();
    return run;
  };
  const staging = (): string =>
    join(
      base,
      readdirSync(base).find((name) => name.endsWith('.tmp'))!,
    );
  const good = await staged('run1');
  await good.commit();
  await good.commit();
  expect(filesBelow(base, true)).toEqual({ 'a.csv': 'id\n10\n20\n30\n' });
  const cut = await staged('run2');
  truncateSync(staging(), 5);
  await expect(cut.commit()).rejects.toMatchObject({
    code: 'ETL-4223',
    message: 'the staging file of a.csv has 5 bytes, where 12 were committed',
  });
  await expect(cut.open()).rejects.toMatchObject({ code: 'ETL-4223' });
  await cut.abort();
  writeFileSync(join(base, 'a.csv'), 'other');
  const lost = await staged('run3');
  rmSync(staging());
  await expect(lost.commit()).rejects.toMatchObject({ code: 'ETL-4223', message: 'the staging file of a.csv is gone' });
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

test('a target that is a folder, or below a file', async () => {
  const base = folder();
  mkdirSync(join(base, 'a.csv'));
  await expect(runOnce({ path: 'a.csv' }, base, schema, rows(1))).rejects.toMatchObject({
    code: 'ETL-4220',
    message: 'cannot write a.csv: it is a directory (EISDIR)',
  });
  writeFileSync(join(base, 'file'), '');
  await expect(runOnce({ path: 'file/a.csv' }, base, schema, rows(1))).rejects.toMatchObject({ code: 'ETL-4220' });
});

test('what the system says becomes the error whose exit tells who must act', () => {
  const code = (errno: string): string => writeError('a.csv', Object.assign(new Error('x'), { code: errno })).code;
  expect(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'ELOOP', 'EIO'].map(code)).toEqual([
    'ETL-4221',
    'ETL-4221',
    'ETL-4204',
    'ETL-4204',
    'ETL-4222',
    'ETL-4220',
  ]);
});

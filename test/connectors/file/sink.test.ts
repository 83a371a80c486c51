import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
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

test('a run without rows leaves its file: empty, or with a header', async () => {
  const base = folder();
  for (const path of ['a.csv', 'b.ndjson', 'c-{subtask}.csv.gz', '{id}.csv']) await runOnce({ path }, base, schema);
  await new SinkRun(await planSink({ path: 'd.csv' }, schema, 4), schema, base).commit();
  expect(filesBelow(base)).toEqual({ 'a.csv': 'id\n', 'b.ndjson': '', 'c-0.csv.gz': 'id\n', 'd-0.csv': 'id\n' });
});

test('a run without rows and so without keys makes no file, and removes those of the last run', async () => {
  const base = folder();
  await runOnce({ path: 'new/{id}.csv' }, base, schema);
  expect(filesBelow(base, true)).toEqual({});
  await runOnce({ path: 'out/{id}.csv' }, base, schema, rows(1));
  await runOnce({ path: 'out/{id}.csv' }, base, schema);
  expect(filesBelow(base, true)).toEqual({});
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

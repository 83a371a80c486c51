import path from 'node:path';
import { mkdirSync, readdirSync } from 'node:fs';
import type { Schema } from '../../../src/columnar/batch.js';
import { expect, test } from 'vitest';
import { sqliteSink } from '../../../src/connectors/sqlite/sink.js';
import { batchOf, schemaOf } from '../redis/sink-harness.js';
import {
  makeDatabase,
  openSink,
  planSink,
  readAll,
  slotContext,
  temporaryFolder,
  writeRun,
  writeSplit,
} from './sqlite-harness.js';

const folder = temporaryFolder();
let number = 0;
const newFile = (): string => path.join(folder, `${number++}.db`);

const schema = schemaOf({ id: 'int64', name: 'text' });
const rows = (from: number, to: number, name = 'n'): ReturnType<typeof batchOf> =>
  batchOf(schema, Array.from({ length: to - from }, (_, i) => [String(from + i), name])); // prettier-ignore

test('every type, into a table that is made, and back', async () => {
  const file = newFile();
  const wide = schemaOf({
    id: 'int64', flag: 'boolean', small: 'int16', whole: 'int32', half: 'float64', price: { kind: 'decimal', precision: 9, scale: 2 }, exact: { kind: 'decimal', precision: 38, scale: 10 },
    number: 'numeric', name: 'text', doc: 'jsonb', uid: 'uuid', raw: 'bytea', day: 'date', clock: 'time', moment: 'timestamp', zoned: 'timestamptz', span: 'interval', list: { kind: 'list', element: { kind: 'int32' } },
  }); // prettier-ignore
  const row = ['-9223372036854775808', 't', '-32768', '2147483647', '-Infinity', '12.50', '1234567890123456789012345678.0123456789', '1e-30', 'Zoë\t"', '{"a": 1}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff', '2026-02-28', '23:59:59.5', '2026-01-01 00:00:00.000001', '2026-01-01 00:00:00+00', '1 mon', '{1,NULL}']; // prettier-ignore
  await writeRun(file, wide, { table: 't', createTable: true }, [
    [
      batchOf(wide, [
        row,
        row.map((_, i) => (i === 0 ? '9223372036854775807' : null)),
        ['5', ...row.slice(1, 4), 'NaN', ...row.slice(5)],
      ]),
    ],
  ]);
  const back = await readAll(file, { own: { table: 't' } });
  expect(back.rejected).toEqual([]);
  expect(back.rows).toEqual([
    [...row.slice(0, 5), '12.5', ...row.slice(6, 7), `0.${'0'.repeat(29)}1`, ...row.slice(8)],
    ['9223372036854775807', ...row.slice(1).map(() => null)],
  ]);
});

test('a row that SQLite cannot keep, or the table does not take, is rejected; its neighbours are written', async () => {
  for (const mode of ['append', 'replace'] as const) {
    const file = newFile();
    const database = makeDatabase(
      file,
      'CREATE TABLE [t] (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (length(name) < 5), score REAL); CREATE UNIQUE INDEX "by name" ON t (name); CREATE INDEX other ON t(score)',
    );
    const scored = schemaOf({ id: 'int64', name: 'text', score: 'float64' });
    const batch = batchOf(scored, [['1', 'a', '1'], ['2', null, '1'], ['3', 'too long', '1'], ['4', 'd', 'NaN'], ['1', 'again', '1'], ['6', 'a', '1'], ['7', 'f', null]]); // prettier-ignore
    const sink = await writeRun(file, scored, { table: 't', mode }, [[batch]]);
    expect(sink.rejected).toEqual([
      '4|d|NaN: ETL-5201 22003 NaN, which SQLite cannot keep',
      '2||1: ETL-5201 23000 NOT NULL constraint failed: t.name',
      '3|too long|1: ETL-5201 23000 CHECK constraint failed: length(name) < 5',
      '1|again|1: ETL-5201 23000 CHECK constraint failed: length(name) < 5',
      '6|a|1: ETL-5201 23000 UNIQUE constraint failed: t.name',
    ]);
    expect(sink.written).toBe(2);
    expect(database.prepare('SELECT id, name FROM t').raw().all()).toEqual([[1, 'a'], [7, 'f']]); // prettier-ignore
    expect(database.prepare('SELECT name FROM sqlite_schema ORDER BY 1').pluck().all()).toEqual([
      'by name',
      'other',
      't',
    ]);
  }
});

test('a reject that the policy does not take leaves nothing of the split', async () => {
  const file = newFile();
  const database = makeDatabase(file, 'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)');
  const sink = await openSink(file, schema, { table: 't' }, { failOnReject: true });
  await expect(writeSplit(sink, 0, [rows(0, 10), rows(5, 6)])).rejects.toThrow('UNIQUE');
  await sink.writer.abortSplit();
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(0);
  await writeSplit(sink, 0, [rows(0, 3)], 2);
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(3);
  await sink.writer.close();
});

test('upsert: a repeated split changes nothing, the last of several rows of one key wins', async () => {
  const file = newFile();
  const database = makeDatabase(
    file,
    `CREATE TABLE t (id INTEGER, name TEXT, kept TEXT DEFAULT 'yes', PRIMARY KEY (id)); INSERT INTO t VALUES (1, 'old', 'mine')`,
  );
  const block = { table: 't', keys: ['id'] };
  for (let time = 0; time < 2; time++) {
    await writeRun(file, schema, block, [[rows(0, 20_000), rows(10, 12, 'later')], [rows(20_000, 20_001)]]);
    expect(database.prepare('SELECT count(*), sum(id) FROM t').raw().get()).toEqual([20_001, 200_010_000]);
    expect(database.prepare('SELECT name, kept FROM t WHERE id IN (1, 10) ORDER BY id').raw().all()).toEqual([['n', 'mine'], ['later', 'yes']]); // prettier-ignore
  }
  const onlyKeys = await writeRun(file, schemaOf({ id: 'int64' }), { table: 't', keys: ['id'] }, [
    [batchOf(schemaOf({ id: 'int64' }), [['1'], ['-5']])],
  ]);
  expect(onlyKeys.written).toBe(2);
  expect(database.prepare('SELECT id, name FROM t WHERE id < 2 ORDER BY id').raw().all()).toEqual([[-5, null], [0, 'n'], [1, 'n']]); // prettier-ignore
});

test('append: a split that is repeated after its success was lost is there once', async () => {
  const file = newFile();
  const database = makeDatabase(file, 'CREATE TABLE t (id INT, name TEXT)');
  const first = await openSink(file, schema, { table: 't' });
  await writeSplit(first, 3, [rows(0, 1000)]);
  await first.writer.close();
  // The slot died before it could say so: another one does the split again, and one more.
  const second = await openSink(file, schema, { table: 't' });
  await writeSplit(second, 3, [rows(0, 1000)], 2);
  await writeSplit(second, 4, [rows(1000, 1500)]);
  expect(second.written).toBe(1500);
  await second.writer.beginSplit({ vertex: 'other branch', split: 3, attempt: 1 });
  await second.writer.write(rows(1500, 1501));
  await second.writer.endSplit();
  await second.writer.close();
  expect(database.prepare('SELECT count(*), count(DISTINCT id) FROM t').raw().get()).toEqual([1501, 1501]);
  await sqliteSink.commit!(second.plan.params, [null, null], slotContext);
  expect(database.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['t']);
  // The next run appends anew.
  await writeRun(file, schema, { table: 't' }, [[rows(0, 10)]], { runId: 'run-2' });
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(1511);
});

test('a repeated split that was moved already has the same rows rejected', async () => {
  const file = newFile();
  const database = makeDatabase(file, 'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)');
  for (const attempt of [1, 2]) {
    const sink = await openSink(file, schema, { table: 't' });
    await writeSplit(sink, 0, [rows(0, 10), rows(3, 5, 'again')], attempt);
    await sink.writer.close();
    expect(sink).toMatchObject({
      written: 10,
      rejected: [3, 4].map((id) => `${id}|again: ETL-5201 23000 UNIQUE constraint failed: t.id`),
    });
  }
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(10);
});

test('replace: the old rows stand until commit; abort leaves them', async () => {
  const file = newFile();
  const database = makeDatabase(
    file,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (-1, 'old')`,
  );
  const content = (): unknown => database.prepare('SELECT min(id), max(id), count(*) FROM t').raw().get();
  const failed = await openSink(file, schema, { table: 't', mode: 'replace' });
  await writeSplit(failed, 0, [rows(0, 10)]);
  await failed.writer.close();
  expect(content()).toEqual([-1, -1, 1]);
  await sqliteSink.abort!(failed.plan.params, slotContext);
  await sqliteSink.abort!(failed.plan.params, slotContext);
  expect(database.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['t']);
  expect(content()).toEqual([-1, -1, 1]);

  const sink = await openSink(file, schema, { table: 't', mode: 'replace' });
  await writeSplit(sink, 0, [rows(0, 10)]);
  await writeSplit(sink, 1, [rows(10, 30)]);
  await writeSplit(sink, 1, [rows(10, 30)], 2);
  await sink.writer.close();
  expect(content()).toEqual([-1, -1, 1]);
  await sqliteSink.commit!(sink.plan.params, [null, null], slotContext);
  expect(content()).toEqual([0, 29, 30]);
  await sqliteSink.commit!(sink.plan.params, [null, null], slotContext);
  expect(content()).toEqual([0, 29, 30]);
  expect(database.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['t']);
  await sqliteSink.commit!(sink.plan.params, [], { ...slotContext, runId: 'run-of-no-splits' });
  expect(content()).toEqual([null, null, 0]);
});

test.each(['append', 'upsert'])(
  '%s, commit: atomic: nothing is seen before commit, abort leaves nothing',
  async (mode) => {
    const file = newFile();
    const database = makeDatabase(
      file,
      `CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (-1, 'old')`,
    );
    const content = (): unknown => database.prepare('SELECT min(id), max(id), count(*) FROM t').raw().get();
    const block = { table: 't', mode, commit: 'atomic', ...(mode === 'upsert' && { keys: ['id'] }) };
    const failed = await openSink(file, schema, block);
    expect(failed.plan.commit).toBe('atomic');
    await writeSplit(failed, 0, [rows(0, 10)]);
    await failed.writer.close();
    await sqliteSink.abort!(failed.plan.params, slotContext);
    expect(content()).toEqual([-1, -1, 1]);

    const sink = await openSink(file, schema, block);
    await writeSplit(sink, 0, [rows(0, 10)]);
    await writeSplit(sink, 1, [rows(10, 30)]);
    await writeSplit(sink, 1, [rows(10, 30)], 2);
    await sink.writer.close();
    expect(content()).toEqual([-1, -1, 1]);
    await sqliteSink.commit!(sink.plan.params, [null, null], slotContext);
    expect(content()).toEqual([-1, 29, 31]);
    // Said twice, done once.
    await sqliteSink.commit!(sink.plan.params, [null, null], slotContext);
    expect(content()).toEqual([-1, 29, 31]);
    expect(database.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['t']);
  },
);

test('append, commit: atomic: a row that is there already is none of the run, and the target stays as it was', async () => {
  const file = newFile();
  const database = makeDatabase(
    file,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (5, 'old')`,
  );
  const sink = await openSink(file, schema, { table: 't', mode: 'append', commit: 'atomic' });
  await writeSplit(sink, 0, [rows(0, 10)]);
  await sink.writer.close();
  await expect(sqliteSink.commit!(sink.plan.params, [null], slotContext)).rejects.toThrow(/UNIQUE constraint failed/);
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(1);
  await sqliteSink.abort!(sink.plan.params, slotContext);
  expect(database.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['t']);
});

test('two slots write at once, another program holds the file: each waits for its turn', async () => {
  const file = newFile();
  const database = makeDatabase(file, 'CREATE TABLE t (id INT, name TEXT)');
  const sinks = [await openSink(file, schema, { table: 't' }), await openSink(file, schema, { table: 't' })];
  database.exec('BEGIN IMMEDIATE');
  const writes = sinks.map(async (sink, i) => {
    await writeSplit(sink, 2 * i, [rows(i * 10_000, i * 10_000 + 5000)]);
    await writeSplit(sink, 2 * i + 1, [rows(i * 10_000 + 5000, (i + 1) * 10_000)]);
    await sink.writer.close();
  });
  setImmediate(() => database.exec('COMMIT'));
  await Promise.all(writes);
  expect(database.prepare('SELECT count(*), count(DISTINCT id) FROM t').raw().get()).toEqual([20_000, 20_000]);
  expect(sinks[0].waitedMs + sinks[1].waitedMs).toBeGreaterThan(0);
});

test('a file that stays locked: ETL-4205; a cancelled run stops waiting', async () => {
  const file = newFile();
  const database = makeDatabase(file, 'CREATE TABLE t (id INT, name TEXT)');
  const sink = await openSink(file, schema, { table: 't' }, { settings: { 'sink.outage.budget': 1 } });
  database.exec('BEGIN IMMEDIATE');
  await expect(writeSplit(sink, 0, [rows(0, 5)])).rejects.toMatchObject({ code: 'ETL-4205' });
  await sink.writer.abortSplit();
  await sink.writer.close();
  const patient = openSink(file, schema, { table: 't' });
  setImmediate(() => database.exec('COMMIT'));
  const other = await patient;
  database.exec('BEGIN IMMEDIATE');
  const abort = new AbortController();
  await other.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 }, abort.signal);
  await other.writer.write(rows(0, 5));
  setImmediate(() => abort.abort());
  await expect(other.writer.endSplit()).rejects.toThrow('locked');
  database.exec('COMMIT');
  await other.writer.close();
});

test('a full disk: ETL-4213, and nothing of the split', async () => {
  const file = newFile();
  const database = makeDatabase(file, 'CREATE TABLE t (id INT, name TEXT)');
  const sink = await openSink(file, schema, { table: 't' });
  // A limit of pages is SQLite's own word for a full disk; it belongs to the connection that writes.
  const inner = sink.writer as unknown as { database: { pragma(text: string): unknown } };
  inner.database.pragma('main.max_page_count = 20');
  await expect(writeSplit(sink, 0, [rows(0, 20_000, 'x'.repeat(50))])).rejects.toMatchObject({
    code: 'ETL-4213',
    kind: 'disk-full',
  });
  await sink.writer.abortSplit();
  await sink.writer.close();
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(0);
});

test('upsert: a row whose key is NULL is rejected', async () => {
  const file = path.join(folder, 'made', 'with its folder', 'n.db');
  const batch = batchOf(schema, [
    ['1', 'a'],
    [null, 'b'],
  ]);
  const sink = await writeRun(file, schema, { table: 't', createTable: true, keys: ['id'] }, [[batch]]);
  expect(sink).toMatchObject({ written: 1, rejected: ['|b: ETL-5110 22004 the key is NULL'] });
});

test('nothing is left behind but the file', async () => {
  const own = path.join(folder, 'own');
  mkdirSync(own);
  await writeRun(path.join(own, 'new.db'), schema, { table: 't', createTable: true, keys: ['id'] }, [[rows(0, 5)]]);
  expect(readdirSync(own)).toEqual(['new.db']);
});

test('a plan that cannot be is refused', async () => {
  const file = newFile();
  makeDatabase(
    file,
    'CREATE TABLE t (id INT, name TEXT); CREATE TABLE k (id INT, name TEXT, PRIMARY KEY (id, name)); CREATE VIEW v AS SELECT 1',
  );
  const refused = (block: Record<string, unknown>, input: Schema = schema, at = file): Promise<string> =>
    planSink(at, input, block).then(
      (plan) => `ok: ${plan.description} · ${plan.effect} · ${plan.commit} · ${plan.notes.join()}`,
      (error: { code: string; message: string; hint?: string }) =>
        `${error.code} ${error.message.replaceAll(folder, '…').replace(/\d+\.db/, 'N.db')} · ${error.hint ?? ''}`,
    );
  expect([
    await refused({ table: 't' }),
    await refused({ table: 'T', mode: 'replace' }),
    await refused({ table: 'k', keys: ['name', 'id'] }),
    await refused({ table: 'new', createTable: true }),
    await refused({ table: 'new' }),
    await refused({ table: 'v' }),
    await refused({ table: 't', keys: ['id'] }),
    await refused({ table: 'k', keys: ['id'] }),
    await refused({ table: 't', mode: 'upsert' }),
    await refused({ table: 't', mode: 'append', keys: ['id'] }),
    await refused({ table: 't', columns: ['id'], keys: ['name'] }),
    await refused({ table: 't', columns: ['id', 'id'] }),
    await refused({ table: 't', columns: ['other'] }),
    await refused({ table: 't' }, schemaOf({ id: 'int64', extra: 'text' })),
    await refused({ table: 't' }, schema, path.join(folder, 'missing.db')),
  ]).toMatchInlineSnapshot(`
    [
      "ok: append t · ledgered · batch · ",
      "ok: replace T · idempotent · atomic · ",
      "ok: upsert k by name, id · idempotent · batch · ",
      "ok: append new · ledgered · batch · the table new is made",
      "ETL-4212 sink "out": …/N.db has no table "new" · createTable: true makes it",
      "ETL-4212 sink "out": …/N.db has no table "v" · createTable: true makes it",
      "ETL-4212 sink "out": the table "t" has no primary key or unique index on exactly (id), which upsert needs · ",
      "ETL-4212 sink "out": the table "k" has no primary key or unique index on exactly (id), which upsert needs · ",
      "ETL-4211 sink "out": upsert needs keys, the columns that tell rows apart · ",
      "ETL-4211 sink "out": keys are for upsert, and the mode is append · ",
      "ETL-4211 sink "out": the key "name" is none of the columns that are written · ",
      "ETL-4211 sink "out": a column is named twice · ",
      "ETL-4211 sink "out": the column "other" does not arrive here · it gets id, name",
      "ETL-4212 sink "out": the table "t" has no column "extra"; it has id, name · ",
      "ETL-4212 sink "out": the file …/missing.db does not exist · createTable: true makes it",
    ]
  `);
});

/** Arrow files through source and sink. The other reader and writer is the package `apache-arrow`. */
import * as arrow from 'apache-arrow';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { Batch, Schema } from '../../../src/columnar/batch.js';
import { isValid } from '../../../src/columnar/column.js';
import { compactBatch, sliceBatch } from '../../../src/columnar/take.js';
import { EtlError } from '../../../src/errors/etl-error.js';
import { anyBatches } from '../../columnar/any-batch.js';
import { arrowRows, rawRows } from '../../columnar/arrow/apache-rows.js';
import { batchOf, textOf } from '../../columnar/cells.js';
import { readArrow } from '../../../src/connectors/file/read-arrow.js';
import { attempt, slotContext } from './contexts.js';
import { readRows, type ReadResult } from './read-rows.js';
import { filesBelow, planSink, runOnce, SinkRun } from './sink-harness.js';

const directory = mkdtempSync(join(tmpdir(), 'etl-arrow-'));
afterAll(() => rmSync(directory, { recursive: true }));

let count = 0;
function folder(): string {
  const path = join(directory, String(++count));
  mkdirSync(path);
  return path;
}

function textRows(batch: Batch): (string | null)[][] {
  const dense = compactBatch(batch);
  return Array.from({ length: dense.length }, (_, row) =>
    dense.columns.map((column) => (isValid(column, row) ? textOf(column, row) : null)),
  );
}

function tableOf(base: string, name: string): arrow.Table {
  return arrow.tableFromIPC(readFileSync(join(base, name)));
}

/** What reading ends in: an error, told as the user sees it. */
async function refusal(base: string, own: object): Promise<string> {
  const failed = await readRows(base, own).catch((error: unknown) => error);
  if (!(failed instanceof EtlError)) throw new Error('it was read', { cause: failed });
  return `${failed.code} ${failed.message}`;
}

test('rows of every type go through sink and source, and another reader sees the same', async () => {
  const formats = fc.constantFrom('a.arrow', 'a.arrows', 'a.feather');
  await fc.assert(
    fc.asyncProperty(anyBatches(4), formats, async (batches, path) => {
      if (batches.length === 0) return;
      const { schema } = batches[0];
      const base = folder();
      await runOnce({ path }, base, schema, ...batches);
      expect(arrowRows(tableOf(base, path))).toEqual(batches.flatMap(rawRows));
      const read = await readRows(base, { path });
      expect(read.rows).toEqual(batches.flatMap(textRows));
      expect(read.description.schema.fields.map(({ name, type }) => ({ name, type }))).toEqual(
        schema.fields.map(({ name, type }) => ({ name, type })),
      );
    }),
    { numRuns: 150 },
  );
});

const wide = batchOf(
  { id: { kind: 'int64' }, name: { kind: 'text' }, price: { kind: 'decimal', precision: 38, scale: 2 } },
  ['-9223372036854775808', '😀', '-999999999999999999999999999999999999.99'],
  ['9223372036854775807', null, null],
  ['9007199254740993', '', '0.01'],
);

test('no rows: a file with its columns, in both forms', async () => {
  const base = folder();
  const { schema } = wide;
  await runOnce({ path: 'a.arrow' }, base, schema);
  await runOnce({ path: 'a.arrows' }, base, schema, sliceBatch(wide, 1, 1));
  for (const path of ['a.arrow', 'a.arrows']) {
    expect(tableOf(base, path).numRows).toBe(0);
    expect(tableOf(base, path).schema.fields.map((field) => String(field.type))).toEqual([
      'Int64',
      'Utf8',
      'Decimal[38e+2]',
    ]);
    const { rows, columns, description } = await readRows(base, { path });
    expect([rows, columns, description.rowEstimate]).toEqual([
      [],
      ['id bigint', 'name text', 'price numeric(38,2)'],
      0,
    ]);
  }
});

/** A batch of ids, and their remainder as text. */
function numbered(length: number, from = 0): Batch {
  const types = { id: { kind: 'int64' }, key: { kind: 'text' } } as const;
  return batchOf(types, ...Array.from({ length }, (_, i) => [String(from + i), `k${(from + i) % 3}`]));
}

test('small batches are put together, and a split of a file is a batch of its own', async () => {
  const base = folder();
  const { schema } = numbered(1);
  const run = new SinkRun(await planSink({ path: 'a.arrow' }, schema), schema, base);
  const { writer, told } = await run.open();
  await run.write(writer, 0, ...Array.from({ length: 100 }, (_, i) => numbered(70, i * 70)));
  await run.write(writer, 0, numbered(5, 7000));
  expect(told.written).toBe(7005);
  expect(filesBelow(base)).not.toHaveProperty('a.arrow');
  await run.commit();
  const table = tableOf(base, 'a.arrow');
  expect(table.batches.map((batch) => batch.numRows)).toEqual([4130, 2870, 5]);
  expect((await readRows(base, { path: 'a.arrow' })).rows.map(([id]) => Number(id))).toEqual(
    Array.from({ length: 7005 }, (_, i) => i),
  );
});

test('a file for each key; parts of several writers become one file; a failed split leaves nothing', async () => {
  const base = folder();
  const { schema } = numbered(1);
  for (const path of ['{key}/a.arrow', '{key}/b.arrows']) {
    const run = new SinkRun(await planSink({ path }, schema, 2), schema, base);
    const writers = [await run.open(0), await run.open(1)];
    await run.write(writers[0].writer, 0, numbered(100));
    await run.fail(writers[1].writer, numbered(1000, 5000));
    await run.write(writers[1].writer, 1, numbered(100, 100), sliceBatch(numbered(20, 200), 5, 10));
    // A slot process that was replaced goes on behind what it had committed.
    await writers[0].writer.beginSplit({ vertex: 'v', split: 9, attempt: 1 });
    await writers[0].writer.write(numbered(9000, 9000));
    await writers[0].writer.close();
    const again = await run.open(0);
    await run.write(again.writer, 0, numbered(3, 300));
    await run.commit();
    // Publishing again, as after a crash behind it, is no harm.
    await run.commit();
    const name = path.slice(6);
    const ids: number[] = [];
    for (const key of ['k0', 'k1', 'k2']) {
      const { rows } = await readRows(base, { path: `${key}/${name}` });
      expect(rows.every(([, found]) => found === key)).toBe(true);
      expect(arrowRows(tableOf(base, `${key}/${name}`))).toHaveLength(rows.length);
      ids.push(...rows.map(([id]) => Number(id)));
    }
    const expected = [...Array(200).keys(), 205, 206, 207, 208, 209, 300, 301, 302];
    expect(ids.sort((a, b) => a - b)).toEqual(expected);
  }
});

test('what was published and is damaged since is not taken for what it was', async () => {
  const base = folder();
  const { schema } = numbered(1);
  const run = new SinkRun(await planSink({ path: 'a.arrow' }, schema), schema, base);
  const { writer } = await run.open();
  await run.write(writer, 0, numbered(10));
  await run.commit();
  truncateSync(join(base, 'a.arrow'), 500);
  await expect(run.commit()).rejects.toMatchObject({ code: 'ETL-4223' });
});

test('a staging file that was overwritten is not published', async () => {
  const base = folder();
  const { schema } = numbered(1);
  const run = new SinkRun(await planSink({ path: 'a.arrow' }, schema), schema, base);
  const { writer } = await run.open();
  await run.write(writer, 0, numbered(10));
  const [staging] = Object.keys(filesBelow(base));
  writeFileSync(join(base, staging), Buffer.alloc(4096, 7));
  await expect(run.commit()).rejects.toMatchObject({
    code: 'ETL-4223',
    message: expect.stringContaining('the staging file of a.arrow is damaged: no Arrow message stands') as string,
  });
});

/** A table of another writer, as a file or stream of `perBatch` rows. */
function foreign(format: 'file' | 'stream', rows: number, perBatch: number): Buffer {
  const utf8 = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
  const ids = Array.from({ length: rows }, (_, i) => i);
  const table = new arrow.Table({
    id: arrow.vectorFromArray(ids, new arrow.Int32()),
    half: arrow.vectorFromArray(ids.map((id) => (id % 7 === 0 ? null : id / 2)), new arrow.Float64()),
    even: arrow.vectorFromArray(ids.map((id) => id % 2 === 0), new arrow.Bool()),
    word: arrow.vectorFromArray(ids.map((id) => (id % 5 === 0 ? null : `word ${id % 11} 😀`)), utf8),
    list: arrow.vectorFromArray(ids.map((id) => [String(id), 'x']), new arrow.List(new arrow.Field('item', new arrow.Utf8()))),
  }); // prettier-ignore
  const writer = format === 'file' ? new arrow.RecordBatchFileWriter() : new arrow.RecordBatchStreamWriter();
  for (let from = 0; from < rows; from += perBatch)
    for (const batch of table.slice(from, from + perBatch).batches) writer.write(batch);
  writer.finish();
  return Buffer.from(writer.toUint8Array(true));
}

test('files and streams of another writer: large batches are cut, dictionaries unpacked, names do not matter', async () => {
  const base = folder();
  const expected = Array.from({ length: 20_000 }, (_, id) => [
    String(id),
    id % 7 === 0 ? null : String(id / 2),
    id % 2 === 0 ? 't' : 'f',
    id % 5 === 0 ? null : `word ${id % 11} 😀`,
    `{${id},x}`,
  ]);
  for (const [name, format, perBatch] of [
    ['a.arrow', 'file', 20_000],
    ['b.arrow', 'stream', 9001],
    ['c.arrows', 'file', 500],
  ] as const) {
    writeFileSync(join(base, name), foreign(format, 20_000, perBatch));
    const read = await readRows(base, { path: name });
    expect(read.columns).toEqual(['id integer', 'half double precision', 'even boolean', 'word text', 'list text[]']);
    expect(read.rows).toEqual(expected);
    expect(Math.max(...read.batches)).toBeLessThanOrEqual(8192);
    expect(read.description.rowEstimate).toBeGreaterThan(19_000);
    expect(read.description.rowEstimate).toBeLessThan(26_000);
    const some = await readRows(base, { path: name }, { columns: ['word', 'id'], limit: 10, fetchSize: 3 });
    expect(some.rows).toEqual(expected.slice(0, 10).map((row) => [row[3], row[0]]));
    expect(some.batches).toEqual([3, 3, 3, 1]);
  }
  const both = await readRows(base, { path: '*.arrow*' });
  expect([both.items, both.rows.length]).toEqual([['a.arrow', 'b.arrow', 'c.arrows'], 60_000]);
});

test('a file of other columns than the first one is refused, with what it has', async () => {
  const base = folder();
  await runOnce({ path: 'a.arrow' }, base, wide.schema, wide);
  const other = batchOf({ name: { kind: 'text' }, id: { kind: 'int32' } }, ['x', '1']);
  await runOnce({ path: 'b.arrow' }, base, other.schema, other);
  expect(await refusal(base, { path: '*.arrow' })).toBe(
    'ETL-4123 column "id" of b.arrow is integer, not bigint as in the first file',
  );
  const short = batchOf({ name: { kind: 'text' } }, ['x']);
  await runOnce({ path: 'b.arrow' }, base, short.schema, short);
  expect(await refusal(base, { path: '*.arrow' })).toBe('ETL-4123 b.arrow has no column "id"');
  const { rows } = await readRows(base, { path: '*.arrow' }, { columns: ['name'] });
  expect(rows).toEqual([['😀'], [null], [''], ['x']]);
});

test('a file that ends anywhere before its end is refused, with a place in it', async () => {
  const base = folder();
  await runOnce({ path: 'whole.arrow' }, base, wide.schema, wide);
  await runOnce({ path: 'whole.arrows' }, base, wide.schema, wide, wide);
  for (const name of ['arrow', 'arrows']) {
    const whole = readFileSync(join(base, `whole.${name}`));
    for (let length = 0; length < whole.length; length += length < 64 ? 1 : 13) {
      writeFileSync(join(base, `cut.${name}`), whole.subarray(0, length));
      expect(await refusal(base, { path: `cut.${name}` })).toMatch(
        /^ETL-4112 cannot read cut\.arrows?: .+ \(at byte \d+\)$/,
      );
    }
  }
  const refused = async (bytes: Buffer): Promise<string> => {
    writeFileSync(join(base, 'x.arrow'), bytes);
    return refusal(base, { path: 'x.arrow' });
  };
  const whole = readFileSync(join(base, 'whole.arrow'));
  expect([
    await refused(Buffer.alloc(0)),
    await refused(whole.subarray(0, whole.length - 1)),
    await refused(readFileSync(join(base, 'whole.arrows')).subarray(0, -8)),
    await refused(Buffer.from('id,name\n1,x\n')),
  ]).toMatchInlineSnapshot(`
    [
      "ETL-4112 cannot read x.arrow: it is empty (at byte 0)",
      "ETL-4112 cannot read x.arrow: it does not end as an Arrow file does; was it written to its end? (at byte 1783)",
      "ETL-4112 cannot read x.arrow: it ends without the end mark; was it written to its end? (at byte 1280)",
      "ETL-4112 cannot read x.arrow: no Arrow message stands where one should (at byte 0)",
    ]
  `);
});

test('damage anywhere is an error with a place, or other values, never a crash', async () => {
  const base = folder();
  for (const format of ['file', 'stream'] as const) {
    const whole = foreign(format, 20, 10);
    const byte = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { minLength: 1, maxLength: 3 }), async (changes) => {
        const damaged = Buffer.from(whole);
        for (const [at, mask] of changes) damaged[at] ^= mask;
        writeFileSync(join(base, 'x.arrow'), damaged);
        const read: ReadResult | EtlError = await readRows(base, { path: 'x.arrow' }).catch((error: unknown) => {
          if (error instanceof EtlError) return error;
          throw error;
        });
        if (read instanceof EtlError) expect(`${read.code} ${read.message}`).toMatch(/^ETL-41(12|23) .*x\.arrow/);
      }),
      { numRuns: 500 },
    );
  }
});

test('what etl cannot read is named with its column', async () => {
  const base = folder();
  const struct = new arrow.Struct([new arrow.Field('a', new arrow.Int32())]);
  for (const format of ['file', 'stream'] as const) {
    const table = new arrow.Table({ point: arrow.vectorFromArray([{ a: 1 }], struct) });
    writeFileSync(join(base, `${format}.arrow`), arrow.tableToIPC(table, format));
    expect(await refusal(base, { path: `${format}.arrow` })).toMatch(
      /^ETL-4112 cannot read (file|stream)\.arrow: its column "point" is a struct, which etl cannot read \(at byte \d+\)$/,
    );
  }
});

test('batches that ZSTD compressed are refused', async () => {
  const base = folder();
  // The magic of ZSTD is all that this writer looks at.
  const encode = (bytes: Uint8Array): Uint8Array => Buffer.concat([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), bytes]);
  const codec = { encode, decode: (bytes: Uint8Array) => bytes };
  arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, codec);
  const writer = new arrow.RecordBatchFileWriter({ compressionType: arrow.CompressionType.ZSTD });
  for (const batch of arrow.tableFromArrays({ n: Float64Array.of(1, 2, 3) }).batches) writer.write(batch);
  writer.finish();
  writeFileSync(join(base, 'a.arrow'), writer.toUint8Array(true));
  expect(await refusal(base, { path: 'a.arrow' })).toMatch(
    /^ETL-4112 cannot read a\.arrow: it is compressed with ZSTD, which etl cannot read; LZ4 can be \(at byte \d+\)$/,
  );
});

test('settings that Arrow has no use for are refused', async () => {
  const base = folder();
  await runOnce({ path: 'a.arrow' }, base, wide.schema, wide);
  writeFileSync(join(base, 'a.arrow.gz'), '');
  writeFileSync(join(base, 'a.ndjson'), '');
  expect([
    await refusal(base, { path: 'a.arrow', schema: { id: 'bigint' } }),
    await refusal(base, { path: 'a.arrow', compression: 'gzip' }),
    await refusal(base, { path: 'a.arrow.gz' }),
    await refusal(base, { path: ['a.arrow', 'a.ndjson'] }),
  ]).toMatchInlineSnapshot(`
    [
      "ETL-4111 source "s": an Arrow file has a schema of its own",
      "ETL-4111 source "s": Arrow is not read or written in gzip",
      "ETL-4111 source "s": Arrow is not read or written in gzip",
      "ETL-4111 source "s": a.arrow and a.ndjson are of different formats",
    ]
  `);
  const sinks = [
    { path: 'a.arrow', compression: 'gzip' },
    { path: 'a.arrows.gz' },
    { path: 'x', format: 'arrow', compression: 'gzip' },
  ];
  for (const own of sinks) {
    await expect(planSink(own, wide.schema)).rejects.toMatchObject({
      code: 'ETL-4211',
      message: 'sink "out": Arrow is not read or written in gzip',
    });
  } // prettier-ignore
});

test('the plan says what is written', async () => {
  const { schema }: { schema: Schema } = wide;
  expect(await planSink({ path: 'a.arrow' }, schema)).toMatchObject({ description: 'Arrow to a.arrow' });
  expect(await planSink({ path: 'a', format: 'arrow-stream' }, schema, 2)).toMatchObject({
    description: 'Arrow stream to a-{subtask}',
  });
});

test('a batch of more than a slot has for reading is read, and said once', async () => {
  const base = folder();
  writeFileSync(join(base, 'a.arrow'), foreign('file', 20_000, 9000));
  const logged: string[] = [];
  const context = { ...slotContext(base), networkBytes: 1 << 14, log: (_: string, text: string) => void logged.push(text) };
  const csv = { header: true, delimiter: ',', quote: '"', nullValue: '' };
  const columns = [{ name: 'id', type: { kind: 'int32' }, position: 0 }] as const;
  const params = { kind: 'arrow', compression: null, csv, columns, width: 5, batchRows: 8192 } as const;
  const options = { attempt: attempt(0), snapshot: null, limit: null, signal: new AbortController().signal, reject: () => undefined };
  let rows = 0;
  for await (const batch of readArrow(params, context, join(base, 'a.arrow'), 'a.arrow', options)) rows += batch.length;
  expect([rows, logged]).toEqual([
    20_000,
    [expect.stringMatching(/^a\.arrow has a batch of .* KiB, more than the 16 KiB that this slot has for reading$/)],
  ]);
}); // prettier-ignore

test('a column that claims more than its file holds is refused before memory is taken for it', async () => {
  const base = folder();
  const bytes = Buffer.from(foreign('file', 9000, 9000));
  const length = Buffer.alloc(8);
  length.writeBigInt64LE(36_000n);
  bytes.writeBigInt64LE(1n << 52n, bytes.indexOf(length));
  writeFileSync(join(base, 'a.arrow'), bytes);
  const context = slotContext(base);
  const csv = { header: true, delimiter: ',', quote: '"', nullValue: '' };
  const columns = [{ name: 'id', type: { kind: 'int32' }, position: 0 }] as const;
  const params = { kind: 'arrow', compression: null, csv, columns, width: 5, batchRows: 8192 } as const;
  const options = { attempt: attempt(0), snapshot: null, limit: null, signal: new AbortController().signal, reject: () => undefined };
  const read = async (): Promise<void> => {
    for await (const batch of readArrow(params, context, join(base, 'a.arrow'), 'a.arrow', options)) expect(batch.length).toBe(9000);
  };
  await expect(read()).rejects.toMatchObject({ code: 'ETL-4112', message: expect.stringContaining('reaches beyond its batch') });
}); // prettier-ignore

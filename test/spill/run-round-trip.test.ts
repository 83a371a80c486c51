import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { rowCount, type Batch } from '../../src/columnar/batch.js';
import { openRun } from '../../src/spill/run-reader.js';
import type { RunFile } from '../../src/spill/run-file.js';
import { anyBatches, rowsOf } from '../columnar/any-batch.js';
import { arrowRows, rawRows } from '../columnar/arrow/apache-rows.js';
import { testDirectory } from '../support/run-etl.js';
import { smallBatch, spaceIn, wideBatch, writeRun, writerIn } from './spill-support.js';

const directory = testDirectory();

test('what is appended to any partition in any order is read back, whole and by partition', async () => {
  const partitions = fc.array(fc.nat(3), { minLength: 6, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      anyBatches(6),
      partitions,
      fc.uint8Array(),
      fc.boolean(),
      fc.constantFrom('none' as const, 'lz4' as const),
      async (batches, into, sample, durable, compression) => {
        if (batches.length === 0) return;
        const space = spaceIn(directory, { compression });
        const writer = await writerIn(space, batches[0], { partitionCount: 4 });
        for (const [i, batch] of batches.entries()) await writer.append(batch, into[i], i);
        const sealed = await writer.seal({ durable, sample });
        const run = JSON.parse(JSON.stringify(sealed)) as RunFile;
        expect(run).toEqual(sealed);

        const kept = batches.map((batch, i) => ({ batch, i })).filter(({ batch }) => rowCount(batch) > 0);
        const reader = await openRun(run);
        expect(reader.schema).toEqual(batches[0].schema);
        expect(Buffer.from(reader.sample)).toEqual(Buffer.from(sample));
        expect([reader.rows, run.rows]).toEqual(
          Array(2).fill(kept.reduce((sum, { batch }) => sum + rowCount(batch), 0)),
        );
        expect(await rowsIn(reader.batches())).toEqual(kept.flatMap(({ batch }) => rowsOf(batch)));
        expect(kept.map((_, at) => reader.entry(at).run)).toEqual(kept.map(({ i }) => i));
        for (let partition = 0; partition < 4; partition++) {
          const rows = kept.filter(({ i }) => into[i] === partition).flatMap(({ batch }) => rowsOf(batch));
          expect(await rowsIn(reader.batches(partition))).toEqual(rows);
          expect(run.partitions.find((summary) => summary.partition === partition)?.rows ?? 0).toBe(rows.length);
        }
        reader.close();

        const bytes = readFileSync(run.path);
        expect([bytes.length, space.usedBytes]).toEqual([run.bytes, run.bytes]);
        // apache-arrow reads on behind the end mark of a stream without batches.
        if (kept.length > 0 && compression === 'none')
          expect(arrowRows(tableFromIPC(bytes))).toEqual(kept.flatMap(({ batch }) => rawRows(batch)));
        space.remove(run);
        expect([space.usedBytes, existsSync(run.path)]).toEqual([0, false]);
        space.close();
      },
    ),
  );
});

test('batches of all sizes, the largest in bites, come back from one file', async () => {
  const space = spaceIn(directory);
  const batches = [10, 70_000, 300_000, 9 << 20, 1, 40_000, 200_000].map(wideBatch);
  const reader = await openRun(await writeRun(space, batches));
  for (const [i, batch] of batches.entries()) expect(rowsOf(await reader.readBatch(i))).toEqual(rowsOf(batch));
  reader.close();
  space.close();
});

test('while much is written and read, others get their turn', async () => {
  const space = spaceIn(directory);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const run = await writeRun(
    space,
    Array.from({ length: 64 }, () => wideBatch(1 << 20)),
  );
  const whileWriting = turns;
  const reader = await openRun(run);
  for await (const batch of reader.batches()) expect(batch.length).toBe(1);
  clearInterval(timer);
  expect([whileWriting, turns - whileWriting].every((count) => count > 3)).toBe(true);
  reader.close();
  space.close();
});

test('a file is nobody’s but ours, and seen by its name only when it is sealed', async () => {
  const space = spaceIn(directory);
  const batch = smallBatch(['1', 'a']);
  const writer = await writerIn(space, batch, { label: '../x y' });
  await writer.append(batch);
  const sealed = await writer.seal({ durable: true });
  const folder = path.dirname(sealed.path);
  expect(readdirSync(folder)).toEqual([path.basename(sealed.path)]);
  expect(path.basename(sealed.path)).toMatch(/^___x_y-[0-9a-f]{16}\.arrows$/);
  expect(statSync(sealed.path).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);

  const given = await writerIn(space, batch);
  await given.append(batch);
  const used = space.usedBytes;
  expect(used).toBeGreaterThan(sealed.bytes);
  expect(readdirSync(folder).filter((name) => name.endsWith('.arrows'))).toHaveLength(1);
  given.discard();
  given.discard();
  expect(readdirSync(folder)).toHaveLength(1);
  expect(space.usedBytes).toBe(sealed.bytes);
  await expect(given.append(batch)).rejects.toThrow(TypeError);
  space.close();
  expect(existsSync(folder)).toBe(false);
});

async function rowsIn(batches: AsyncIterable<Batch>): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const batch of batches) rows.push(...rowsOf(batch));
  return rows;
}

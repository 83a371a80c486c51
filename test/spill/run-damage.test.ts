/** P9, F63, F64: whatever happens to a sealed file is noticed before a row of what it happened to is seen. */
import { copyFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Batch } from '../../src/columnar/batch.js';
import { EtlError } from '../../src/errors/etl-error.js';
import { openRun } from '../../src/spill/run-reader.js';
import type { RunFile } from '../../src/spill/run-file.js';
import { rowsOf } from '../columnar/any-batch.js';
import { testDirectory } from '../support/run-etl.js';
import { failureOf, smallBatch, spaceIn, writeRun } from './spill-support.js';

const directory = testDirectory();
const batches = [
  smallBatch(['1', 'one'], ['2', null]),
  smallBatch(['3', 'three']),
  smallBatch(['4', 'x'.repeat(500)]),
  smallBatch([null, ''], ['6', 'six']),
];

/** The error with which reading ends, and the batches that were handed out before it. */
async function readAll(run: RunFile): Promise<{ seen: Batch[]; error: EtlError | null }> {
  const seen: Batch[] = [];
  try {
    const reader = await openRun(run);
    try {
      for await (const batch of reader.batches()) seen.push(batch);
    } finally {
      reader.close();
    }
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    return { seen, error };
  }
  return { seen, error: null };
}

async function expectDamage(run: RunFile, what: string): Promise<void> {
  const { seen, error } = await readAll(run);
  expect(error?.code, what).toBe('ETL-6103');
  expect(error!.message, what).toContain(run.path);
  // What was handed out is what was written.
  expect(seen.map(rowsOf), what).toEqual(batches.slice(0, seen.length).map(rowsOf));
}

test('a changed bit anywhere', async () => {
  const space = spaceIn(directory);
  const run = await writeRun(space, batches, { sample: Uint8Array.of(1, 2, 3) });
  const sealed = readFileSync(run.path);
  expect((await readAll(run)).seen.map(rowsOf)).toEqual(batches.map(rowsOf));
  for (let at = 0; at < sealed.length; at++) {
    const damaged = Buffer.from(sealed);
    damaged[at] ^= 1 << (at & 7);
    writeFileSync(run.path, damaged);
    await expectDamage(run, `bit ${at & 7} of byte ${at}`);
  }
  writeFileSync(run.path, sealed);
  expect((await readAll(run)).error).toBeNull();
  space.close();
});

test('an end at any length, and more behind it', async () => {
  const space = spaceIn(directory);
  const run = await writeRun(space, batches);
  const sealed = readFileSync(run.path);
  writeFileSync(run.path, Buffer.concat([sealed, Buffer.of(0)]));
  await expectDamage(run, 'a byte more');
  writeFileSync(run.path, sealed);
  for (let length = sealed.length - 1; length >= 0; length--) {
    truncateSync(run.path, length);
    await expectDamage(run, `the first ${length} bytes`);
    // Also where somebody wrote the length into the description.
    await expectDamage({ ...run, bytes: length }, `a file of ${length} bytes`);
  }
  space.close();
});

test('a file that ends while it is read', async () => {
  const space = spaceIn(directory);
  const run = await writeRun(space, batches);
  const reader = await openRun(run);
  expect(rowsOf(await reader.readBatch(0))).toEqual(rowsOf(batches[0]));
  truncateSync(run.path, reader.entry(2).offset + 100);
  const error = await failureOf(() => reader.readBatch(2));
  expect(error.message).toBe(
    `spill file ${run.path} is damaged at byte ${reader.entry(2).offset}: batch 2 ends after 100 of ${reader.entry(2).bytes} bytes`,
  );
  reader.close();
  space.close();
});

test('another file in its place: of this attempt, of another one, of another run', async () => {
  const space = spaceIn(directory);
  const other = spaceIn(directory, { runId: 'run-2' });
  const run = await writeRun(space, batches);
  const strangers = [
    await writeRun(space, batches),
    await writeRun(space, batches, { attempt: 1 }),
    await writeRun(space, batches, { vertex: 'w' }),
    await writeRun(other, batches),
  ];
  const kept = `${run.path}.kept`;
  renameSync(run.path, kept);
  for (const stranger of strangers) {
    copyFileSync(stranger.path, run.path);
    await expectDamage(run, JSON.stringify(stranger.origin));
    await expectDamage({ ...run, bytes: stranger.bytes }, 'also of the same size');
  }
  expect((await failureOf(() => openRun({ ...run, bytes: strangers[1].bytes }))).message).toMatch(
    /it is another file \(runId run-2, expected run-1\)$/,
  );
  renameSync(kept, run.path);
  expect((await readAll(run)).error).toBeNull();
  space.close();
  other.close();
});

/** A spill space in a directory of the test, and runs in it. */
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import type { Batch } from '../../src/columnar/batch.js';
import type { DataType } from '../../src/columnar/data-type.js';
import { EtlError } from '../../src/errors/etl-error.js';
import type { RunFile } from '../../src/spill/run-file.js';
import { RunWriter, type RunOptions, type SealOptions } from '../../src/spill/run-writer.js';
import { SpillSpace, type SpillOptions } from '../../src/spill/spill-space.js';
import { batchOf } from '../columnar/cells.js';

export function spaceIn(directory: string, options: Partial<SpillOptions> = {}): SpillSpace {
  return new SpillSpace({
    runId: 'run-1',
    slot: 0,
    ownerPid: process.pid,
    directories: [mkdtempSync(path.join(directory, 'spill-'))],
    maxBytes: null,
    compression: 'none',
    ...options,
  });
}

const text: DataType = { kind: 'text' };
const int64: DataType = { kind: 'int64' };

export function smallBatch(...rows: readonly (readonly [string | null, string | null])[]): Batch {
  return batchOf({ id: int64, name: text }, ...rows);
}

/** One row of about `bytes`. */
export function wideBatch(bytes: number): Batch {
  return smallBatch(['1', 'x'.repeat(bytes)]);
}

export function writerIn(space: SpillSpace, batch: Batch, options: Partial<RunOptions> = {}): Promise<RunWriter> {
  const { schema } = batch;
  return RunWriter.create(space, { schema, label: 'test', vertex: 'v', attempt: 0, partitionCount: 8, ...options });
}

export async function writeRun(
  space: SpillSpace,
  batches: readonly Batch[],
  options: Partial<RunOptions> & SealOptions = {},
): Promise<RunFile> {
  const writer = await writerIn(space, batches[0], options);
  for (const [i, batch] of batches.entries()) await writer.append(batch, i % 3);
  return writer.seal(options);
}

/** The error of an action that must fail. */
export async function failureOf(act: () => unknown): Promise<EtlError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof EtlError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

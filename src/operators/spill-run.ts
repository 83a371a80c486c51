/** A stream of batches written into a run file of this task, to be read back. */
import type { Batch, Schema } from '../columnar/batch.js';
import type { SortedRun } from '../spill/merge-runs.js';
import { openRun } from '../spill/run-reader.js';
import type { RunFile } from '../spill/run-file.js';
import { RunWriter } from '../spill/run-writer.js';
import type { SpillSpace } from '../spill/spill-space.js';
import type { TaskResources } from './task-resources.js';

export interface SpillRunRequest {
  /** What it is, for the file's name. */
  readonly label: string;
  readonly schema: Schema;
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  readonly resources: TaskResources;
}

export interface SpilledRun extends SortedRun {
  /** From its beginning, as often as it is asked. */
  read(): AsyncGenerator<Batch>;
  readonly largestBatchBytes: number;
  /** Of all batches, as they are when they are read. */
  readonly rawBytes: number;
}

/** @throws EtlError ETL-6101, ETL-6102 where the disk does not take it */
export async function spillRun({ label, schema, batches, resources }: SpillRunRequest): Promise<SpilledRun> {
  const { spill, task } = resources;
  const { vertex, attempt } = task;
  const writer = await RunWriter.create(spill, { schema, label, vertex, attempt, partitionCount: 1 });
  const size = new RunSize();
  try {
    for await (const batch of batches) size.add(await writer.append(batch));
    return openRunFile(await writer.seal(), size, spill);
  } finally {
    writer.discard();
  }
}

/** What `append` says of the batches of a run. */
export class RunSize {
  largestBatchBytes = 0;
  rawBytes = 0;

  add(bytes: number): void {
    this.largestBatchBytes = Math.max(this.largestBatchBytes, bytes);
    this.rawBytes += bytes;
  }
}

/** A sealed file, to be read from its beginning as often as it takes. */
export function openRunFile(file: RunFile, size: RunSize, spill: SpillSpace): SpilledRun {
  let isDropped = false;
  return {
    rows: file.rows,
    largestBatchBytes: size.largestBatchBytes,
    rawBytes: size.rawBytes,
    async *read() {
      const reader = await openRun(file);
      try {
        yield* reader.batches();
      } finally {
        reader.close();
      }
    },
    drop: () => {
      if (!isDropped) spill.remove(file);
      isDropped = true;
    },
  };
}

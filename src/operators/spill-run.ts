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
}

/** @throws EtlError ETL-6101, ETL-6102 where the disk does not take it */
export async function spillRun({ label, schema, batches, resources }: SpillRunRequest): Promise<SpilledRun> {
  const { spill, task } = resources;
  const { vertex, attempt } = task;
  const writer = await RunWriter.create(spill, { schema, label, vertex, attempt, partitionCount: 1 });
  let largestBatchBytes = 0;
  try {
    for await (const batch of batches) {
      largestBatchBytes = Math.max(largestBatchBytes, await writer.append(batch));
    }
    return openRunFile(await writer.seal(), largestBatchBytes, spill);
  } finally {
    writer.discard();
  }
}

/** A sealed file, to be read from its beginning as often as it takes. */
export function openRunFile(file: RunFile, largestBatchBytes: number, spill: SpillSpace): SpilledRun {
  let isDropped = false;
  return {
    rows: file.rows,
    largestBatchBytes,
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

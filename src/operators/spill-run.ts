/** A stream of batches written into a run file of this task, to be read back once. */
import type { Batch, Schema } from '../columnar/batch.js';
import type { SortedRun } from '../spill/merge-runs.js';
import { openRun } from '../spill/run-reader.js';
import { RunWriter } from '../spill/run-writer.js';
import type { TaskResources } from './task-resources.js';

export interface SpillRunRequest {
  /** What it is, for the file's name. */
  readonly label: string;
  readonly schema: Schema;
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  readonly resources: TaskResources;
}

export interface SpilledRun extends SortedRun {
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
      const before = writer.bytes;
      await writer.append(batch);
      largestBatchBytes = Math.max(largestBatchBytes, writer.bytes - before);
    }
    const file = await writer.seal();
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
  } finally {
    writer.discard();
  }
}

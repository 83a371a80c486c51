/** One side of a join as run files by the hash of its keys: rows that can be partners are in files of one number. */
import type { Batch } from '../../columnar/batch.js';
import { hashColumns } from '../../kernels/hash-columns.js';
import { openRunFile, RunSize, type SpilledRun } from '../spill-run.js';
import type { TaskResources } from '../task-resources.js';
import { RunWriter, WRITER_BYTES } from '../../spill/run-writer.js';
import { takeRows, type JoinSide } from './join-plan.js';

const MOST_PARTITIONS = 16;

/** A quarter of the memory may be writers; two partitions at the least. */
export function partitionCount(memoryBytes: number): number {
  let count = MOST_PARTITIONS;
  while (count > 2 && count * WRITER_BYTES > memoryBytes / 4) count >>= 1;
  return count;
}

export interface PartitionRequest {
  readonly side: JoinSide;
  readonly batches: AsyncIterable<Batch>;
  readonly count: number;
  /** Another seed for each level, so that rows of one file are spread again. */
  readonly seed: number;
  readonly resources: TaskResources;
}

export async function partitionSide(request: PartitionRequest): Promise<SpilledRun[]> {
  const { side, batches, count, resources } = request;
  const { vertex, attempt } = resources.task;
  const writers: RunWriter[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const options = { schema: side.schema, label: 'join', vertex, attempt, partitionCount: 1 };
      writers.push(await RunWriter.create(resources.spill, options));
    }
    const sizes = writers.map(() => new RunSize());
    for await (const batch of batches) {
      for (const [i, rows] of partitions(request, batch).entries()) {
        if (rows.length === 0) continue;
        sizes[i].add(await writers[i].append(takeRows(batch, Int32Array.from(rows))));
      }
    }
    const runs: SpilledRun[] = [];
    for (const [i, writer] of writers.entries()) runs.push(openRunFile(await writer.seal(), sizes[i], resources.spill));
    return runs;
  } finally {
    writers.forEach((writer) => writer.discard());
  }
}

function partitions({ side, count, seed }: PartitionRequest, { columns, length }: Batch): number[][] {
  const hashes = new Int32Array(length);
  const keys = side.keys.map((key) => columns[key]);
  hashColumns(keys, null, length, hashes, seed);
  const rows: number[][] = Array.from({ length: count }, () => []);
  for (let row = 0; row < length; row++) rows[hashes[row] & (count - 1)].push(row);
  return rows;
}

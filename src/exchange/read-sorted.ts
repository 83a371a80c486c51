/**
 * An exchange whose parts are sorted: one partition of each, or one range of each that all readers cut alike, merged.
 *
 *     part 0  [ ─ ─ ━ ━ ─ ]     ━ batches of this task's range, found by the part's sample; the first and last are cut
 *     part 1  [ ─ ━ ━ ━ ─ ]  ─▶ merge ─▶ rows in order
 */
import type { Batch } from '../columnar/batch.js';
import { takeFanIn } from '../operators/fan-in.js';
import { RunSize, spillRun, type SpilledRun } from '../operators/spill-run.js';
import type { TaskResources } from '../operators/task-resources.js';
import type { ExchangeInput, ExchangePart } from '../protocol/task.js';
import { mergeRuns } from '../spill/merge-runs.js';
import { batchesInRange, rangeOf, rowsInRange, type Range } from './cut-ranges.js';
import { decodeSample } from './key-sample.js';
import { openPart } from './open-part.js';

export interface SortedRead {
  readonly parts: readonly ExchangePart[];
  readonly partition: number;
  /** Which of the readers this is: which range it reads. */
  readonly task: number;
  readonly tasks: number;
  /** Of the network memory, what the merge may take. */
  readonly mostBytes: number;
}

export async function* readSorted(
  { id, schema, ship, order }: ExchangeInput,
  read: SortedRead,
  resources: TaskResources,
): AsyncGenerator<Batch> {
  const memory = resources.network.reserve(`exchange "${id}"`, read.mostBytes);
  try {
    const runs =
      ship.kind === 'RANGE' && read.tasks > 1 ? await rangeRuns(schema, order, read) : await partitionRuns(read);
    if (runs.length === 0) return;
    const fanIn = takeFanIn(memory, runs);
    const { batchRows } = resources;
    yield* mergeRuns(runs, {
      schema,
      keys: order,
      batchRows,
      fanIn,
      spill: (batches) => spillRun({ label: `merge-${id}`, schema, batches, resources }),
    });
  } finally {
    memory.free();
  }
}

async function partitionRuns({ parts, partition }: SortedRead): Promise<SpilledRun[]> {
  const runs: SpilledRun[] = [];
  for (const part of parts) {
    const open = await openPart(part);
    const batches = open.batchesOf((one) => one === partition);
    const run = runOf(part, batches, open, (batch) => batch);
    open.close();
    if (batches.length > 0) runs.push(run);
  }
  return runs;
}

async function rangeRuns(
  schema: ExchangeInput['schema'],
  order: ExchangeInput['order'],
  { parts, task, tasks }: SortedRead,
): Promise<SpilledRun[]> {
  const samples: { part: ExchangePart; sample: Batch }[] = [];
  for (const part of parts) {
    const open = await openPart(part);
    const sample = decodeSample(schema, order, open.sample);
    open.close();
    if (sample !== null) samples.push({ part, sample });
  }
  const all = samples.map((one) => one.sample);
  const range: Range = rangeOf(all, order, task, tasks);
  const runs: SpilledRun[] = [];
  for (const { part, sample } of samples) {
    const { from, to } = batchesInRange(sample, order, range);
    if (from === to) continue;
    const batches = Array.from({ length: to - from }, (_, i) => from + i);
    const open = await openPart(part);
    // Only the first and the last can hold rows of other ranges.
    runs.push(
      runOf(part, batches, open, (batch, number) =>
        number === from || number === to - 1 ? rowsInRange(batch, order, range) : batch,
      ),
    );
    open.close();
  }
  return runs;
}

/** Some batches of a part as a run that is opened when it is read. */
function runOf(
  part: ExchangePart,
  batches: readonly number[],
  open: { bytesOf(batch: number): number; rowsOf(batch: number): number },
  cut: (batch: Batch, number: number) => Batch,
): SpilledRun {
  const size = new RunSize();
  for (const batch of batches) size.add(open.bytesOf(batch));
  const { largestBatchBytes, rawBytes } = size;
  return {
    rows: batches.reduce((sum, batch) => sum + open.rowsOf(batch), 0),
    largestBatchBytes,
    rawBytes,
    async *read() {
      const own = await openPart(part);
      try {
        for (const batch of batches) yield cut(await own.read(batch), batch);
      } finally {
        own.close();
      }
    },
    drop: () => undefined,
  };
}

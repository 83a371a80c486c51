/**
 * An exchange whose parts are made of sorted runs: one partition of each, or one range of each that all readers cut alike, merged.
 *
 *     part 0  run 0  [ ─ ─ ━ ━ ─ ]     ━ batches of this task's range, found by the part's sample; the first and last are cut
 *             run 1  [ ─ ━ ─ ]
 *     part 1  run 0  [ ─ ━ ━ ━ ─ ]  ─▶ merge ─▶ rows in order
 */
import type { Batch } from '../columnar/batch.js';
import { takeFanIn } from '../operators/fan-in.js';
import { RunSize, spillRun, type SpilledRun } from '../operators/spill-run.js';
import type { TaskResources } from '../operators/task-resources.js';
import type { ExchangeInput, ExchangePart } from '../protocol/task.js';
import { mergeRuns } from '../spill/merge-runs.js';
import { batchesInRange, rangeOf, rowsInRange } from './cut-ranges.js';
import { decodeSample } from './key-sample.js';
import { SharedPart, type OpenPart } from './open-part.js';

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
    const shared = new SharedPart(part);
    const open = await shared.open();
    for (const batches of open.runsOf((one) => one === partition)) runs.push(runOf(shared, batches, open));
    await shared.close();
  }
  return runs;
}

async function rangeRuns(
  schema: ExchangeInput['schema'],
  order: ExchangeInput['order'],
  { parts, task, tasks }: SortedRead,
): Promise<SpilledRun[]> {
  const sampled: { shared: SharedPart; open: OpenPart; sample: Batch }[] = [];
  for (const part of parts) {
    const shared = new SharedPart(part);
    // What its trailer says is known also when it is closed.
    const open = await shared.open();
    await shared.close();
    const sample = decodeSample(schema, order, open.sample);
    if (sample !== null) sampled.push({ shared, open, sample });
  }
  const samples = sampled.map(({ sample }) => sample);
  const range = rangeOf(samples, order, task, tasks);
  const runs: SpilledRun[] = [];
  for (const { shared, open, sample } of sampled) {
    for (const whole of open.runsOf(() => true)) {
      const { first, end } = batchesInRange(sample, { first: whole[0], end: whole.at(-1)! + 1 }, order, range);
      if (first === end) continue;
      const batches = Array.from({ length: end - first }, (_, i) => first + i);
      // Only the first and the last can hold rows of other ranges.
      const cut = (batch: Batch, number: number): Batch =>
        number === first || number === end - 1 ? rowsInRange(batch, order, range) : batch;
      runs.push(runOf(shared, batches, open, cut));
    }
  }
  return runs;
}

/** Some batches of a part as a run that is opened when it is read. */
function runOf(
  part: SharedPart,
  batches: readonly number[],
  open: OpenPart,
  cut: (batch: Batch, number: number) => Batch = (batch) => batch,
): SpilledRun {
  const size = new RunSize();
  for (const batch of batches) size.add(open.bytesOf(batch));
  const { largestBatchBytes, rawBytes } = size;
  return {
    rows: batches.reduce((sum, batch) => sum + open.rowsOf(batch), 0),
    largestBatchBytes,
    rawBytes,
    async *read() {
      try {
        const own = await part.open();
        for (const batch of batches) yield cut(await own.read(batch), batch);
      } finally {
        await part.close();
      }
    },
    drop: () => undefined,
  };
}

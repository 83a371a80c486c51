/**
 * aggregate and distinct, in two phases with an exchange between them:
 *
 *     rows ─partial─▶ states ═HASH(keys)═▶ states ─final─▶ one row a group
 *
 * The partial phase shortens what the exchange carries: it holds as many groups as its memory takes, then hands on what it has
 * and starts again; where that does not make fewer rows they go on as they are, or each as a state. The final phase writes its states as
 * runs sorted by key when its memory is full, and merges them: equal keys lie side by side then.
 */
import { rowCount, type Batch, type Schema } from '../../columnar/batch.js';
import { compactBatch, sliceBatch } from '../../columnar/take.js';
import { mergeRuns, type SortedRun } from '../../spill/merge-runs.js';
import type { SortKey } from '../../columnar/sort-key.js';
import type { Reservation } from '../../memory/reservation.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import { leastMergeBytes, takeFanIn } from '../fan-in.js';
import type { Operator, OperatorRun } from '../operator.js';
import { spillRun, type SpilledRun } from '../spill-run.js';
import { Groups, type GroupedRows } from './groups.js';
import { wholeRows } from './whole-rows.js';

type Descriptor = Extract<OperatorDescriptor, { kind: 'aggregate' }>;

/** Rows of so many batches are looked at before the partial phase decides whether grouping pays. */
const SAMPLE_BATCHES = 12;
/** Most rows that are merged at once. */
const MERGED_ROWS = 2047;
/** It does not where more than this part of the rows are groups. */
const MOST_GROUPS = 0.7;
/** Nor is it tried any more where nearly every row is one. */
const ALL_GROUPS = 0.95;

export function prepareAggregate(descriptor: Descriptor, input: Schema): Operator {
  const { id, by, phase } = descriptor;
  const keys: Schema = { fields: by.map((column) => input.fields[column]) };
  const plan = { descriptor, input, keys };
  return {
    id,
    run: ([batches, rows], task) =>
      phase === 'partial' ? combine(plan, batches, task) : finish(plan, { states: batches, rows: rows ?? null }, task),
  };
}

interface Plan {
  readonly descriptor: Descriptor;
  readonly input: Schema;
  readonly keys: Schema;
}

async function* combine(plan: Plan, batches: AsyncIterable<Batch>, run: OperatorRun): AsyncGenerator<Batch> {
  const { counters, memory, resources } = run;
  const { schema, calls } = plan.descriptor;
  const groups = new Groups({ keys: plan.keys, calls, stateSchema: schema, memory });
  const sampleRows = SAMPLE_BATCHES * resources.batchRows;
  const sendsRows = plan.descriptor.rowsBy !== null;
  let rowsSeen = 0;
  let groupsSeen = 0;
  let isVain = false;
  function* drain(): Generator<Batch> {
    groupsSeen += groups.count;
    counters.out += groups.count;
    yield* groups.allStates(resources.batchRows);
    groups.clear();
  }
  try {
    for await (const batch of batches) {
      if (rowCount(batch) === 0) continue;
      const rows = grouped(plan, batch, plan.descriptor.by, 'rows');
      counters.in += rows.rows.length;
      if (isVain && sendsRows) {
        counters.out += rows.rows.length;
        yield { ...rows.rows, schema: plan.input };
        continue;
      }
      if (rowsSeen > sampleRows && groups.count === 0 && groupsSeen > ALL_GROUPS * rowsSeen) {
        counters.out += rows.rows.length;
        yield groups.ungrouped(rows);
        continue;
      }
      if (!groups.tryAdd(rows)) {
        yield* drain();
        for (const part of fitting(groups, rows)) {
          if (groups.count > 0) yield* drain();
          groups.add(part);
        }
      }
      rowsSeen += rows.rows.length;
      // Each batch by itself: few groups at a time, which the caches hold.
      isVain = rowsSeen > sampleRows && groupsSeen + groups.count > MOST_GROUPS * rowsSeen;
      if (isVain) yield* drain();
    }
    yield* drain();
    counters.merged += counters.in - counters.out;
  } finally {
    memory.free();
  }
}

/** What comes through the exchange; `rows`: those that were not combined. */
interface FinalInputs {
  readonly states: AsyncIterable<Batch>;
  readonly rows: AsyncIterable<Batch> | null;
}

async function* finish(plan: Plan, inputs: FinalInputs, run: OperatorRun): AsyncGenerator<Batch> {
  const { counters, memory, resources } = run;
  const { calls, by, rowsBy } = plan.descriptor;
  const groups = new Groups({ keys: plan.keys, calls, stateSchema: plan.input, memory });
  const order: SortKey[] = plan.keys.fields.map((_, column) => ({ column, descending: false, nullsFirst: false }));
  const runs: SpilledRun[] = [];
  const spill = async (): Promise<void> => {
    const states = groups.sortedStates(order, resources.batchRows);
    runs.push(await spillRun({ label: 'aggregate', schema: plan.input, batches: states, resources }));
    groups.clear();
  };
  const addAll = async (
    batches: AsyncIterable<Batch>,
    keys: readonly number[],
    are: GroupedRows['are'],
  ): Promise<void> => {
    for await (const batch of batches) {
      if (rowCount(batch) === 0) continue;
      const rows = grouped(plan, batch, keys, are);
      counters.in += rows.rows.length;
      if (groups.tryAdd(rows)) continue;
      if (groups.count > 0) await spill();
      for (const part of fitting(groups, rows)) {
        if (groups.count > 0) await spill();
        groups.add(part);
      }
    }
  };
  try {
    await addAll(inputs.states, by, 'states');
    if (inputs.rows !== null && rowsBy !== null) await addAll(inputs.rows, rowsBy, 'rows');
    if (counters.in === 0 && plan.keys.fields.length === 0 && resources.subtask === 0) {
      groups.addEmptyGroup();
      counters.added++;
    }
    if (runs.length === 0) yield* emit(plan, groups, groups.count, run);
    else {
      await spill();
      yield* mergeStates(plan, groups, { runs, order }, run);
    }
    counters.merged += counters.in + counters.added - counters.out - counters.rejected;
  } finally {
    runs.forEach((one) => one.drop());
    memory.free();
  }
}

/** All groups before the last one of a sorted batch are whole: no later state belongs to them. */
async function* mergeStates(
  plan: Plan,
  groups: Groups,
  { runs, order }: { readonly runs: readonly SpilledRun[]; readonly order: readonly SortKey[] },
  run: OperatorRun,
): AsyncGenerator<Batch> {
  const { input: schema } = plan;
  const { resources, memory } = run;
  const spill = (batches: AsyncIterable<Batch>): Promise<SortedRun> =>
    spillRun({ label: 'aggregate', schema, batches, resources });
  const { rows, bytes } = mergeWindow(groups, runs, memory);
  const batchRows = Math.min(resources.batchRows, rows);
  const fanIn = takeFanIn(memory, runs);
  memory.shrink(bytes);
  for await (const batch of mergeRuns(runs, { schema, keys: order, batchRows, fanIn, spill })) {
    const last = groups.count === 0 ? null : groups.statesOf(Int32Array.of(groups.count - 1));
    if (last !== null) {
      yield* emit(plan, groups, groups.count - 1, run);
      groups.clear();
      groups.add(grouped(plan, last, plan.descriptor.by, 'states'));
    }
    groups.add(grouped(plan, batch, plan.descriptor.by, 'states'));
  }
  yield* emit(plan, groups, groups.count, run);
}

/** How many rows are merged at once, and the room for their groups, taken: as many as leave enough for the least fan-in. */
function mergeWindow(
  groups: Groups,
  runs: readonly SpilledRun[],
  memory: Reservation,
): { readonly rows: number; readonly bytes: number } {
  const largest = Math.max(...runs.map((one) => one.largestBatchBytes));
  const merging = leastMergeBytes(runs);
  for (let rows = MERGED_ROWS; ; rows >>= 1) {
    const bytes = groups.bytesWith(rows + 1, 2 * largest);
    if (rows > 255 && !memory.tryGrow(bytes + merging)) continue;
    if (rows > 255) memory.shrink(merging);
    else memory.grow(bytes);
    return { rows, bytes };
  }
}

function* emit(plan: Plan, groups: Groups, to: number, run: OperatorRun): Generator<Batch> {
  for (const results of groups.results(plan.descriptor, to, run.resources.batchRows)) yield* wholeRows(results, run);
}

/** The rows whole, or in parts of which each has room where there are no groups; a single row has to. */
function* fitting(groups: Groups, rows: GroupedRows): Generator<GroupedRows> {
  const { length } = rows.rows;
  if (length < 2 || groups.hasRoomFor(rows)) {
    yield rows;
    return;
  }
  const middle = length >> 1;
  for (const [from, to] of [
    [0, middle],
    [middle, length],
  ] as const) {
    const part = (batch: Batch): Batch => compactBatch(sliceBatch(batch, from, to));
    yield* fitting(groups, { ...rows, keys: part(rows.keys), rows: part(rows.rows) });
  }
}

function grouped({ keys }: Plan, batch: Batch, by: readonly number[], are: GroupedRows['are']): GroupedRows {
  const rows = compactBatch(batch);
  const columns = by.map((column) => rows.columns[column]);
  return { keys: { schema: keys, columns, length: rows.length, selection: null }, rows, are };
}

/**
 * Hash join of two streams within a reservation.
 *
 *     build ─▶ table ────────────────────────────▶ fits: the probe side streams past it
 *               └(refused)─▶ 16 files by hash ─┐
 *     probe ─────────────────▶ 16 files by hash ┴▶ pair by pair, the smaller side as the table, three levels deep
 *                                                 └▶ still too large (one key): table by table, the probe file read for each
 */
import { rowCount, type Batch } from '../../columnar/batch.js';
import { compactBatch } from '../../columnar/take.js';
import { WRITER_BYTES } from '../../spill/run-writer.js';
import type { OperatorRun } from '../operator.js';
import type { SpilledRun } from '../spill-run.js';
import { BuildTable } from './build-table.js';
import { mayHaveNullKeys, takeRows, withoutNullKeys, type JoinPlan, type JoinSide } from './join-plan.js';
import { partitionCount, partitionSide } from './partition-side.js';
import { buildRows, probeBatch } from './probe.js';

const MOST_LEVELS = 3;

interface Sides {
  readonly build: AsyncIterable<Batch>;
  readonly probe: AsyncIterable<Batch>;
}

/** The whole build side, which every task gets: made by the first, and there for those behind it, if it fits. */
export interface KeptTable {
  table: BuildTable | null;
  /** Of that side, also those that are not in the table. */
  rowsIn: number;
  /** What the side is made of. */
  content: string;
}

export async function* hashJoin(
  plan: JoinPlan,
  sides: Sides,
  run: OperatorRun,
  kept: KeptTable | null,
): AsyncGenerator<Batch> {
  const { memory, resources } = run;
  if (kept !== null && kept.table !== null) {
    kept.table.moveTo(memory);
    yield* probeAll(plan, kept.table, wholeRows(plan, plan.probe, sides.probe), run);
    return;
  }
  const build = wholeRows(plan, plan.build, sides.build)[Symbol.asyncIterator]();
  const probe = wholeRows(plan, plan.probe, sides.probe);
  const table = new BuildTable(plan, memory);
  const count = partitionCount(memory.mostBytes);
  memory.grow(count * WRITER_BYTES);
  try {
    const rest = await fill(table, build);
    if (rest === null) {
      if (kept !== null) {
        kept.rowsIn = run.counters.in;
        kept.table = table;
      }
      yield* probeAll(plan, table, probe, run);
      return;
    }
    const request = { count, seed: seedOf(0), resources };
    const builds = await partitionSide({ ...request, side: plan.build, batches: unloaded(table, rest, build) });
    const probes = await partitionSide({ ...request, side: plan.probe, batches: probe });
    yield* joinPairs(plan, { builds, probes, level: 1 }, run);
  } finally {
    if (kept?.table !== table) table.clear();
  }
}

async function* probeAll(
  plan: JoinPlan,
  table: BuildTable,
  probe: AsyncIterable<Batch>,
  run: OperatorRun,
): AsyncGenerator<Batch> {
  table.seal();
  for await (const batch of probe) {
    const marks = new Uint8Array(batch.length);
    yield* probeBatch(plan, { table, batch, marks, isLast: true }, run);
  }
  yield* buildRows(plan, table, run.resources.batchRows);
}

interface Level {
  readonly builds: readonly SpilledRun[];
  readonly probes: readonly SpilledRun[];
  readonly level: number;
}

async function* joinPairs(plan: JoinPlan, { builds, probes, level }: Level, run: OperatorRun): AsyncGenerator<Batch> {
  try {
    for (const [i, build] of builds.entries()) {
      const probe = probes[i];
      const isSmaller = probe.rows < build.rows;
      yield* isSmaller
        ? joinRuns(reversed(plan), { build: probe, probe: build, level }, run)
        : joinRuns(plan, { build, probe, level }, run);
      build.drop();
      probe.drop();
    }
  } finally {
    [...builds, ...probes].forEach((one) => one.drop());
  }
}

interface RunPair {
  readonly build: SpilledRun;
  readonly probe: SpilledRun;
  readonly level: number;
}

async function* joinRuns(plan: JoinPlan, pair: RunPair, run: OperatorRun): AsyncGenerator<Batch> {
  const { build, probe, level } = pair;
  const { memory } = run;
  const table = new BuildTable(plan, memory);
  const batches = build.read();
  const count = partitionCount(memory.mostBytes);
  const writerBytes = count * WRITER_BYTES;
  try {
    // What takes no more than the writers that would part it needs no parting.
    if (BuildTable.mostBytes(build.rows, build.rawBytes) <= writerBytes) {
      memory.shrink(writerBytes);
      for await (const batch of batches) table.add(batch);
      yield* probeAll(plan, table, probe.read(), run);
      table.clear();
      memory.grow(writerBytes);
      return;
    }
    const rest = await fill(table, batches);
    if (rest === null) yield* probeAll(plan, table, probe.read(), run);
    else if (level === MOST_LEVELS) yield* joinTableByTable(plan, pair, { table, rest, batches }, run);
    else {
      const request = { count, seed: seedOf(level), resources: run.resources };
      const builds = await partitionSide({ ...request, side: plan.build, batches: unloaded(table, rest, batches) });
      const probes = await partitionSide({ ...request, side: plan.probe, batches: probe.read() });
      // Where all rows have one key there is nothing to spread.
      const isSpread = builds.every((one) => one.rows < build.rows);
      yield* joinPairs(plan, { builds, probes, level: isSpread ? level + 1 : MOST_LEVELS }, run);
    }
  } finally {
    table.clear();
    await batches.return(undefined);
  }
}

interface Loaded {
  readonly table: BuildTable;
  /** The first batch that is not in the table, and those behind it. */
  readonly rest: Batch;
  readonly batches: AsyncIterator<Batch>;
}

async function* joinTableByTable(
  plan: JoinPlan,
  { probe }: RunPair,
  { table, rest: first, batches }: Loaded,
  run: OperatorRun,
): AsyncGenerator<Batch> {
  const { memory, resources } = run;
  memory.grow(probe.rows);
  const marks = new Uint8Array(probe.rows);
  let rest: Batch | null = first;
  for (let isLast = false; ; isLast = rest === null) {
    let row = 0;
    for await (const batch of probe.read()) {
      const own = marks.subarray(row, row + batch.length);
      yield* probeBatch(plan, { table, batch, marks: own, isLast }, run);
      row += batch.length;
    }
    yield* buildRows(plan, table, resources.batchRows);
    table.clear();
    if (rest === null) break;
    table.add(rest);
    rest = await fill(table, batches);
  }
  memory.shrink(probe.rows);
}

/** Adds batches until one is refused, which is returned; null when all are in. One fits always. */
async function fill(table: BuildTable, batches: AsyncIterator<Batch>): Promise<Batch | null> {
  for (;;) {
    const { done, value } = await batches.next();
    if (done === true) return null;
    if (table.tryAdd(value)) continue;
    if (table.rows > 0) return value;
    table.add(value);
  }
}

/** What is in the table, which is emptied, then the batch that it refused, then all others. */
async function* unloaded(table: BuildTable, refused: Batch, others: AsyncIterator<Batch>): AsyncGenerator<Batch> {
  const { contents } = table;
  yield* contents;
  table.clear();
  yield refused;
  for (;;) {
    const { done, value } = await others.next();
    if (done === true) return;
    yield value;
  }
}

/** Batches without selection; rows that can have no partner only where they come out nevertheless. */
async function* wholeRows(plan: JoinPlan, side: JoinSide, batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    if (rowCount(batch) === 0) continue;
    const whole = compactBatch(batch);
    if (side.keepsUnmatched || !mayHaveNullKeys(plan, side, whole)) {
      yield whole;
      continue;
    }
    const groups = new Int32Array(whole.length);
    withoutNullKeys(plan, side, whole, groups);
    const rows = Int32Array.from(groups.keys()).filter((row) => groups[row] === 0);
    if (rows.length > 0) yield rows.length === whole.length ? whole : takeRows(whole, rows);
  }
}

/** The other side as the table. */
function reversed(plan: JoinPlan): JoinPlan {
  const build = plan.descriptor.build === 'left' ? 'right' : 'left';
  return { ...plan, descriptor: { ...plan.descriptor, build }, build: plan.probe, probe: plan.build };
}

function seedOf(level: number): number {
  return 0x3c6ef372 + level;
}

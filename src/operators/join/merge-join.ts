/**
 * Sort-merge join: both sides come sorted by their keys, so they are joined a window of keys at a time, whatever their sizes.
 *
 *     build   a a b c c │ c d d …      a window: as many rows as the memory takes, up to the end of a key
 *     probe   a b b     │ c d d …      rows whose keys come before the window's end look for partners in its table
 *
 * A key that alone is too much is left to the hash join, which writes it to disk and joins it table by table.
 */
import { rowCount, type Batch } from '../../columnar/batch.js';
import { compactBatch, sliceBatch } from '../../columnar/take.js';
import type { OperatorRun } from '../operator.js';
import { BuildTable } from './build-table.js';
import { hashJoin } from './hash-join.js';
import type { JoinPlan } from './join-plan.js';
import { buildRows, probeBatch } from './probe.js';
import { SortedRows, type KeyAt } from './sorted-rows.js';

const WINDOW_ROWS = 1 << 16;

export interface SortedSides {
  readonly build: AsyncIterable<Batch>;
  readonly probe: AsyncIterable<Batch>;
}

interface Window {
  /** The first key behind it; null: the side has ended. */
  readonly end: KeyAt | null;
  /** Rows of that key are in the table, and the rest of them did not fit. */
  readonly isSplit: boolean;
}

export async function* mergeJoin(plan: JoinPlan, sides: SortedSides, run: OperatorRun): AsyncGenerator<Batch> {
  const table = new BuildTable(plan, run.memory);
  const build = new SortedRows(sides.build, plan.build.keys);
  const probe = new SortedRows(sides.probe, plan.probe.keys);
  try {
    for (;;) {
      const { end, isSplit } = await fillWindow(table, build);
      for await (const batch of probe.before(end)) {
        const marks = new Uint8Array(batch.length);
        yield* probeBatch(plan, { table, batch, marks, isLast: true }, run);
      }
      // What the table has of a split key is not alone: its partners come now.
      for (const rows of buildRows(
        plan,
        table,
        run.resources.batchRows,
        isSplit ? rowsBefore(build, table, end!) : Infinity,
      ))
        // prettier-ignore
        yield rows;
      const begun = isSplit ? [...rowsFrom(build, table, end!)] : [];
      table.clear();
      if (isSplit) yield* joinKey(plan, { build: chained(begun, build.having(end!)), probe: probe.having(end!) }, run);
      if (end === null) return;
    }
  } finally {
    table.clear();
  }
}

async function fillWindow(table: BuildTable, rows: SortedRows): Promise<Window> {
  let last: KeyAt | null = null;
  for (let batch = await rows.peek(); batch !== null; batch = await rows.peek()) {
    const isFull = table.rows >= WINDOW_ROWS;
    const goesOn = last === null ? 0 : rows.countUntil(batch, last);
    if (isFull && goesOn === 0) return { end: rows.keyOf(batch, 0), isSplit: false };
    const wanted = isFull ? goesOn : batch.length;
    const part = wanted === batch.length ? batch : compactBatch(sliceBatch(batch, 0, wanted));
    if (!table.tryAdd(part)) {
      if (table.rows > 0) return { end: rows.keyOf(batch, 0), isSplit: goesOn > 0 };
      table.add(part);
    }
    rows.take(wanted);
    last = rows.keyOf(part, part.length - 1);
  }
  return { end: null, isSplit: false };
}

/** One key of more rows than a window takes. */
async function* joinKey(plan: JoinPlan, sides: SortedSides, run: OperatorRun): AsyncGenerator<Batch> {
  const { memory } = run;
  const before = memory.bytes;
  yield* hashJoin(plan, sides, run, null);
  memory.shrink(memory.bytes - before);
}

/** How many rows of the table come before the key. */
function rowsBefore(rows: SortedRows, table: BuildTable, key: KeyAt): number {
  return table.contents.reduce((sum, batch) => sum + rows.countBefore(batch, key), 0);
}

function* rowsFrom(rows: SortedRows, table: BuildTable, key: KeyAt): Generator<Batch> {
  for (const batch of table.contents) {
    const from = rows.countBefore(batch, key);
    const rest = compactBatch(sliceBatch(batch, from, batch.length));
    if (rowCount(rest) > 0) yield rest;
  }
}

async function* chained(first: readonly Batch[], rest: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  yield* first;
  yield* rest;
}

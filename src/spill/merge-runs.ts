/**
 * Merges any number of sorted runs with at most `fanIn` open at once: where there are more, groups of neighbours are merged
 * into longer runs first. Only as many as are too many are touched twice.
 */
import type { Batch } from '../columnar/batch.js';
import { mergeStreams, type MergeOptions } from './merge-streams.js';

/** Something sorted that can be read once. */
export interface SortedRun {
  readonly rows: number;
  read(): AsyncIterable<Batch>;
  /** It will not be read (again): what it holds may go. */
  drop(): void;
}

export interface MergeRunsOptions extends MergeOptions {
  readonly fanIn: number;
  /** Writes a stream into a run of its own. */
  readonly spill: (sorted: AsyncIterable<Batch>) => Promise<SortedRun>;
}

export async function* mergeRuns(runs: readonly SortedRun[], options: MergeRunsOptions): AsyncGenerator<Batch> {
  const { fanIn, spill } = options;
  let left = [...runs];
  try {
    while (left.length > fanIn) {
      const width = Math.min(fanIn, left.length - fanIn + 1);
      const from = smallestWindow(left, width);
      const group = left.slice(from, from + width);
      const merged = await spill(readAll(group, options));
      group.forEach((run) => run.drop());
      left = [...left.slice(0, from), merged, ...left.slice(from + width)];
    }
    yield* readAll(left, options);
  } finally {
    left.forEach((run) => run.drop());
  }
}

/** Neighbours, so that the merge stays stable; those with the fewest rows. */
function smallestWindow(runs: readonly SortedRun[], width: number): number {
  let rows = runs.slice(0, width).reduce((sum, run) => sum + run.rows, 0);
  let best = 0;
  let fewest = rows;
  for (let from = 1; from + width <= runs.length; from++) {
    rows += runs[from + width - 1].rows - runs[from - 1].rows;
    if (rows < fewest) [best, fewest] = [from, rows];
  }
  return best;
}

function readAll(runs: readonly SortedRun[], options: MergeOptions): AsyncIterable<Batch> {
  return runs.length === 1
    ? runs[0].read()
    : mergeStreams(
        runs.map((run) => run.read()),
        options,
      );
}

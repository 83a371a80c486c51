/** How many runs a merge may have open at once: a batch of each has to fit the operator's memory. */
import { TARGET_BATCH_BYTES } from '../columnar/batch.js';
import type { Reservation } from '../memory/reservation.js';

/** Flink's `io.manager.max-fan`. */
const MOST = 128;
/** A batch read, its normalised keys, and its part of the output. */
const PER_RUN = 2;

type Runs = readonly { readonly largestBatchBytes: number }[];

/**
 * Takes the memory for it. Two at the least: what merges must get on.
 * @throws EtlError ETL-6010 where not even two fit
 */
export function takeFanIn(memory: Reservation, runs: Runs): number {
  const least = leastMergeBytes(runs);
  memory.grow(least);
  let fanIn = 2;
  while (fanIn < Math.min(MOST, runs.length) && memory.tryGrow(least / 2)) fanIn++;
  return fanIn;
}

/** What a merge of two takes. */
export function leastMergeBytes(runs: Runs): number {
  return 2 * PER_RUN * Math.max(TARGET_BATCH_BYTES / 8, ...runs.map((run) => run.largestBatchBytes));
}

/** How many runs a merge may have open at once: a batch of each has to fit the operator's memory. */
import { TARGET_BATCH_BYTES } from '../columnar/batch.js';
import type { Reservation } from '../memory/reservation.js';

/** Flink's `io.manager.max-fan`. */
const MOST = 128;
/** A batch read, its normalised keys, and its part of the output. */
const PER_RUN = 2;

/**
 * Takes the memory for it. Two at the least: what merges must get on.
 * @throws EtlError ETL-6010 where not even two fit
 */
export function takeFanIn(memory: Reservation, runs: readonly { readonly largestBatchBytes: number }[]): number {
  const largest = Math.max(TARGET_BATCH_BYTES / 8, ...runs.map((run) => run.largestBatchBytes));
  const bytes = PER_RUN * largest;
  memory.grow(2 * bytes);
  let fanIn = 2;
  while (fanIn < Math.min(MOST, runs.length) && memory.tryGrow(bytes)) fanIn++;
  return fanIn;
}

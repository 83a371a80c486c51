/**
 * May a failed attempt be repeated? Pure, and the only place that knows.
 *
 * - A failure that no repetition can mend (credentials, bad rows, a plan that does not fit) ends the run at once.
 * - `fixed-delay` counts per split, as a run has many splits and one flaky network; a bug of ours is tried once more.
 * - A slot killed from outside (SIGKILL: the kernel's OOM killer, an operator) is not the split's fault: it has a limit of
 *   its own, `MOST_KILLS`.
 * - A slot out of heap is tried once more with half the batch: what does not fit then never will.
 * - All failures of a run together have a budget too, so that a dead source fails in minutes, not hours.
 */
import type { ErrorData } from '../errors/etl-error.js';
import { registry } from '../errors/registry.js';
import type { RestartStrategy, Retry } from './scheduler-state.js';

export const MOST_KILLS = 10;
export const OUT_OF_HEAP = 'ETL-6007';

export interface Failure {
  readonly error: ErrorData;
  readonly killed: boolean;
}

/** Null when the split may be tried again, else why not, in words. */
export function suppressesRestart(
  strategy: RestartStrategy,
  retry: Retry,
  failure: Failure,
  runFailures: number,
  runSplits: number,
): string | null {
  if (failure.killed) {
    return retry.kills > MOST_KILLS ? `its slot was killed ${retry.kills} times` : null;
  }
  const { kind, transient } = registry[failure.error.code];
  if (transient !== true && kind !== 'internal') return 'another attempt cannot mend it';
  if (strategy.type === 'none') return 'restart-strategy.type is none';
  const allowed = kind === 'internal' ? Math.min(1, strategy.attempts) : strategy.attempts;
  if (retry.failures > allowed) {
    return `fixed-delay restart strategy: ${allowed} of ${allowed} restarts of the split are used`;
  }
  const budget = runBudget(strategy, runSplits);
  return runFailures > budget ? `the run's budget of ${budget} restarts is used` : null;
}

function runBudget(strategy: RestartStrategy, splits: number): number {
  return Math.max(strategy.attempts, Math.min(20, 2 * splits));
}

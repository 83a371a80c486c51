/**
 * What names a run in the tables it keeps beside its target: `20261122-0300-users-7f3a_1b2f0c_4711`.
 *
 * The host's mark and the main process's number say whether it still runs: what a killed run has left is dropped at the end
 * of the next one, and that of a run on another host, or in another container, is left alone.
 */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { SlotContext } from '../connector.js';

/** Of the run whose slot this process is. */
export function runMark({ runId, mainPid }: Pick<SlotContext, 'runId' | 'mainPid'>): string {
  return `${runId}_${hostMark()}_${mainPid}`;
}

/** Only a run of this host of which nothing runs any more. Unsure is alive. */
export function isDeadRun(mark: string): boolean {
  const [, host, pid] = /_([0-9a-f]{6})_(\d+)$/.exec(mark) ?? [];
  if (host !== hostMark()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function hostMark(): string {
  return createHash('sha1').update(hostname()).digest('hex').slice(0, 6);
}

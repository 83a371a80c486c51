/**
 * Before anything else of a run: its job's lock and its folder. Held until `close`, in this order: folder, lock.
 *
 * A state folder that cannot be used stops no run; it then has no log, and nothing keeps a second run away. One warning says so.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatCount, formatDuration } from '../../config/units.js';
import { EtlError, type ErrorData } from '../../errors/etl-error.js';
import { explainErrno } from '../../errors/explain-errno.js';
import type { RunEvent } from '../events.js';
import { acquireJobLock, isHolder, type JobLock, type LockHolder } from './job-lock.js';
import { openStateFolder } from './open-state-folder.js';
import { pruneRuns } from './prune-runs.js';
import { RunFolder, type RunFolderOptions } from './run-folder.js';
import { readOutcome } from './run-outcome.js';

export interface OpenRunOptions extends Omit<RunFolderOptions, 'stateFolder' | 'onProblem' | 'now'> {
  /** Where runs may be kept, best first. */
  readonly stateFolders: readonly string[];
  readonly keep: number;
  /** Whether another run of the job keeps this one from starting, and for how long this one waits for it. */
  readonly overlap: 'allow' | { readonly waitMs: number };
  readonly emit: (event: RunEvent) => void;
  readonly cancel: AbortSignal;
}

export interface OpenRun {
  readonly folder: RunFolder | null;
  close(): void;
}

const LOOK_EVERY_MS = 200;

/** @throws EtlError ETL-6020 when another run of the job is active for longer than this one waits */
export async function openRun(options: OpenRunOptions): Promise<OpenRun> {
  const warn = (message: string): void => options.emit({ type: 'warn', message, timeMs: Date.now() });
  const state = openStateFolder(options.stateFolders);
  if (state === null) {
    warn(`none of ${options.stateFolders.join(', ')} can be written: this run keeps no log and no lock`);
    return { folder: null, close: () => undefined };
  }
  if (state.warning !== null) warn(state.warning);
  const lock =
    options.overlap === 'allow' ? null : await waitForLock(state.path, options, options.overlap.waitMs, warn);
  const folder = new RunFolder({ ...options, stateFolder: state.path, onProblem: warn, now: Date.now });
  return {
    folder,
    close: () => {
      folder.close();
      lock?.release();
      pruneRuns(state.path, options.job, options.keep);
    },
  };
}

async function waitForLock(
  stateFolder: string,
  { job, runId, startedMs, cancel, emit }: OpenRunOptions,
  waitMs: number,
  warn: (message: string) => void,
): Promise<JobLock | null> {
  const me: LockHolder = { pid: process.pid, runId, startedMs };
  const since = performance.now();
  let waitsFor = '';
  for (;;) {
    const result = tryLock(stateFolder, job, me, warn);
    if (result === null || !isHolder(result)) return result;
    if (performance.now() - since >= waitMs) throw busy(stateFolder, job, result);
    if (waitsFor !== result.runId) {
      emit({ type: 'warn', message: `waiting: ${describe(stateFolder, job, result)}`, timeMs: Date.now() });
      waitsFor = result.runId;
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: cancel }).catch(() => undefined);
    if (cancel.aborted) throw EtlError.fromJSON(cancel.reason as ErrorData);
  }
}

function tryLock(
  stateFolder: string,
  job: string,
  me: LockHolder,
  warn: (message: string) => void,
): JobLock | LockHolder | null {
  try {
    return acquireJobLock(stateFolder, job, me);
  } catch (error) {
    warn(`the lock of job ${job} cannot be written, nothing keeps another run of it away: ${explainErrno(error)}`);
    return null;
  }
}

function busy(stateFolder: string, job: string, holder: LockHolder): EtlError {
  return new EtlError('ETL-6020', describe(stateFolder, job, holder), {
    hint: 'let it end, or say what to do then: --if-running skip, --if-running wait:10m',
  });
}

/** `another run of users is active: 20261122-0300-users-7f3a, pid 4711, since 03:00:12 (1m02s), 61 % …`. */
function describe(stateFolder: string, job: string, { runId, pid, startedMs }: LockHolder): string {
  const parts = [
    `${runId}, pid ${pid}`,
    `for ${formatDuration(Math.max(0, Date.now() - startedMs))}, since ${new Date(startedMs).toISOString()}`,
  ];
  const stages = readOutcome(stateFolder, runId)?.stages ?? [];
  if (stages.length > 0) {
    const sum = (pick: (stage: (typeof stages)[number]) => number): string =>
      formatCount(stages.reduce((total, stage) => total + pick(stage), 0));
    parts.push(
      `${sum((stage) => stage.splitsDone)} of ${sum((stage) => stage.splitsTotal)} splits done, ${sum((stage) => stage.written)} rows written`,
    );
  }
  return `another run of job ${job} is active: ${parts.join(', ')}`;
}

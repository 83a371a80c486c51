/**
 * At most one run of a job at a time, and nothing to unlock by hand: the lock of a process that is gone is no lock.
 *
 * Tickets `locks/<job>.<n>` are numbered; the one with the highest number counts, and only while the process that wrote it
 * lives. Whoever finds that process gone makes ticket n + 1, which only one can (`link` refuses a name that exists).
 *
 *     pg-to-redis.41   pid 4711, gone            A and B find 41 dead, both link .42: A can, B reads it and is busy
 *     pg-to-redis.42   pid 4802, runs
 *
 * Invariant: the highest ticket is never removed, so numbers only grow. One who slept over many runs may still link a number
 * that was removed in the meantime; seeing a higher one beside it, it takes its own away and looks again.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from './process-identity.js';

export interface LockHolder {
  readonly pid: number;
  readonly runId: string;
  readonly startedMs: number;
}

interface Ticket extends LockHolder {
  /** Of the process with that pid, from `processIdentity`. */
  readonly identity: string;
}

export interface JobLock {
  release(): void;
}

/** @returns the lock, or who has it. @throws what the file system says */
export function acquireJobLock(stateFolder: string, job: string, me: LockHolder): JobLock | LockHolder {
  const folder = join(stateFolder, 'locks');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ticket: Ticket = { ...me, identity: processIdentity(me.pid) ?? '' };
  const draft = join(folder, `${job}.draft-${me.pid}-${me.runId.slice(-4)}`);
  writeFileSync(draft, JSON.stringify(ticket), { mode: 0o600 });
  try {
    for (;;) {
      const last = numbersOf(folder, job).at(-1) ?? 0;
      const holder = last === 0 ? null : readTicket(join(folder, `${job}.${last}`));
      if (holder === 'removed') continue;
      if (holder !== null && processIdentity(holder.pid) === holder.identity) return holder;
      const number = last + 1;
      if (!linkNew(draft, join(folder, `${job}.${number}`))) continue;
      const others = numbersOf(folder, job);
      if (others.at(-1) === number) {
        others.slice(0, -1).forEach((old) => rmSync(join(folder, `${job}.${old}`), { force: true }));
        removeDrafts(folder, job);
        return { release: () => release(folder, job, number) };
      }
      rmSync(join(folder, `${job}.${number}`), { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

export function isHolder(result: JobLock | LockHolder): result is LockHolder {
  return 'pid' in result;
}

/** Ascending. */
function numbersOf(folder: string, job: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const number = name.startsWith(`${job}.`) ? name.slice(job.length + 1) : '';
      return /^[1-9]\d*$/.test(number) ? [Number(number)] : [];
    })
    .sort((a, b) => a - b);
}

/** Null for one that nobody holds: released, or torn by a power cut. */
function readTicket(file: string): Ticket | null | 'removed' {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Partial<Ticket>;
    const isWhole = Number.isSafeInteger(read.pid) && typeof read.identity === 'string' && read.identity !== '';
    return isWhole ? (read as Ticket) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'removed';
    throw error;
  }
}

function linkNew(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Of processes that were killed while they looked. */
function removeDrafts(folder: string, job: string): void {
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(`${job}.draft-`) ? Number(name.slice(job.length + 7).split('-')[0]) : NaN;
    if (Number.isSafeInteger(pid) && processIdentity(pid) === null) rmSync(join(folder, name), { force: true });
  }
}

/** The process may live on for a while. Where it cannot be said, its end says it. */
function release(folder: string, job: string, number: number): void {
  const draft = join(folder, `${job}.draft-${process.pid}-${number}`);
  try {
    writeFileSync(draft, '{}', { mode: 0o600 });
    renameSync(draft, join(folder, `${job}.${number}`));
  } catch {
    rmSync(draft, { force: true });
  }
}

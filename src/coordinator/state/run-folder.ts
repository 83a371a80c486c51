/**
 * What a run leaves for whoever asks later: `runs/<id>/` in the state folder, readable by its owner only.
 *
 *     job.yaml      the job file, what looks like a secret covered
 *     plan.json     as `etl explain --json` prints it
 *     run.json      outcome, counters, memory; while the run goes on, where it is (rewritten now and then)
 *     log.ndjson    everything the run said, and what its slots wrote to stderr: stack traces are here
 *
 * Never a reason to fail: the first thing that cannot be written is told once, and the run goes on without its folder.
 */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../../errors/code-entry.js';
import { toEtlError } from '../../errors/etl-error.js';
import { explainErrno } from '../../errors/explain-errno.js';
import type { RunEvent } from '../events.js';
import { startOutcome, type RunOutcome } from './run-outcome.js';

export interface RunFolderOptions {
  readonly stateFolder: string;
  readonly runId: string;
  readonly job: string;
  /** Without secrets. */
  readonly jobText: string;
  readonly startedMs: number;
  /** A text of somebody else's (a server's message, a stack) without the secrets of the job. */
  readonly conceal: (text: string) => string;
  readonly onProblem: (message: string) => void;
  readonly now: () => number;
}

const OUTCOME_EVERY_MS = 2000;
const LOGGED_PROGRESS_EVERY_MS = 10_000;
/** Of one run, all slots together: a function that prints each row must not fill the disk. */
const MOST_OUTPUT_BYTES = 16 << 20;
/** Sentences and stacks in an event: what may quote a server. */
const quoting = new Set(['message', 'cause', 'hint', 'text']);

export class RunFolder {
  readonly path: string;
  private log: number | null = null;
  private outcome: RunOutcome;
  private outcomeAtMs = -Infinity;
  private progressAtMs = -Infinity;
  private isGivenUp = false;
  private outputLeft = MOST_OUTPUT_BYTES;

  constructor(private readonly options: RunFolderOptions) {
    const { stateFolder, runId, job, jobText, startedMs } = options;
    this.path = join(stateFolder, 'runs', runId);
    this.outcome = startOutcome(runId, job, startedMs);
    this.attempt(() => {
      mkdirSync(this.path, { recursive: true, mode: 0o700 });
      this.log = openSync(join(this.path, 'log.ndjson'), 'wx', 0o600);
    });
    this.write('job.yaml', jobText);
    this.writeOutcome();
  }

  /** Null when there is none. */
  get logFile(): string | null {
    return this.log === null ? null : join(this.path, 'log.ndjson');
  }

  writePlan(plan: object): void {
    this.write('plan.json', `${JSON.stringify(plan, null, 2)}\n`);
  }

  on(event: RunEvent): void {
    const now = this.options.now();
    if (event.type === 'progress') {
      this.outcome = { ...this.outcome, durationMs: event.elapsedMs, stages: event.stages };
      if (now - this.outcomeAtMs >= OUTCOME_EVERY_MS) this.writeOutcome();
      if (now - this.progressAtMs < LOGGED_PROGRESS_EVERY_MS) return;
      this.progressAtMs = now;
    }
    this.append(event);
    if (event.type === 'end') {
      const { type: _type, logFile: _logFile, ...end } = event;
      this.outcome = { ...this.outcome, ...end, state: 'ended', endedAt: new Date(now).toISOString() };
      this.writeOutcome();
    }
  }

  /** What a slot wrote to stderr, or a stack. */
  output(slot: number | null, text: string): void {
    if (this.outputLeft <= 0) return;
    this.outputLeft -= text.length;
    this.append({ type: 'output', slot, text });
    if (this.outputLeft <= 0) this.append({ type: 'output', slot, text: '… what comes after this is not kept' });
  }

  /** The run ended before it began. */
  fail(thrown: unknown): void {
    const error = toEtlError(thrown);
    this.append({ type: 'error', ...error.toJSON() });
    this.output(null, error.stack ?? error.message);
    const exit = { code: exitCodes[error.kind], name: error.kind };
    const endedAt = new Date(this.options.now()).toISOString();
    this.outcome = { ...this.outcome, state: 'ended', endedAt, exit, error: error.toJSON() };
    this.writeOutcome();
  }

  close(): void {
    if (this.log !== null) closeSync(this.log);
    this.log = null;
    this.isGivenUp = true;
  }

  private append(record: object): void {
    const time = new Date(this.options.now()).toISOString();
    this.attempt(() => void writeSync(this.log!, `${this.json({ time, ...record })}\n`));
  }

  private writeOutcome(): void {
    this.outcomeAtMs = this.options.now();
    this.write('run.json', `${this.json(this.outcome, 2)}\n`);
  }

  /** Whole or not at all: somebody may read it at any moment. */
  private write(name: string, text: string): void {
    const file = join(this.path, name);
    this.attempt(() => {
      writeFileSync(`${file}.tmp`, text, { mode: 0o600, flag: 'wx' });
      renameSync(`${file}.tmp`, file);
    });
  }

  private json(value: object, indent?: number): string {
    const conceal = (key: string, text: unknown): unknown =>
      typeof text === 'string' && quoting.has(key) ? this.options.conceal(text) : text;
    return JSON.stringify(value, conceal, indent);
  }

  private attempt(work: () => void): void {
    if (this.isGivenUp) return;
    try {
      work();
    } catch (error) {
      this.close();
      rmSync(join(this.path, 'run.json.tmp'), { force: true });
      this.options.onProblem(`the folder of this run, ${this.path}, cannot be written: ${explainErrno(error)}`);
    }
  }
}

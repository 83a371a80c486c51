/** `run.json`: how a run went, or how far it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEnd, StageProgress } from '../events.js';

export interface RunOutcome extends Partial<Omit<RunEnd, 'type' | 'logFile'>> {
  readonly format: 1;
  readonly runId: string;
  readonly job: string;
  readonly pid: number;
  /** `running` with a process that is gone: it was killed. */
  readonly state: 'running' | 'ended';
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly durationMs: number;
  readonly stages: readonly StageProgress[];
}

export function startOutcome(runId: string, job: string, startedMs: number): RunOutcome {
  const startedAt = new Date(startedMs).toISOString();
  const { pid } = process;
  return { format: 1, runId, job, pid, state: 'running', startedAt, endedAt: null, durationMs: 0, stages: [] };
}

/** Null when there is none that can be read. */
export function readOutcome(stateFolder: string, runId: string): RunOutcome | null {
  try {
    const read = JSON.parse(readFileSync(join(stateFolder, 'runs', runId, 'run.json'), 'utf8')) as Partial<RunOutcome>;
    return read.format === 1 && Array.isArray(read.stages) ? (read as RunOutcome) : null;
  } catch {
    return null;
  }
}

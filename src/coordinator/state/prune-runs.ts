/** Old runs of a job go when newer ones come: run ids sort by time. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from './process-identity.js';
import { readOutcome } from './run-outcome.js';

/** Keeps the newest `keep` runs of the job, and every one that still runs. What cannot be removed stays. */
export function pruneRuns(stateFolder: string, job: string, keep: number): void {
  const folder = join(stateFolder, 'runs');
  const isOfJob = (id: string): boolean => /^\d{8}-\d{4}-$/.test(id.slice(0, 14)) && id.slice(14, -5) === job;
  for (const id of namesIn(folder).filter(isOfJob).sort().slice(0, -keep)) {
    const outcome = readOutcome(stateFolder, id);
    if (outcome?.state === 'running' && processIdentity(outcome.pid) !== null) continue;
    try {
      rmSync(join(folder, id), { recursive: true, force: true });
    } catch {
      continue;
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

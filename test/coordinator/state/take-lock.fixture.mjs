/**
 * Wants the lock of a job, says whether it got it, and holds it until stdin ends (or until it is killed).
 *
 *     node take-lock.fixture.mjs <state folder> <job>        prints `got` or `busy <pid of the holder>`
 */
import { acquireJobLock, isHolder } from '../../../dist/src/coordinator/state/job-lock.js';

const [, , folder, job] = process.argv;
const result = acquireJobLock(folder, job, { pid: process.pid, runId: `run-${process.pid}`, startedMs: 0 });
process.stdout.write(isHolder(result) ? `busy ${result.pid}\n` : 'got\n');
process.stdin.resume().once('end', () => process.exit());

/**
 * For a slot that runs functions of the user: they may keep its event loop busy for as long as they like, and then it does
 * not hear that its parent is gone. A thread of its own looks, and kills the process.
 */
import { Worker } from 'node:worker_threads';

const LOOK_EVERY_MS = 500;

// Text, because a thread begins with a file of its own, and a program of one line needs none.
const look = `
const { workerData: { parent, everyMs } } = require('node:worker_threads');
setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGKILL'), everyMs);
`;

/** `parent`: the pid it was started by. */
export function watchParent(parent: number): void {
  const limits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };
  new Worker(look, { eval: true, workerData: { parent, everyMs: LOOK_EVERY_MS }, resourceLimits: limits }).unref();
}

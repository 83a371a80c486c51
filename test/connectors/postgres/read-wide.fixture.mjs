/**
 * A slot's half of a read, in a process of its own: reads everything as slowly as it is told to and prints what it held.
 *
 *     node --max-old-space-size=64 --expose-gc read-wide.fixture.mjs '<plan params as JSON>' <look at memory every n batches>
 */
import { defaultSettings } from '../../../dist/src/config/settings.js';
import { source } from '../../../dist/src/connectors/postgres/source.js';

const params = JSON.parse(process.argv[2]);
const every = Number(process.argv[3]);
const context = {
  settings: defaultSettings,
  runId: 'wide',
  slot: 0,
  logicalTimeMs: 0,
  baseDir: '/',
  mainPid: process.pid,
  networkBytes: 0,
  log() {},
};
const reader = await source.openSource(params, context);
const all = { index: 0, lower: null, upper: null, openBelow: true, openAbove: true, nulls: false };
/** @type {import('../../../src/connectors/connector.js').ReadOptions} */
const options = {
  attempt: { vertex: 'v', split: 0, attempt: 0 },
  snapshot: null,
  limit: null,
  signal: new AbortController().signal,
  reject(_state, message) {
    throw new Error(message);
  },
};

let rows = 0;
let batches = 0;
let largestBatch = 0;
let heldBytes = 0;
let peakRssBytes = 0;
const before = held();
for await (const batch of reader.read(all, options)) {
  rows += batch.length;
  largestBatch = Math.max(largestBatch, batch.length);
  peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
  if (++batches % every !== 0) continue;
  // A consumer that takes its time: whatever the reader would read ahead, it has read now.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  heldBytes = Math.max(heldBytes, held() - before);
}
await reader.close();
process.stdout.write(JSON.stringify({ rows, batches, largestBatch, heldBytes, peakRssBytes }));

/** Bytes in buffers that are still reachable. */
function held() {
  // Buffers are swept by a thread of its own; the second collection waits for it.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().arrayBuffers;
}

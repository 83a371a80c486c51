/** P12: two runs of the same job never run together (F80, F81), as a user sees it. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { runEtl, runJobFile, testDirectory, type EtlOptions } from '../support/run-etl.js';

const directory = testDirectory();
writeFileSync(path.join(directory, 'rows.ndjson'), '{"id": 1}\n');
writeFileSync(
  path.join(directory, 'gate.mjs'),
  `import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
export async function pass(row) {
  while (!existsSync(new URL('./open-' + process.env.GATE, import.meta.url))) await sleep(20);
  return row;
}
`,
);
const gatedJob = path.join(directory, 'gated.yaml');
writeFileSync(
  gatedJob,
  `name: gated
sources: {rows: {type: file, path: ${path.join(directory, 'rows.ndjson')}}}
steps: [{map: {module: ./gate.mjs, function: pass, schema: {id: bigint}}}]
sinks: {out: {type: blackhole}}
`,
);

const openGate = (gate: string): void => writeFileSync(path.join(directory, `open-${gate}`), '');

/** Promise.withResolvers of newer Nodes. */
function withResolvers<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((done) => (resolve = done));
  return { promise, resolve };
}

/** A run that has its lock and waits at a gate. */
async function startGated(
  gate: string,
): Promise<{ run: ReturnType<typeof runJobFile>; child: ChildProcess; runId: string }> {
  const { promise: started, resolve } = withResolvers<{ child: ChildProcess; runId: string }>();
  const run = runJobFile([gatedJob], {
    env: { GATE: gate },
    onLine: (line, child) => {
      const event = JSON.parse(line) as { type: string; runId: string };
      if (event.type === 'start') resolve({ child, runId: event.runId });
    },
  });
  return { run, ...(await started) };
}

test('the second run exits 75, or 0 with skip, and says who the first one is; one that only prints may run', async () => {
  const first = await startGated('one');
  const gated: EtlOptions = { env: { GATE: 'none' } };
  const [refused, refusedJson, skipped, skippedJson] = await Promise.all([
    runEtl(['run', gatedJob], gated),
    runJobFile([gatedJob], gated),
    runEtl(['run', gatedJob, '--if-running', 'skip'], gated),
    runJobFile([gatedJob, '--if-running=skip'], gated),
  ]);
  expect([refused.code, refusedJson.code, skipped.code, skippedJson.code]).toEqual([75, 75, 0, 0]);
  expect(refused.stderr).toContain(
    `ETL-6020  another run of job gated is active: ${first.runId}, pid ${first.child.pid}`,
  );
  expect(refused.stderr).toContain('--if-running wait:10m');
  expect(refusedJson.end).toMatchObject({ exit: { code: 75, name: 'busy' }, error: { code: 'ETL-6020' } });
  expect(skipped.stderr).toContain(`skipped: another run of job gated is active: ${first.runId}`);
  expect(skippedJson.end).toMatchObject({ exit: { code: 0, name: 'ok' }, skipped: true });
  openGate('look');
  expect((await runEtl(['run', gatedJob, '--sink', 'print'], { env: { GATE: 'look' } })).stdout).toBe('{"id":1}\n');
  openGate('one');
  expect((await first.run).code).toBe(0);
});

test('with wait the second one starts when the first has ended, and fails when that takes too long', async () => {
  const first = await startGated('two');
  const waiting = withResolvers<void>();
  openGate('three');
  const second = runJobFile([gatedJob, '--if-running', 'wait:1m'], {
    env: { GATE: 'three' },
    onLine: (line) => line.includes('waiting: another run') && waiting.resolve(),
  });
  await waiting.promise;
  expect((await runEtl(['run', gatedJob, '--if-running', 'wait:50ms'])).code).toBe(75);
  openGate('two');
  expect([(await first.run).code, (await second).code]).toEqual([0, 0]);
});

test('one that waits can be cancelled', async () => {
  const first = await startGated('four');
  const cancelled = await runJobFile([gatedJob, '--if-running', 'wait:1h'], {
    onLine: (line, child) => line.includes('waiting: another run') && child.kill('SIGINT'),
  });
  expect(cancelled.code).toBe(130);
  openGate('four');
  expect((await first.run).code).toBe(0);
});

test('after kill -9 the next run proceeds at once', async () => {
  const first = await startGated('five');
  first.child.kill('SIGKILL');
  await expect(first.run).rejects.toThrow('no end event');
  openGate('six');
  expect((await runJobFile([gatedJob], { env: { GATE: 'six' } })).code).toBe(0);
});

test('a wrong --if-running is told', async () => {
  for (const text of ['maybe', 'wait', 'wait:soon']) {
    const { code, stderr } = await runEtl(['run', gatedJob, '--if-running', text]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--if-running wait:10m')]);
  }
});

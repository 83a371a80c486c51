/** What becomes of a run when its slots or their parent die in the ways that slots die (F04, F08, F10, F15). */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { runJobFile, testDirectory } from '../support/run-etl.js';

const directory = testDirectory();
for (const file of [0, 1, 2, 3]) {
  const rows = Array.from({ length: 5000 }, (_, i) => `{"id": ${file * 5000 + i}}\n`);
  writeFileSync(path.join(directory, `rows-${file}.ndjson`), rows.join(''));
}
// Each does its harm once, or as often as its marker is not there.
writeFileSync(
  path.join(directory, 'harm.mjs'),
  `import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const kept = [];
const fill = () => { for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => i + 0.5)); };
const once = (name) => { if (existsSync(name)) return false; writeFileSync(name, ''); return true; };
const here = (name) => new URL('./' + name, import.meta.url).pathname;
export const exhaustOnce = (row) => { if (row.id === 3n && once(here('exhausted'))) fill(); return row; };
export const exhaustAlways = (row) => { if (row.id === 3n) fill(); return row; };
export const throwLater = async (row) => {
  if (row.id === 3n && once(here('thrown'))) { setTimeout(() => { throw new Error('thrown in a timer'); }); await sleep(60_000); }
  return row;
};
export const spin = (row) => { writeFileSync(here('spins-' + process.pid), ''); for (;;); };
export const waitForGate = async (row) => { while (!existsSync(here('gate'))) await sleep(10); return row; };
`,
);

function job(name: string, files = '0'): string {
  const file = path.join(directory, `${name}.yaml`);
  const map = `{map: {module: ./harm.mjs, function: ${name}, schema: {id: bigint}}}`;
  writeFileSync(
    file,
    `name: ${name}\nsources: {rows: {type: file, path: "rows-[${files}].ndjson"}}\nsteps: [${map}]\nsinks: {out: {type: blackhole}}\n`,
  );
  return file;
}

const small = ['-D', 'taskmanager.memory.process.size=1g', '-D', 'restart-strategy.fixed-delay.delay=10ms'];

function slotsOf(child: ChildProcess): number[] {
  const listed = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  return listed === '' ? [] : listed.split(/\s+/).map(Number);
}

test('F08: a slot that runs out of its heap is tried again with half the batch', async () => {
  const { end, events } = await runJobFile([job('exhaustOnce'), ...small]);
  expect(end).toMatchObject({ exit: { code: 0 }, rows: { read: 5000, written: 5000 }, stages: [{ retried: 1 }] });
  expect(events.filter((event) => event.type === 'warn')).toMatchObject([{ code: 'ETL-6007' }]);
});

test('F08: one that does so again ends the run with advice, whatever the restart strategy allows', async () => {
  const { end, events } = await runJobFile([job('exhaustAlways'), ...small]);
  expect(end).toMatchObject({ exit: { code: 1 }, stages: [{ retried: 1 }], error: { code: 'ETL-6007' } });
  expect(end.error!.hint).toContain('raise taskmanager.memory.process.size');
  expect(end.error!.at!.what).toMatch(/rows-0\.ndjson, split 0 attempt 2 \(not repeated: half the batch/);
  expect(events.filter((event) => event.type === 'warn')).toHaveLength(2);
});

test('F15: a slot in which something throws behind its back dies with 70 at once, and its split is read again', async () => {
  const { end, events } = await runJobFile([job('throwLater'), ...small]);
  expect(end).toMatchObject({ exit: { code: 0 }, rows: { written: 5000 }, stages: [{ retried: 1 }] });
  expect(events.filter((event) => event.type === 'warn')).toMatchObject([
    { message: expect.stringContaining('exited with 70') as string },
  ]);
  expect(readFileSync(end.logFile!, 'utf8')).toMatch(/thrown in a timer.*harm\.mjs/);
});

test('F04: all slots killed at once are all started again', async () => {
  let isKilled = false;
  const { end } = await runJobFile([job('waitForGate', '0-3'), '-p', '4'], {
    onLine: (line, child) => {
      const event = JSON.parse(line) as { type: string; stages?: { splitsRunning?: number }[] };
      if (isKilled || event.type !== 'progress' || event.stages?.[0]?.splitsRunning !== 4) return;
      isKilled = true;
      slotsOf(child).forEach((pid) => process.kill(pid, 'SIGKILL'));
      writeFileSync(path.join(directory, 'gate'), '');
    },
  });
  expect(end).toMatchObject({ exit: { code: 0 }, rows: { read: 20_000, written: 20_000 }, stages: [{ retried: 4 }] });
});

test('F10: slots end when their parent was killed, also one that a function of the user keeps from hearing of it', async () => {
  // The leak guard of the tests fails this file if one of them goes on.
  let slots: number[] = [];
  const run = runJobFile([job('spin')], {
    onLine: (line, child) => {
      if ((JSON.parse(line) as { type: string }).type !== 'progress') return;
      slots = slotsOf(child);
      if (slots.some((pid) => hasMarker(`spins-${pid}`))) child.kill('SIGKILL');
    },
  });
  await expect(run).rejects.toThrow('no end event');
  expect(slots).toHaveLength(1);
});

function hasMarker(name: string): boolean {
  try {
    return readFileSync(path.join(directory, name)).length === 0;
  } catch {
    return false;
  }
}

test('F13: without descriptors for every slot the run goes on with those it has; without any at all it exits 71', () => {
  writeFileSync(
    path.join(directory, 'plain.yaml'),
    'name: plain\nsources: {rows: {type: file, path: "rows-*.ndjson"}}\nsinks: {out: {type: blackhole}}\n',
  );
  const withDescriptors = (count: number): { status: number | null; stderr: string } =>
    spawnSync(
      'sh',
      [
        '-c',
        `ulimit -n ${count}; exec "$0" bin/run.js run ${path.join(directory, 'plain.yaml')} -p 6`,
        process.execPath,
      ],
      {
        env: { ...process.env, XDG_STATE_HOME: directory, NO_COLOR: '1' },
        encoding: 'utf8',
      },
    );
  const results = [24, 32, 64].map(withDescriptors);
  expect(results.at(-1)).toEqual({ ...results.at(-1), status: 0 });
  for (const { status, stderr } of results) {
    if (status === 0) expect(stderr).toContain('20,000 rows written');
    else expect([status, stderr]).toEqual([71, expect.stringMatching(/(ETL-6002|ETL-6008) .*ulimit -n/s)]);
  }
});

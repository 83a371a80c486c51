/** P14, F84, S15: signals to a run, in each of its phases. The leak guard sees to it that no slot is left. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runEtl, testDirectory, type EtlResult } from '../support/run-etl.js';

const directory = testDirectory();
writeFileSync(path.join(directory, 'rows.ndjson'), '{"id": 1}\n');
writeFileSync(
  path.join(directory, 'steps.mjs'),
  `import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
export const gate = async (row) => {
  while (!existsSync(new URL('./open-' + process.env.GATE, import.meta.url))) await sleep(10);
  return row;
};
`,
);

function job(): string {
  const file = path.join(directory, 'gate.yaml');
  const map = '{map: {module: ./steps.mjs, function: gate, schema: {id: bigint}}}';
  writeFileSync(
    file,
    `name: gate\nsources: {rows: {type: file, path: rows.ndjson}}\nsteps: [${map}]\nsinks: {out: {type: blackhole}}\n`,
  );
  return file;
}

type Phase = 'planning' | 'running';
const begins: Readonly<Record<Phase, RegExp>> = {
  planning: /"type":"version"/,
  running: /"type":"progress".*"splitsRunning":1/,
};

let runs = 0;

/** Each run has a state folder of its own, so that they need not wait for each other. */
function runWithSignals(phase: Phase, signals: readonly NodeJS.Signals[], openGate: boolean): Promise<EtlResult> {
  const gate = String(runs++);
  let sent = 0;
  return runEtl(['run', job(), '--json'], {
    env: { GATE: gate, XDG_STATE_HOME: path.join(directory, `state-${gate}`) },
    onLine: (line, child) => {
      const isNext = sent === 0 ? begins[phase].test(line) : /"message":"SIG/.test(line);
      if (!isNext) return;
      const signal = signals[sent++];
      if (signal !== undefined) child.kill(signal);
      if (sent >= signals.length && openGate) writeFileSync(path.join(directory, `open-${gate}`), '');
    },
  });
}

test.each<[phase: Phase, signal: NodeJS.Signals, code: number]>([
  ['planning', 'SIGINT', 130],
  ['planning', 'SIGTERM', 143],
  ['running', 'SIGINT', 130],
  ['running', 'SIGTERM', 143],
  ['running', 'SIGHUP', 143],
])('while %s, %s cancels and exits %i', async (phase, signal, code) => {
  const { code: exit, stdout } = await runWithSignals(phase, [signal], phase === 'running');
  expect(exit, stdout).toBe(code);
  expect(stdout.trimEnd().split('\n').at(-1)).toContain('"type":"end"');
});

test('the second one does not wait for a task that cannot stop', async () => {
  const { code } = await runWithSignals('running', ['SIGINT', 'SIGINT'], false);
  expect(code).toBe(130);
});

test('SIGQUIT asks how it goes, and the run goes on', async () => {
  const { code, stdout } = await runWithSignals('running', ['SIGQUIT'], true);
  expect(code).toBe(0);
  expect(stdout).toMatch(/"message":"SIGQUIT: running for .*: 0 of 1 splits done, 1 running, 1 rows read/);
});

test('SIGUSR1 opens no inspector', async () => {
  const { code, stderr } = await runWithSignals('running', ['SIGUSR1'], true);
  expect([code, stderr]).toEqual([0, '']);
});

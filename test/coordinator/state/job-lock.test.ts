/** P12, F80–F82: one run of a job at a time, and never anything to unlock by hand. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { acquireJobLock, isHolder, type JobLock } from '../../../src/coordinator/state/job-lock.js';
import { processIdentity } from '../../../src/coordinator/state/process-identity.js';
import { testDirectory } from '../../support/run-etl.js';

const directory = testDirectory();
const folder = (): string => mkdtempSync(path.join(directory, 'state-'));
const me = (runId = 'mine'): { pid: number; runId: string; startedMs: number } => ({
  pid: process.pid,
  runId,
  startedMs: 42,
});

function acquired(state: string, job = 'users'): JobLock {
  const result = acquireJobLock(state, job, me());
  if (isHolder(result)) throw new Error(`busy: ${result.runId}`);
  return result;
}

test('a second run is told who has the lock, until it is released', () => {
  const state = folder();
  const lock = acquired(state);
  expect(acquireJobLock(state, 'users', me('second'))).toMatchObject({
    pid: process.pid,
    runId: 'mine',
    startedMs: 42,
  });
  acquired(state, 'users.2').release(); // a job of a similar name
  lock.release();
  acquired(state).release();
  expect(readdirSync(path.join(state, 'locks')).sort()).toEqual(['users.2', 'users.2.1']);
});

test.each([
  ['a power cut left it empty', ''],
  ['it is of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, identity: 'boot/ns/1', runId: 'old' })],
  ['its pid is another process by now', JSON.stringify({ pid: process.pid, identity: 'boot/ns/1', runId: 'old' })],
  ['it says nothing of use', '[]'],
])('a ticket counts no more when %s', (_, text) => {
  const state = folder();
  mkdirSync(path.join(state, 'locks'));
  writeFileSync(path.join(state, 'locks', 'users.7'), text);
  const lock = acquired(state);
  expect(readdirSync(path.join(state, 'locks'))).toEqual(['users.8']);
  lock.release();
});

test('one who slept while others came and went does not get in beside the newest', () => {
  const state = folder();
  const lock = acquired(state);
  const locks = path.join(state, 'locks');
  // What such a sleeper leaves when it is killed right after its link: a lower number. It changes nothing.
  writeFileSync(path.join(locks, 'users.0'), '{}');
  expect(isHolder(acquireJobLock(state, 'users', me('second')))).toBe(true);
  lock.release();
});

test.runIf(process.platform === 'linux')(
  'a process is known by its start, boot and namespace; a zombie is none',
  () => {
    const proc = mkdtempSync(path.join(directory, 'proc-'));
    mkdirSync(path.join(proc, '4711'));
    mkdirSync(path.join(proc, 'sys/kernel/random'), { recursive: true });
    writeFileSync(path.join(proc, 'sys/kernel/random/boot_id'), 'b00t\n');
    const stat = (state: string, start: number): void =>
      writeFileSync(path.join(proc, '4711', 'stat'), `4711 (no) de) ${state} ${'0 '.repeat(18)}${start} 0`);
    stat('S', 1000);
    const first = processIdentity(4711, proc);
    expect(first).toBe('b00t//1000');
    stat('S', 2000);
    expect(processIdentity(4711, proc)).not.toBe(first);
    stat('Z', 1000);
    expect(processIdentity(4711, proc)).toBeNull();
    expect(processIdentity(4712, proc)).toBeNull();
    expect(processIdentity(process.pid)).toMatch(/^[0-9a-f-]{36}\/pid:\[\d+\]\/\d+$/);
  },
);

function contender(state: string): { child: ChildProcess; answer: Promise<string> } {
  const fixture = new URL('take-lock.fixture.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [fixture, state, 'users'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answer = once(child.stdout, 'data').then(([data]) => String(data).trim());
  return { child, answer };
}

test('of 20 at once exactly one proceeds; killed -9, it leaves nothing in the way of the next 20', async () => {
  const state = folder();
  for (let round = 0; round < 3; round++) {
    const all = Array.from({ length: 20 }, () => contender(state));
    const answers = await Promise.all(all.map(({ answer }) => answer));
    const winner = all[answers.indexOf('got')]!;
    expect(answers.filter((answer) => answer === 'got')).toHaveLength(1);
    expect(answers.filter((answer) => answer === `busy ${winner.child.pid}`)).toHaveLength(19);
    all.forEach(({ child }) => child.kill('SIGKILL'));
    await Promise.all(all.map(({ child }) => (child.exitCode ?? child.signalCode) || once(child, 'exit')));
  }
  const [last, ...others] = readdirSync(path.join(state, 'locks'));
  expect([last, others]).toEqual(['users.3', []]);
  expect(JSON.parse(readFileSync(path.join(state, 'locks', 'users.3'), 'utf8'))).toHaveProperty('identity');
});

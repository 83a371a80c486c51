/** The parent's side of a slot process, with children that do what no slot should. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { defaultSettings } from '../../src/config/settings.js';
import { startSlotProcess, type SlotProcess, type SlotProcessOptions } from '../../src/coordinator/slot-process.js';
import type { ErrorData } from '../../src/errors/etl-error.js';
import type { FromSlot } from '../../src/protocol/messages.js';

interface Loss {
  readonly error: ErrorData;
  readonly killed: boolean;
}

interface Started {
  readonly slot: SlotProcess;
  readonly lost: Promise<Loss>;
  readonly ready: Promise<void>;
}

function start(fixture: string, options: Partial<SlotProcessOptions> = {}): Started {
  const { promise: lost, resolve: onLoss } = withResolvers<Loss>();
  const { promise: ready, resolve: onReady } = withResolvers<void>();
  const slot = startSlotProcess({
    index: 3,
    heapMb: 32,
    semiSpaceMb: 1,
    welcome: {
      type: 'welcome',
      settings: defaultSettings,
      runId: 'run-1',
      slot: 3,
      logicalTimeMs: 0,
      baseDir: '/',
      mainPid: process.pid,
      networkBytes: 1 << 20,
      managedBytes: 1 << 20,
      slots: 1,
    },
    heartbeatTimeoutMs: 60_000,
    environment: process.env,
    entry: pathToFileURL(`test/fixtures/slots/${fixture}.mjs`),
    onMessage: () => undefined,
    onOutput: () => undefined,
    onReady,
    onLost: (error, killed) => onLoss({ error, killed }),
    ...options,
  });
  return { slot, lost, ready };
}

function withResolvers<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((done) => (resolve = done));
  return { promise, resolve };
}

function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

test('one that exits at once is lost, with its exit code', async () => {
  const { error, killed } = await start('exits-at-once').lost;
  expect(error.code).toBe('ETL-6001');
  expect(error.message).toMatch(/^slot 3 \(pid \d+\) exited with 3$/);
  expect(killed).toBe(false);
});

test('one that is killed is told apart: the operator or the kernel did that', async () => {
  const { slot, lost } = start('never-greets');
  process.kill(slot.pid, 'SIGKILL');
  const { error, killed } = await lost;
  expect([error.code, killed]).toEqual(['ETL-6001', true]);
  expect(error.message).toContain('was ended by SIGKILL');
});

test('one that fills its heap is lost, with advice', async () => {
  let output = '';
  const { error } = await start('fills-its-heap', { onOutput: (text) => (output += text) }).lost;
  expect(error.code).toBe('ETL-6007');
  expect(output).toContain('JavaScript heap out of memory');
  expect(error.message).toContain('ran out of its heap of 32 MiB');
  expect(error.hint).toContain('taskmanager.memory.process.size');
});

test('one that a failed assertion aborts did not run out of its heap', async () => {
  const { error } = await start('fails-an-assertion').lost;
  expect([error.code, error.message]).toEqual(['ETL-6001', expect.stringMatching(/ was ended by SIGABRT$/)]);
});

test('one that never greets is given up after heartbeat.timeout, and gone before anybody hears of it', async () => {
  const { slot, lost } = start('never-greets', { heartbeatTimeoutMs: 200 });
  const { error, killed } = await lost;
  expect([error.code, killed]).toEqual(['ETL-6005', false]);
  expect(isThere(slot.pid)).toBe(false);
});

test('one of another protocol version is refused and ended', async () => {
  const { slot, lost } = start('other-version');
  const { error } = await lost;
  expect([error.code, error.message]).toEqual(['ETL-6006', 'slot 3 speaks protocol 0, the parent 1']);
  expect(isThere(slot.pid)).toBe(false);
});

test('one that cannot be started is lost, with the reason of the system', async () => {
  const { execPath } = process;
  process.execPath = '/nonexistent/node';
  const { slot, lost } = start('never-greets');
  process.execPath = execPath;
  const { error } = await lost;
  expect(error.code).toBe('ETL-6002');
  expect(error.message).toContain('slot 3 cannot be started: spawn /nonexistent/node ENOENT');
  await slot.stop(0);
});

test('one that does not stop when asked is killed after the grace', async () => {
  const { slot, ready } = start('ignores-everything');
  await ready;
  await slot.stop(100);
  expect(isThere(slot.pid)).toBe(false);
});

test('one that floods is read to its last message, and stops when asked', async () => {
  const { promise: heardAll, resolve } = withResolvers<void>();
  const heard: FromSlot[] = [];
  const { slot } = start('floods', { onMessage: (message) => heard.push(message) === 20_000 && resolve() });
  await heardAll;
  await slot.stop(30_000);
  expect(heard.every((message, i) => message.type === 'log' && message.message === `message ${i}`)).toBe(true);
});

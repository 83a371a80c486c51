import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveJobManagerMemory } from '../../src/config/jobmanager-memory.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { jobManagerModel, taskManagerModel } from '../../src/config/memory-model.js';
import { multiply } from '../../src/config/memory-range.js';
import { resolveSlots } from '../../src/config/resolve-slots.js';
import { defaultSettings, type Settings } from '../../src/config/settings.js';
import { deriveTaskManagerMemory } from '../../src/config/taskmanager-memory.js';
import type { EtlError } from '../../src/errors/etl-error.js';

interface Case {
  readonly id: string;
  readonly component: 'taskmanager' | 'jobmanager';
  readonly input: Readonly<Record<string, string>>;
  readonly expected?: Readonly<Record<string, number>>;
  readonly error?: string;
}

const { cases } = JSON.parse(readFileSync(new URL('../fixtures/flink-memory-cases.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const codes: Readonly<Record<string, string>> = {
  'nothing-configured': 'ETL-1020',
  'inconsistent-range': 'ETL-1021',
  'components-exceed-flink': 'ETL-1022',
  'derived-network-out-of-range': 'ETL-1023',
  'metaspace-plus-overhead-exceed-process': 'ETL-1024',
  'derived-overhead-out-of-range': 'ETL-1026',
  'flink-not-greater-than-offheap': 'ETL-1029',
};

const MIB = 1024 ** 2;

function settingsOf(input: Readonly<Record<string, string>>): Settings {
  return loadSettings({ defines: Object.entries(input).map(([key, text]) => `${key}=${text}`) }).settings;
}

function errorOf(act: () => unknown): EtlError {
  try {
    act();
  } catch (error) {
    return error as EtlError;
  }
  throw new Error('nothing was thrown');
}

describe("Flink's own figures", () => {
  test('all cases are here', () => expect(cases).toHaveLength(114));

  test.each(cases)('$id', ({ component, input, expected, error }) => {
    // The cases assume the network.max of Flink 1.17 and later.
    const settings = settingsOf({ 'taskmanager.memory.network.max': '9223372036854775807b', ...input });
    const derive = () =>
      component === 'taskmanager' ? deriveTaskManagerMemory(settings) : deriveJobManagerMemory(settings);
    if (error === undefined) expect(derive()).toEqual(expected);
    else expect(errorOf(derive).code).toBe(codes[error]);
  });
});

test('16g: the shares everybody knows from Flink before 1.17', () => {
  const { memory, notes } = taskManagerModel(settingsOf({ 'taskmanager.memory.process.size': '16g' }), 4);
  expect(memory).toMatchObject({
    totalFlink: 14.75 * 1024 ** 3,
    managed: 6335076856,
    network: 1024 ** 3,
    jvmHeap: 8294655496,
    taskHeap: 8160437768,
  });
  expect(notes).toEqual([
    'JVM overhead: its fraction would be 1.6 GiB, held at its maximum 1 GiB',
    'network memory: its fraction would be 1.475 GiB, held at its maximum 1 GiB',
  ]);
});

describe('messages say which sizes are in conflict', () => {
  test.each([
    [
      'ETL-1020',
      {},
      'taskmanager.memory.task.heap.size and taskmanager.memory.managed.size, or taskmanager.memory.flink.size, or taskmanager.memory.process.size',
    ],
    [
      'ETL-1021',
      { 'flink.size': '1g', 'network.min': '2g', 'network.max': '1g' },
      'inconsistent range of network memory: taskmanager.memory.network.fraction is 0.1, min 2 GiB (2147483648 bytes), max 1 GiB (1073741824 bytes)',
    ],
    [
      'ETL-1022',
      { 'flink.size': '256m', 'managed.size': '200m' },
      'the parts exceed the total Flink memory of 256 MiB (268435456 bytes): framework heap 128 MiB (134217728 bytes), framework off-heap 128 MiB (134217728 bytes), task off-heap 0 bytes, managed 200 MiB (209715200 bytes), network 64 MiB (67108864 bytes)',
    ],
    ['ETL-1023', { 'flink.size': '1g', 'task.heap.size': '300m' }, 'which makes network memory what is left'],
    [
      'ETL-1024',
      { 'process.size': '400m' },
      'JVM metaspace (256 MiB (268435456 bytes)) and JVM overhead (192 MiB (201326592 bytes)) exceed the total process memory (400 MiB (419430400 bytes))',
    ],
    [
      'ETL-1025',
      { 'process.size': '1g', 'flink.size': '1g' },
      'total process memory 1 GiB (1073741824 bytes), total Flink memory 1 GiB (1073741824 bytes), JVM metaspace 256 MiB (268435456 bytes)',
    ],
    ['ETL-1026', { 'process.size': '8g', 'flink.size': '1g' }, 'what is left for JVM overhead, 6.75 GiB'],
  ])('%s', (code, input, message) => {
    const error = errorOf(() => deriveTaskManagerMemory(settingsOf(prefixed('taskmanager', input))));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(message);
    expect(error.hint).toBeTruthy();
  });

  test.each([
    ['ETL-1020', {}, 'jobmanager.memory.heap.size, or jobmanager.memory.flink.size, or jobmanager.memory.process.size'],
    [
      'ETL-1027',
      { 'heap.size': '1g', 'off-heap.size': '128m', 'flink.size': '2g' },
      'are not the total Flink memory (2 GiB (2147483648 bytes))',
    ],
    [
      'ETL-1028',
      { 'heap.size': '2g', 'flink.size': '1g' },
      'JVM heap (2 GiB (2147483648 bytes)) exceeds the total Flink memory (1 GiB (1073741824 bytes))',
    ],
    ['ETL-1029', { 'flink.size': '128m' }, 'must be greater than off-heap (128 MiB (134217728 bytes))'],
  ])('%s of the JobManager', (code, input, message) => {
    const error = errorOf(() => deriveJobManagerMemory(settingsOf(prefixed('jobmanager', input))));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(message);
  });
});

describe('what a slot gets', () => {
  test('nothing configured: 1728m up to 8 slots, and every number of slots can run', () => {
    const five = taskManagerModel(defaultSettings, 5);
    expect(five.memory.totalProcess).toBe(1728 * MIB);
    expect(five.slots).toHaveLength(5);
    expect(five.slots[0]).toEqual({
      heapFlagMb: 102,
      semiSpaceFlagMb: 8,
      frameworkHeap: 26843545,
      taskHeap: 80530634,
      managed: 107374184,
      network: 26843546,
      taskOffHeap: 0,
      runtime: 120795955,
      total: 362387865,
    });
    for (let slots = 1; slots <= 512; slots++)
      expect(taskManagerModel(defaultSettings, slots).slots[0].heapFlagMb).toBeGreaterThanOrEqual(60);
    expect(taskManagerModel(defaultSettings, 16).memory.totalProcess).toBe(16 * 216 * MIB);
  });

  test('the shares together never exceed the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1100, max: 200_000 }), fc.integer({ min: 1, max: 8 }), (megabytes, slots) => {
        const { memory, slots: shares } = taskManagerModel(
          settingsOf({ 'taskmanager.memory.process.size': `${megabytes}m` }),
          Math.min(slots, Math.ceil(megabytes / 256)),
        );
        const parts = shares.reduce(
          (sum, slot) => sum + slot.heapFlagMb * MIB + slot.managed + slot.network + slot.taskOffHeap + slot.runtime,
          0,
        );
        expect(parts).toBeLessThanOrEqual(memory.totalProcess);
      }),
      { numRuns: 100 },
    );
  });

  test('a share that cannot run is refused with the size that can', () => {
    const error = errorOf(() => taskManagerModel(settingsOf({ 'taskmanager.memory.process.size': '1728m' }), 20));
    expect(error).toMatchObject({
      code: 'ETL-1030',
      message:
        'the memory of a slot is too small: of 1.688 GiB in 20 slots, each gets 86.4 MiB; it needs at least 96 MiB',
      hint: 'set taskmanager.memory.process.size to 4320m, or use fewer slots',
    });
    const heapless = settingsOf({
      'taskmanager.memory.process.size': '4g',
      'taskmanager.memory.managed.fraction': '0.8',
    });
    expect(errorOf(() => taskManagerModel(heapless, 8)).message).toContain('MiB of heap; it needs at least 32 MiB');
  });

  test('the JobManager: 1600m when nothing is configured, a note when its heap is small', () => {
    expect(jobManagerModel(defaultSettings).memory).toMatchObject({ totalProcess: 1600 * MIB, jvmHeap: 1024 ** 3 });
    expect(jobManagerModel(settingsOf({ 'jobmanager.memory.heap.size': '64m' })).notes).toContain(
      'JVM heap: 64 MiB is less than the recommended 128 MiB',
    );
  });
});

test('slots: auto follows the job, a number is a limit', () => {
  expect(resolveSlots(defaultSettings, 5)).toBe(5);
  const four = settingsOf({ 'taskmanager.numberOfTaskSlots': '4' });
  expect(resolveSlots(four, 2)).toBe(4);
  expect(errorOf(() => resolveSlots(four, 5))).toMatchObject({
    code: 'ETL-1031',
    message:
      'NoResourceAvailableException: Could not acquire the minimum required resources. Not enough free slots available to run the job: it needs 5, taskmanager.numberOfTaskSlots is 4',
    hint: 'decrease the parallelism (-p 4), or increase the slots (-D taskmanager.numberOfTaskSlots=5, or auto)',
  });
});

test('a fraction of bytes is exact: decimal product of the shortest form, cut off', () => {
  expect(multiply(1342177280, Math.fround(0.1))).toBe(134217730);
  expect(multiply(1342177280, Math.fround(0.4))).toBe(536870920);
  expect(multiply(1e15, 1e-7)).toBe(1e8);
  expect(multiply(3, 2.5e21)).toBe(7.5e21);
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      (bytes) => multiply(bytes, 1) === bytes && multiply(bytes, 0.5) === Math.floor(bytes / 2),
    ),
    { numRuns: 100 },
  );
});

function prefixed(component: string, input: object): Record<string, string> {
  return Object.fromEntries(Object.entries(input).map(([key, text]) => [`${component}.memory.${key}`, text as string]));
}

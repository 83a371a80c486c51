import { spawnSync } from 'node:child_process';
import { existsSync, openSync, closeSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runEtl, testDirectory, type EtlResult } from '../support/run-etl.js';

const directory = testDirectory();
const bare = { env: { HOME: directory } };

function jobFile(name: string, text: string): string {
  const file = path.join(directory, name);
  writeFileSync(file, text);
  return file;
}

const sortJob = jobFile(
  'sort.yaml',
  'name: sort\nsources: {s: {type: datagen, rows: 1, schema: {n: {sequence: {}}}}}\nsteps: [sort: [n]]\nsinks: {o: {type: print}}\n',
);
const brokenJob = jobFile('broken.yaml', 'name: x\nsorces: {}\n');

describe('the exit code is the same with and without --json, and says whose turn it is', () => {
  test.each<[code: number, args: string[]]>([
    [0, ['memory']],
    [2, ['memory', '--slots', '0']],
    [2, ['memory', '--nope']],
    [2, ['memory', '-D', 'parallelism.defualt=2']],
    [2, ['memory', '-D', 'parallelism.default=many']],
    [2, ['memory', '--process-size', '768m']],
    [71, ['memory', '--process-size', '1728m', '--slots', '40']],
    [71, ['explain', sortJob, '-D', 'taskmanager.memory.managed.size=512k']],
    [2, ['memory', '--conf', '/nonexistent/etl-conf.yaml']],
    [2, ['run']],
    [2, ['run', brokenJob, '--at', 'yesterday']],
    [3, ['run', brokenJob]],
    [3, ['run', path.join(directory, 'absent.yaml')]],
    [3, ['validate', brokenJob]],
    [3, ['explain', brokenJob]],
    [2, ['nope']],
  ])('exit %i: etl %j', async (code, args) => {
    const [plain, json] = await Promise.all([runEtl(args, bare), runEtl([...args, '--json'], bare)]);
    expect([plain.code, json.code], plain.stderr + json.stderr).toEqual([code, code]);
    expect(jsonOf(json)).toBeTruthy();
    if (code !== 0 && args[0] !== 'validate') {
      expect(plain.stdout).toBe('');
      expect(plain.stderr).toMatch(/^(\S+ {2})?error {2}ETL-\d{4} {2}/);
      expect(jsonOf(json)).toMatchObject({ exit: { code } });
    }
  });
});

test('run --json ends with an end event also when nothing was run', async () => {
  const { stdout } = await runEtl(['run', brokenJob, '--json'], bare);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map((line) => line.type)).toEqual(['version', 'end']);
  expect(lines[1]).toMatchObject({
    exit: { code: 3, name: 'invalid-spec' },
    rows: { read: 0, filtered: 0, rejected: 0, written: 0 },
    balance: true,
    spillBytes: 0,
  });
});

test('a reader that goes away does not fail the command', async () => {
  const [stdout, stderr] = await Promise.all([
    runEtl(['schema'], { ...bare, onStart: (child) => child.stdout!.destroy() }),
    runEtl(['memory', '--slots', '0'], { ...bare, onStart: (child) => child.stderr!.destroy() }),
  ]);
  expect([stdout.code, stdout.stderr, stderr.code]).toEqual([0, '', 2]);
});

test.runIf(existsSync('/dev/full'))('output that cannot be written is not a success', () => {
  const full = openSync('/dev/full', 'w');
  const stdio = ['ignore' as const, full, 'pipe' as const];
  const { status, stderr } = spawnSync(process.execPath, ['bin/run.js', 'schema'], { stdio, encoding: 'utf8' });
  closeSync(full);
  expect(stderr).toContain('cannot write to stdout');
  expect(status).toBe(73);
});

test('-D and --param do not swallow the job after them', async () => {
  const { stderr } = await runEtl(['run', '-D', 'parallelism.default=2', '--param', 'a=1', brokenJob], bare);
  expect(stderr).toContain(`${brokenJob}:2:1  error  ETL-2041`);
});

test('settings come from the environment and the configuration file', async () => {
  const conf = jobFile('etl-conf.yaml', 'taskmanager.memory.process.size: 4g\n');
  const fromFile = await runEtl(['memory', '--json', '--conf', conf], bare);
  const fromDirectory = await runEtl(['memory', '--json'], { env: { ...bare.env, ETL_CONF_DIR: directory } });
  const fromEnv = await runEtl(['memory', '--json', '--conf', conf], {
    env: { ...bare.env, ETL_TASKMANAGER_MEMORY_PROCESS_SIZE: '8g' },
  });
  const sizes = [fromFile, fromDirectory, fromEnv].map(
    (result) => (jsonOf(result) as { totalProcess: number }).totalProcess / 1024 ** 3,
  );
  expect(sizes).toEqual([4, 4, 8]);
});

/** All of stdout, or its last line. */
function jsonOf({ stdout }: EtlResult): unknown {
  const text = stdout.startsWith('{"type":"version"') ? stdout.trim().split('\n').at(-1)! : stdout;
  return JSON.parse(text);
}

/** A job file that is no file: standard input, pipes. And the parts of a plan as JSON. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runEtl, testDirectory } from '../support/run-etl.js';

const directory = testDirectory();
const job = `
name: piped
sources: {t: {type: file, path: t.csv, schema: {a: bigint}}}
sinks: {out: {type: print, format: csv}}
`;
writeFileSync(path.join(directory, 't.csv'), 'a\n1\n2\n');
const file = path.join(directory, 'job.yaml');
writeFileSync(file, job);

test('- reads the job from standard input; paths in it start at the working directory', async () => {
  const run = await runEtl(['run', '-'], { cwd: directory, input: job });
  expect(run).toMatchObject({ code: 0, stdout: 'a\n1\n2\n' });
  const broken = await runEtl(['validate', '-'], { cwd: directory, input: 'name: x\nsorces: {}\n' });
  expect(broken.code).toBe(3);
  expect(broken.stderr + broken.stdout).toContain('-:2:1');
  const explained = await runEtl(['explain', '-', '--json'], { cwd: directory, input: job });
  expect(JSON.parse(explained.stdout)).toMatchObject({ name: 'piped' });
});

test('a pipe to which nobody writes is no job, and nobody waits for it', async () => {
  const pipe = path.join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const result = await runEtl(['validate', pipe]);
  expect(result.code).toBe(3);
  expect(result.stderr + result.stdout).toContain('the job file is empty');
});

test('a pipe whose writer takes its time is waited for', () => {
  const slow = `${process.execPath} bin/run.js validate <(sleep 0.3; cat "$1")`;
  expect(execFileSync('bash', ['-c', slow, 'bash', file], { encoding: 'utf8' })).toContain('0 errors');
});

test.each([
  ['logical', ['name', 'logical']],
  ['rewrites', ['name', 'logical']],
  ['job', ['name', 'job']],
  ['execution', ['name', 'execution', 'sources', 'sinks', 'memory']],
  ['all', ['name', 'logical', 'job', 'execution', 'sources', 'sinks', 'memory']],
])('explain --json --stage %s has what belongs to it', async (stage, keys) => {
  const { stdout } = await runEtl(['explain', file, '--json', '--stage', stage]);
  expect(Object.keys(JSON.parse(stdout) as object)).toEqual(keys);
});

/** What a run leaves in the state folder, and that nothing about that folder can fail a run (F86, S1, S14). */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';

const directory = testDirectory();
const SECRET = 'CANARY+s3cret/αβ';
writeFileSync(path.join(directory, 'rows.ndjson'), '{"id": 1}\n{"id": 2}\n');
function job(name: string, more = ''): string {
  const file = path.join(directory, `${name}.yaml`);
  const source = `{rows: {type: file, path: ${path.join(directory, 'rows.ndjson')}}}`;
  writeFileSync(file, `name: ${name}\nsources: ${source}\n${more}sinks: {out: {type: blackhole}}\n`);
  return file;
}

const state = (name: string): string => path.join(directory, name);
const runsOf = (folder: string): string[] => readdirSync(path.join(folder, 'etl', 'runs')).sort();
const readRun = (folder: string, name: string): string =>
  readFileSync(path.join(folder, 'etl', 'runs', runsOf(folder).at(-1)!, name), 'utf8');

test('the job file, the plan, the outcome and the log are kept, for the owner only, whatever the umask', async () => {
  const home = state('kept');
  const before = process.umask(0);
  const { end } = await runJobFile([job('kept')], { env: { XDG_STATE_HOME: home } }).finally(() =>
    process.umask(before),
  );
  const folder = path.dirname(end.logFile!);
  expect(folder).toBe(path.join(home, 'etl', 'runs', end.runId));
  expect(readdirSync(folder).sort()).toEqual(['job.yaml', 'log.ndjson', 'plan.json', 'run.json']);
  for (const name of readdirSync(folder)) expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
  for (const name of ['', 'etl', 'etl/runs', 'etl/locks', `etl/runs/${end.runId}`])
    expect(statSync(path.join(home, name)).mode & 0o777).toBe(0o700);
  const { type: _type, logFile: _logFile, ...told } = end;
  expect(JSON.parse(readRun(home, 'run.json'))).toMatchObject({ ...told, format: 1, state: 'ended' });
  expect(JSON.parse(readRun(home, 'plan.json'))).toHaveProperty('execution');
  const log = readRun(home, 'log.ndjson').trim().split('\n');
  expect(log.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(
    expect.arrayContaining(['start', 'stage-finished', 'end']),
  );
});

test('a stack trace is in the log, and the failure says where that is', async () => {
  const home = state('stack');
  const file = job('stack', `steps: [{map: {module: ./noisy.mjs, function: boom, schema: {id: bigint}}}]\n`);
  writeFileSync(
    path.join(directory, 'noisy.mjs'),
    "export function boom() { queueMicrotask(() => { throw new Error('boom in a microtask') }); return null; }\n",
  );
  const { code, stderr } = await runEtl(['run', file], { env: { XDG_STATE_HOME: home } });
  expect(code).not.toBe(0);
  expect(stderr).not.toMatch(/\n\s+at .*noisy\.mjs/);
  expect(readRun(home, 'log.ndjson')).toMatch(/boom in a microtask.*at .*noisy\.mjs/);
  expect(stderr.replace(/\n\s+/g, '')).toContain(
    `log     ${path.join(home, 'etl', 'runs', runsOf(home)[0]!, 'log.ndjson')}`,
  );
});

test.each([
  ['HOME is not a directory', { HOME: '/dev/null' }],
  ['the state home is a file', { XDG_STATE_HOME: path.join(directory, 'rows.ndjson') }],
])('a run goes on, with one warning, where %s', async (_, env) => {
  const { end, events } = await runJobFile([job('homeless')], {
    env: { XDG_STATE_HOME: '', TMPDIR: directory, ...env },
  });
  expect(end.exit.code).toBe(0);
  const warnings = events.filter((event) => event.type === 'warn');
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({
    message: expect.stringMatching(/cannot be used \(E\w+\): runs are kept in /) as string,
  });
  expect(existsSync(end.logFile!)).toBe(true);
});

test('no secret of the job is kept, in any form', async () => {
  const home = state('secrets');
  const file = path.join(directory, 'secrets.yaml');
  const password = encodeURIComponent(SECRET);
  writeFileSync(
    file,
    `name: secrets\nconnections:\n  db: {type: postgres, url: "postgres://u:${password}@127.0.0.1:9/d"}\n  cache:\n    type: redis\n    url: "\${CACHE}"\nsources: {t: {connection: db, table: t}}\nsinks: {out: {connection: cache, key: "{id}", value: json}}\n`,
  );
  const { code } = await runEtl(['run', file], {
    env: { XDG_STATE_HOME: home, CACHE: `redis://u:${password}@127.0.0.1:9/0` },
  });
  expect(code).toBe(69);
  const kept = runsOf(home).flatMap((run) => {
    const folder = path.join(home, 'etl', 'runs', run);
    return readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
  });
  expect(kept).toHaveLength(3); // it ended before there was a plan
  for (const form of [SECRET, password, JSON.stringify(SECRET).slice(1, -1), Buffer.from(SECRET).toString('base64')])
    expect(kept.join('\n')).not.toContain(form);
  expect(kept.join('\n')).toContain('${CACHE}');
  expect(JSON.parse(readRun(home, 'run.json'))).toMatchObject({ state: 'ended', exit: { code: 69 } });
});

test('the oldest runs of a job go, those of others stay', async () => {
  const home = state('old');
  const old = ['20200101-0000-pruned-0001', '20200101-0000-pruned-0002', '20200101-0000-pruned-other-0001'];
  old.forEach((id) => mkdirSync(path.join(home, 'etl', 'runs', id), { recursive: true }));
  const { end } = await runJobFile([job('pruned'), '-D', 'state.runs.keep=2'], { env: { XDG_STATE_HOME: home } });
  expect(runsOf(home)).toEqual([old[1], old[2], end.runId]);
});

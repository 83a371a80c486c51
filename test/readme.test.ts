/** What the README shows is true: its job file validates, its commands do what they say, its scripts and links are there. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeSampleShop } from '../scripts/sample-shop.mjs';
import { loadDriver } from '../src/connectors/sqlite/load-driver.js';
import { exitCodes } from '../src/errors/code-entry.js';
import { runEtl, testDirectory } from './support/run-etl.js';

const readme = readFileSync('README.md', 'utf8');
const directory = testDirectory();

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text!);
}

test('the job file that it shows is valid', async () => {
  const jobs = blocks('yaml');
  expect(jobs.length).toBeGreaterThan(0);
  for (const [i, text] of jobs.entries()) {
    const file = path.join(directory, `readme-${i}.yaml`);
    writeFileSync(file, text);
    const { code, stdout, stderr } = await runEtl(['validate', file]);
    expect([code, stdout + stderr]).toEqual([0, expect.any(String)]);
  }
});

test('every step of its table runs', async () => {
  const [table] = /^\| step +\| does[^]*?\n\n/mu.exec(readme)!;
  const cells = [...table.matchAll(/^\| (`[a-z]\w*: .*?) +\|/gmu)].map(([, cell]) => cell!);
  const steps = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!));
  expect(steps.length).toBeGreaterThan(14);
  const rows = [
    { id: 1, name: 'Zoë', country: 'de', score: 12.5, at: '2026-01-01T00:00:00', tags: ['a', 'b'] },
    { id: 2, name: null, country: 'fr', score: 7, at: '2026-01-01T00:07:00', tags: [] },
  ];
  writeFileSync(path.join(directory, 'users.ndjson'), rows.map((row) => JSON.stringify(row)).join('\n'));
  writeFileSync(path.join(directory, 'countries.csv'), 'code,label\nde,Germany\n');
  const database = new (await loadDriver())(path.join(directory, 'countries.db'));
  database.exec(
    "CREATE TABLE countries (code TEXT PRIMARY KEY, label TEXT); INSERT INTO countries VALUES ('de', 'Germany')",
  );
  database.close();
  const columns = 'id: bigint, name: text, country: text, score: double precision, at: timestamp';
  const users = `{type: file, path: users.ndjson, schema: {${columns}}}`;
  const sourceOf = (step: string): string => (step.startsWith('unnest') ? 'tagged' : 'users');
  // A query names what it reads.
  const inputOf = (step: string): string => (step.startsWith('sql') ? '' : ` from: ${sourceOf(step)},`);
  const named = steps.map(
    (step, i) =>
      `  - id: s${i}\n    ${inputOf(step) === '' ? step : `${inputOf(step).trim().slice(0, -1)}\n    ${step}`}`,
  );
  const sinks = steps.map((_, i) => `  o${i}: {from: s${i}, type: blackhole}`);
  const job = path.join(directory, 'steps.yaml');
  writeFileSync(
    job,
    `name: steps
connections: {db: {type: sqlite, url: countries.db}}
sources:
  users: ${users}
  others: ${users}
  tagged: {type: file, path: users.ndjson, schema: {id: bigint, tags: "text[]"}}
  countries: {type: file, path: countries.csv, schema: {code: text, label: text}}
steps:
${named.join('\n')}
sinks:
${sinks.join('\n')}
`,
  );
  const { code, stderr } = await runEtl(['run', job, '-q']);
  expect([code, stderr]).toEqual([0, '']);
});

test('the scripts that it names are scripts of the package', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const named = [...readme.matchAll(/npm (?:run (?<run>[a-z:]+)|(?<test>test))\b/g)].map(
    ({ groups }) => groups!.run ?? groups!.test!,
  );
  expect(named.length).toBeGreaterThan(3);
  expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

/** What is run for each row of the table of commands; JOB is a copy of the quick start. Together they use all its flags. */
const tried: Readonly<Record<string, readonly (readonly string[])[]>> = {
  run: [
    ['JOB', '-p', '2', '--limit', '3', '--sink', 'print', '-q'],
    ['JOB', '-D', 'parallelism.default=2', '--at', '2026-11-22T03:00:00Z', '--json'],
    ['PARAM_JOB', '--param', 'least=2', '-v', '--if-running', 'wait:1m'],
  ],
  explain: [['JOB'], ...['logical', 'job', 'execution', 'all'].map((stage) => ['JOB', '--stage', stage, '--json'])],
  preview: [['JOB', '--at', 'orders', '--limit', '10']],
  validate: ['text', 'json', 'sarif', 'github'].map((format) => ['JOB', 'PARAM_JOB', '--format', format]),
  memory: [
    ['JOB'],
    ['--process-size', '16g', '--slots', '5', '--component', 'taskmanager', '--json'],
    ['--process-size', '16g', '--component', 'jobmanager'],
  ],
  schema: [[]],
  sql: [
    [
      "SELECT n FROM 'jobs/data/measurements.csv' m CROSS JOIN (SELECT count(*) AS n FROM 'jobs/data/measurements.csv') c LIMIT 1",
    ],
    ["SELECT station FROM 'jobs/data/measurements.csv'", '--explain'],
    [
      "SELECT station FROM 'jobs/data/measurements.csv' WHERE celsius > :c",
      '-p',
      '2',
      '--param',
      'c=1',
      '-o',
      'DIRECTORY/x.csv',
    ],
  ],
};

test('the queries that it shows are answered', async () => {
  const shown = [...readme.matchAll(/^etl sql "([^"]+)"( -o \S+)?$/gmu)];
  expect(shown.length).toBe(2);
  for (const [, query, output] of shown) {
    const { code, stderr } = await runEtl([
      'sql',
      query!,
      ...(output === undefined ? [] : ['-o', path.join(directory, 'r.csv')]),
    ]);
    expect([code, stderr]).toEqual([0, '']);
  }
});

test('every command and flag of its table does what it says', { timeout: 120_000 }, async () => {
  const rows = [...readme.matchAll(/^\| `etl (?<command>[a-z]+)(?<usage>[^`]*)`/gm)]
    .map(({ groups }) => ({ command: groups!.command!, usage: groups!.usage! }))
    .filter(({ command }) => command !== 'help');
  expect(rows.map(({ command }) => command).sort()).toEqual(Object.keys(tried).sort());
  const files = await writeJobs();
  for (const { command, usage } of rows) {
    const flags = [...usage.matchAll(/(?<![a-z])--?[a-zA-Z][a-z-]*/g)].map(([flag]) => flag);
    expect(flags.filter((flag) => !tried[command]!.flat().includes(flag))).toEqual([]);
    for (const args of tried[command]!) {
      const { code, stdout, stderr } = await runEtl([
        command,
        ...args.map((arg) => files[arg] ?? arg.replace('DIRECTORY', directory)),
      ]);
      expect([command, ...args, code], stderr).toEqual([command, ...args, 0]);
      if (args.includes('--json')) for (const line of jsonTexts(command, stdout)) JSON.parse(line);
    }
  }
});

/** `run` prints an object a line, the others one in all. */
function jsonTexts(command: string, stdout: string): string[] {
  return command === 'run' ? stdout.trimEnd().split('\n') : [stdout];
}

async function writeJobs(): Promise<Record<string, string>> {
  cpSync('jobs', path.join(directory, 'jobs'), { recursive: true });
  await makeSampleShop(path.join(directory, '.data', 'shop.db'));
  writeFileSync(path.join(directory, 'numbers.csv'), 'n\n1\n2\n3\n');
  const withParam = path.join(directory, 'numbers.yaml');
  writeFileSync(
    withParam,
    `name: numbers
params: {least: {type: int, default: 1}}
sources: {numbers: {type: file, path: numbers.csv, schema: {n: int}}}
steps: [{filter: 'n >= :least'}]
sinks: {out: {type: print}}
`,
  );
  return { JOB: path.join(directory, 'jobs', 'quickstart.yaml'), PARAM_JOB: withParam };
}

test('each line of its shell blocks is run by a test: the demos by packaging/demo, npm test by CI, queries above', () => {
  const all = blocks('sh').flatMap((text) => text.trimEnd().split('\n'));
  const lines = all.filter((line) => !line.startsWith('etl sql'));
  const demos = readFileSync('test/packaging/demo.test.ts', 'utf8');
  const ci = readFileSync('.ci/run', 'utf8');
  const untried = lines.filter((line) => {
    const [, script] = /^npm run ([a-z:]+)/.exec(line) ?? [];
    return script === undefined
      ? !ci.includes('npm test') || !line.startsWith('npm test')
      : !demos.includes(`npmRun('${script}'`);
  });
  expect(lines.length).toBeGreaterThan(2);
  expect(untried).toEqual([]);
});

test('the help topics that it names answer', async () => {
  const topics = [...readme.matchAll(/`etl help (?<topic>[A-Za-z0-9-]+)`/g)].map(({ groups }) => groups!.topic!);
  expect(topics.length).toBeGreaterThan(3);
  for (const topic of new Set(topics)) {
    const { code, stdout } = await runEtl(['help', topic]);
    expect([topic, code, stdout.length > 20]).toEqual([topic, 0, true]);
  }
});

test('its exit codes are those of the registry', () => {
  const section = readme.slice(readme.indexOf('## Exit codes'), readme.indexOf('## Stable'));
  const named = [...section.matchAll(/(\d+) ([a-z-]+)/g)].map(([, code, name]) => [name!, Number(code)]);
  expect(named.length).toBeGreaterThan(10);
  expect(Object.fromEntries(named)).toEqual(
    Object.fromEntries(named.map(([name]) => [name, exitCodes[name as keyof typeof exitCodes]])),
  );
});

test('its links lead to files', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)(?<target>[^)#]+)\)/g)].map(({ groups }) => groups!.target!);
  expect(links.filter((target) => !existsSync(target))).toEqual([]);
});

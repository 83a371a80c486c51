/** The schema that editors use is the committed one, accepts every example, and complains where the loader would. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { jobSchema } from '../../src/spec/job-schema.js';
import { loadJob } from '../../src/spec/load-job.js';
import { violations } from './json-schema.js';
import { sampleConnectors } from './sample-connectors.js';

const jobs = path.resolve('jobs');
const examples = readdirSync(jobs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));

test('conf/job.schema.json is what the code prints (vitest -u writes it)', async () => {
  await expect(`${JSON.stringify(await jobSchema(), null, 2)}\n`).toMatchFileSnapshot(
    path.resolve('conf/job.schema.json'),
  );
});

test.each(examples)('%s begins with the modeline, fits the schema and loads', async (name) => {
  const text = readFileSync(path.join(jobs, name), 'utf8');
  const toSchema = path.relative(path.dirname(path.join(jobs, name)), 'conf/job.schema.json');
  expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${toSchema}`);
  expect(violations(await jobSchema(), parse(text))).toEqual([]);
  const document = await loadJob(path.join(jobs, name), { env: {}, params: {} });
  expect(document.warnings).toEqual([]);
  expect(document.spec.name).toBe(name.slice(0, -'.yaml'.length).replaceAll(path.sep, '-'));
});

const good = `
name: a
parallelism: \${WORKERS}
connections:
  pg: {type: postgres, url: "postgres://h/d", sslmode: "\${MODE}"}
  cache: {type: redis, url: "redis://h"}
sources:
  s: {connection: pg, table: t, split: {size: 50k, lower: 1}, consistency: split}
  f: {type: file, path: x, header: true, fetchSize: 100}
steps:
  - filter: a > 1
    from: s
  - select: [a, "b AS c", 1]
  - union: f
  - limit: 1k
sinks:
  out: {connection: cache, key: k, value: {zset: {member: a, score: b}}, onReject: {maxRatio: 1%}}
  p: {type: print, from: s}
`;

test.each([
  ['good', (text: string) => text, []],
  [
    'an unknown field',
    (text: string) => text.replace('filter:', 'filtre:'),
    ['/steps/0/filtre: not allowed', '/steps/0: not exactly one alternative'],
  ],
  [
    'two operators',
    (text: string) => text.replace('from: s\n', 'limit: 1\n'),
    ['/steps/0: not exactly one alternative'],
  ],
  [
    'an unknown key of a connection',
    (text: string) => text.replace('sslmode:', 'sslmod:'),
    ['/connections/pg/sslmod: not allowed'],
  ],
  [
    'an unknown type',
    (text: string) => text.replace('type: redis', 'type: rediss'),
    ['/connections/cache/type: not one of postgres, redis'],
  ],
  [
    'an unknown key of a source with a type',
    (text: string) => text.replace('header:', 'heade:'),
    ['/sources/f/heade: not allowed'],
  ],
  [
    'an unknown key of a source with a connection',
    (text: string) => text.replace('table:', 'tabel:'),
    ['/sources/s: no alternative fits'],
  ],
  [
    'neither type nor connection',
    (text: string) => text.replace('type: print, ', ''),
    ['/sinks/p: needs connection', '/sinks/p: no alternative fits'],
  ],
  [
    'a wrong value',
    (text: string) => text.replace('consistency: split', 'consistency: splits'),
    ['/sources/s: no alternative fits'],
  ],
  ['no name', (text: string) => text.replace('name: a\n', ''), [': needs name']],
])('%s', async (_, change, expected) => {
  expect(violations(await jobSchema(sampleConnectors), parse(change(good)))).toEqual(expected);
});

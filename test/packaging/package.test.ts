/** What `npm pack` makes, unpacked where no library can be found, does its work. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { driverName } from '../../src/connectors/sqlite/load-driver.js';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';
import { testRedis } from '../support/test-redis.js';

interface Pack {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[];
}

const database = await testDatabase();
const redis = await testRedis();
const folder = testDirectory();
const unpacked = path.join(folder, 'package');
const entry = path.join(unpacked, 'bin', 'run.js');
const job = (name: string): string => path.join(unpacked, 'jobs', `${name}.yaml`);
let pack: Pack;

beforeAll(() => {
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder];
  const answer = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })) as Pack[] | Record<string, Pack>;
  [pack] = Object.values(answer);
  execFileSync('tar', ['-xzf', path.join(folder, pack.filename), '-C', folder]);
});

test('holds what runs, what explains it, and nothing else of weight', () => {
  const paths = pack.files.map((file) => file.path);
  const kinds = new Set(paths.map((file) => file.replace(/^(dist\/\w+|conf|jobs)\/.*?([^./]*)$/, '$1/ .$2')));
  expect([...kinds].sort()).toMatchInlineSnapshot(`
    [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "bin/run.js",
      "conf/ .json",
      "conf/ .yaml",
      "dist/bundle/ .js",
      "dist/bundle/ .txt",
      "dist/src/ .ts",
      "jobs/ .csv",
      "jobs/ .yaml",
      "oclif.manifest.json",
      "package.json",
    ]
  `);
  expect(paths).toEqual(expect.arrayContaining(['conf/etl-conf.yaml', 'conf/job.schema.json', 'dist/src/index.d.ts']));
  expect(pack.size).toBeLessThan(1_500_000);
  expect(pack.files.find((file) => file.path === 'bin/run.js')!.mode & 0o111).not.toBe(0);
});

test('needs no other package, and has the licences of those inside it', () => {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(path.join(unpacked, 'package.json'), 'utf8'),
  ) as Record<string, object | undefined>;
  expect(dependencies).toBeUndefined();
  expect(Object.keys(optionalDependencies!)).toEqual(['better-sqlite3', 'better-sqlite3-node20']);
  const licences = readFileSync(path.join(unpacked, 'dist', 'bundle', 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of ['@oclif/core', 'ioredis', 'pg', 'pg-types', 'yaml', 'zod']) {
    expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC)\\)\\n\\n\\S`, 'm'));
  }
});

test('prints its version, its memory and its help, and checks its own examples', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const results = await Promise.all(
    [['--version'], ['memory'], ['help'], ['validate', job('pg-to-redis'), job('csv-to-sqlite')]].map((args) =>
      runEtl(args, { entry, cwd: folder }),
    ),
  );
  expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(results.map(() => [0, '']));
  expect(results[0].stdout).toMatch(`etl/${version} `);
  expect(results[1].stdout).toMatch(/^Total Process Memory/);
});

test('moves a table into Redis with five slots', async () => {
  await database.query(
    `CREATE TABLE events (id bigint PRIMARY KEY, info jsonb);
     INSERT INTO events SELECT n, jsonb_build_object('user', 'u' || n, 'at', now()) FROM generate_series(1, 5000) n`,
  );
  const env = { PG_URL: database.url, REDIS_URL: redis.url };
  const { end } = await runJobFile([job('pg-to-redis'), '-p', '5'], { entry, env });
  expect(end).toMatchObject({ exit: { code: 0 }, balance: true, rows: { read: 5000, written: 5000 } });
  expect(await redis.client.dbsize()).toBe(5000);
});

test('loads a function in TypeScript', async () => {
  mkdirSync(path.join(folder, 'own', 'node_modules'), { recursive: true });
  symlinkSync(path.resolve('node_modules/typescript'), path.join(folder, 'own', 'node_modules', 'typescript')); // for a Node that cannot by itself
  writeFileSync(path.join(folder, 'own', 'numbers.csv'), 'n\n1\n2\n');
  writeFileSync(
    path.join(folder, 'own', 'double.ts'),
    `export const double = ({ n }: { n: bigint }) => ({ n: n * 2n });\n`,
  );
  const file = path.join(folder, 'own', 'double.yaml');
  writeFileSync(
    file,
    `name: double
sources: {numbers: {type: file, path: numbers.csv, schema: {n: bigint}}}
steps: [{map: {module: ./double.ts, function: double, schema: {n: bigint}}}]
sinks: {out: {type: print}}
`,
  );
  const { stdout, stderr, code } = await runEtl(['run', file, '-q'], { entry });
  expect([code, stderr, stdout]).toEqual([0, '', '{"n":2}\n{"n":4}\n']);
});

test('SQLite jobs say what is missing without better-sqlite3, and run with it', async () => {
  const target = path.join(folder, 'weather.db');
  const env = { TARGET_DB: target };
  const without = await runEtl(['run', job('csv-to-sqlite')], { entry, env });
  expect(without.code).toBe(71);
  expect(without.stderr).toMatch(/ETL-4113 +SQLite files need the package better-sqlite3, which is not installed/);
  mkdirSync(path.join(unpacked, 'node_modules'));
  symlinkSync(path.resolve('node_modules', driverName), path.join(unpacked, 'node_modules', driverName));
  const { end } = await runJobFile([job('csv-to-sqlite')], { entry, env });
  expect(end).toMatchObject({ exit: { code: 0 }, rows: { read: 12, filtered: 1, written: 11 } });
});

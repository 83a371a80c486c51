/**
 * `npm run test:nodes [-- VERSION …]`: installs the packed program as a user would, `npm i -g`, with each version of Node in
 * turn, and runs it: commands, PostgreSQL to Redis in five slots, CSV to SQLite, SQLite to files, a function in TypeScript.
 *
 * Versions of Node come from the npm registry and stay in .data/nodes. For Node 20 better-sqlite3 is compiled: a minute.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sampleEventsSql } from './sample-events.mjs';
import { makeSampleShop } from './sample-shop.mjs';
import { startPostgres, startRedis } from './servers.mjs';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

const EVENTS = 20_000;
const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20.19.0', '22', '24'];

ensureInstalled();
ensureBuilt();
const work = mkdtempSync(path.join(tmpdir(), 'etl-nodes-'));
const servers = await Promise.allSettled([startPostgres(), startRedis()]);
try {
  const [postgres, redis] = servers.map((server) => {
    if (server.status === 'rejected') throw server.reason;
    return server.value;
  });
  await loadEvents(postgres.url);
  await makeSampleShop(path.join(work, '.data', 'shop.db'));
  cpSync(path.join(root, 'jobs'), path.join(work, 'jobs'), { recursive: true });
  writeTypeScriptJob(path.join(work, 'jobs'));
  const tarball = pack();
  for (const version of versions) tryNode(version, tarball, { PG_URL: postgres.url, REDIS_URL: redis.url });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await Promise.all(servers.map((server) => (server.status === 'fulfilled' ? server.value.stop() : null)));
  rmSync(work, { recursive: true, force: true });
}

/** @param {string} url */
async function loadEvents(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sampleEventsSql(EVENTS));
  await client.end();
}

/** @param {string} folder */
function writeTypeScriptJob(folder) {
  writeFileSync(path.join(folder, 'double.ts'), `export const double = ({ n }: { n: bigint }) => ({ n: n * 2n });\n`);
  writeFileSync(path.join(folder, 'data', 'numbers.csv'), 'n\n1\n2\n');
  const text = `name: double
sources: {numbers: {type: file, path: data/numbers.csv, schema: {n: bigint}}}
steps: [{map: {module: ./double.ts, function: double, schema: {n: bigint}}}]
sinks: {out: {type: print}}
`;
  writeFileSync(path.join(folder, 'double.yaml'), text);
}

/** @returns {string} the tarball */
function pack() {
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', work], { cwd: root });
  const [file] = readdirSync(work).filter((name) => name.endsWith('.tgz'));
  return path.join(work, file);
}

/** @param {string} version @param {string} tarball @param {Record<string, string>} urls */
function tryNode(version, tarball, urls) {
  const home = installNode(version);
  const bin = path.join(home, 'bin');
  const exact = run(path.join(bin, 'node'), ['--version']).trim();
  const prefix = path.join(work, exact);
  const headers = existsSync(path.join(home, 'include')) ? { npm_config_nodedir: home } : {};
  const env = { PATH: `${bin}${path.delimiter}${process.env.PATH}`, HOME: process.env.HOME, NO_COLOR: '1', ...urls };
  run('npm', ['i', '-g', '--prefix', prefix, '--allow-scripts=better-sqlite3-node20', '--silent', tarball], {
    cwd: work,
    env: { ...process.env, ...headers, ...env },
  });
  /** @param {string[]} args @param {(stdout: string) => boolean} [isRight] */
  const etl = (args, isRight = () => true) => {
    const stdout = run(path.join(prefix, 'bin', 'etl'), args, { cwd: work, env });
    if (!isRight(stdout)) throw new Error(`node ${exact}: etl ${args.join(' ')} printed\n${stdout}`);
    process.stdout.write(`ok  node ${exact}  etl ${args.join(' ')}\n`);
  };
  /** @param {number} written @returns {(stdout: string) => boolean} */
  const wrote = (written) => (stdout) => {
    const end = JSON.parse(/** @type {string} */ (stdout.trimEnd().split('\n').at(-1)));
    return end.exit.code === 0 && end.balance && end.rows.written === written;
  };
  etl(['--version'], (stdout) => stdout.includes(`node-${exact}`));
  etl(['memory']);
  etl(['help', 'settings']);
  etl([
    'validate',
    ...readdirSync(path.join(work, 'jobs'))
      .filter(isJob)
      .map((file) => `jobs/${file}`),
  ]);
  etl(['explain', 'jobs/pg-to-redis.yaml']);
  etl(['run', 'jobs/pg-to-redis.yaml', '-p', '5', '--json'], wrote(EVENTS));
  etl(['run', 'jobs/csv-to-sqlite.yaml', '--json'], wrote(11));
  etl(['run', 'jobs/quickstart.yaml', '-p', '4', '--json'], (stdout) => stdout.includes('"balance":true'));
  // Node 20 needs the typescript package beside the module; the tests have it there.
  if (!exact.startsWith('v20.')) etl(['run', 'jobs/double.yaml', '-q'], (stdout) => stdout === '{"n":2}\n{"n":4}\n');
}

/** @param {string} file */
function isJob(file) {
  return file.endsWith('.yaml');
}

/** @param {string} version as npm understands it: 22, 20.19.0 @returns {string} its folder, with bin/node */
function installNode(version) {
  const folder = path.join(root, '.data', 'nodes', version);
  const name = `node-${process.platform}-${process.arch}`;
  const home = path.join(folder, 'node_modules', name);
  if (existsSync(path.join(home, 'bin', 'node'))) return home;
  process.stdout.write(`getting ${name}@${version} …\n`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
  run('npm', ['i', '--no-audit', '--no-fund', '--silent', `${name}@${version}`], { cwd: folder });
  return home;
}

/**
 * Returns what it printed; throws all of it when it failed.
 * @param {string} command @param {string[]} args @param {import('node:child_process').SpawnSyncOptions} [options] @returns {string}
 */
function run(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { ...options, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`);
}

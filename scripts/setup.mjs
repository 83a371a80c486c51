/**
 * Makes the tree ready to run: dependencies installed for this Node, TypeScript built. Does nothing, in a few
 * milliseconds, when nothing has changed since the last time. Needs no more than Node itself.
 *
 *     node scripts/setup.mjs            before demos and benchmarks
 *     node scripts/setup.mjs servers    before tests: the programs of PostgreSQL and Redis, too
 *     node scripts/setup.mjs install    dependencies only
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sqliteDriver } from './sqlite-driver.mjs';

export const root = path.resolve(fileURLToPath(import.meta.url), '..', '..');

const modules = path.join(root, 'node_modules');
const installStamp = path.join(modules, '.etl-installed');
const dist = path.join(root, 'dist');
const buildStamp = path.join(dist, '.built');
const manifest = path.join(root, 'oclif.manifest.json');

/** Installs what package-lock.json says, unless that is what is there, compiled for this version of Node. */
export function ensureInstalled() {
  const wanted = `${process.version} ${process.platform}-${process.arch} ${hashOf([readFileSync(path.join(root, 'package-lock.json'), 'utf8')])}\n`;
  if (existsSync(installStamp) && readFileSync(installStamp, 'utf8') === wanted) return;
  if (!hasLockedPackages() || !existsSync(path.join(modules, sqliteDriver))) {
    process.stderr.write('installing dependencies (npm ci) …\n');
    // Without scripts: of all packages only the SQLite driver of Node 20 has one that we need, and that is called below.
    npm([
      'ci',
      '--ignore-scripts',
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]);
  }
  if (!canLoadSqlite()) {
    if (sqliteDriver === 'better-sqlite3-node20') {
      process.stderr.write('compiling better-sqlite3 for Node 20, about a minute; newer ones need no compiler …\n');
      npm(['rebuild', sqliteDriver, '--loglevel=error'], false);
    }
    if (!canLoadSqlite())
      process.stderr.write(
        `${sqliteDriver} cannot be loaded: with Node 20 install a C++ compiler, make and python3, then: npm rebuild ${sqliteDriver}\n`,
      );
  }
  writeFileSync(installStamp, wanted);
}

/** Compiles `src` and `commands` to `dist` and bundles them, unless nothing has changed that goes into it. */
export function ensureBuilt() {
  const files = [
    ...filesUnder('src'),
    ...filesUnder('commands'),
    'package.json',
    'package-lock.json',
    'scripts/bundle.mjs',
    'tsconfig.json',
    'tsconfig.build.json',
  ].sort();
  const states = files.map((file) => `${file} ${statSync(path.join(root, file)).mtimeMs}`);
  const wanted = JSON.stringify({ node: process.version, files: hashOf(files), states: hashOf(states) });
  const built = existsSync(buildStamp) && existsSync(manifest) ? readFileSync(buildStamp, 'utf8') : '{}';
  if (built === wanted) return;
  // The compiler never removes what belongs to a deleted file, and a command left behind would still be offered.
  if (JSON.parse(built).files !== hashOf(files)) rmSync(dist, { recursive: true, force: true, maxRetries: 3 });
  npm(['run', '--silent', 'build']);
  mkdirSync(dist, { recursive: true });
  writeFileSync(buildStamp, wanted);
}

/** The programs of those test servers that no variable names. */
async function ensureServers() {
  const { ensureServerPrograms } = await import('./servers.mjs');
  ensureServerPrograms([
    ...(process.env.ETL_TEST_PG_URL === undefined ? [/** @type {const} */ ('postgres')] : []),
    ...(process.env.ETL_TEST_REDIS_URL === undefined ? [/** @type {const} */ ('redis')] : []),
  ]);
}

/** Compares what npm last installed with the lock file. @returns {boolean} */
function hasLockedPackages() {
  const installed = path.join(modules, '.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = Object.entries(JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages);
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return wanted.every(
    ([name, entry]) =>
      name === '' || (present[name]?.version ?? (entry.optional ? entry.version : null)) === entry.version,
  );
}

/** In a process of its own: a module of another Node's ABI cannot be unloaded. @returns {boolean} */
function canLoadSqlite() {
  const code = `new (require('${sqliteDriver}'))(':memory:').close()`;
  return spawnSync(process.execPath, ['-e', code], { cwd: root, stdio: 'ignore' }).status === 0;
}

/** @param {string[]} args @param {boolean} [mustSucceed] */
function npm(args, mustSucceed = true) {
  const result = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, JOBS: 'max', ...headersOfThisNode() },
    shell: process.platform === 'win32',
  });
  if (mustSucceed && result.status !== 0)
    throw new Error(`npm ${args[0]} failed${result.error ? `: ${result.error.message}` : ''}`);
}

/** Where the distribution installed Node's headers: native modules compile without a download. @returns {Record<string, string>} */
function headersOfThisNode() {
  const prefix = path.resolve(process.execPath, '..', '..');
  const header = path.join(prefix, 'include', 'node', 'node_version.h');
  if (process.env.npm_config_nodedir !== undefined || !existsSync(header)) return {};
  const text = readFileSync(header, 'utf8');
  const version = ['MAJOR', 'MINOR', 'PATCH']
    .map((part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1])
    .join('.');
  return `v${version}` === process.version ? { npm_config_nodedir: prefix } : {};
}

/** @param {string} folder @returns {string[]} */
function filesUnder(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

/** @param {string[]} parts @returns {string} */
function hashOf(parts) {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensureInstalled();
    if (process.argv[2] !== 'install') ensureBuilt();
    if (process.argv[2] === 'servers') await ensureServers();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}

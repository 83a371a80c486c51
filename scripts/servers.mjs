/**
 * Throw-away servers for tests, demos and benchmarks: a real PostgreSQL and a real Redis on free loopback ports,
 * in a temporary directory, gone when `stop()` returns. Never touches a server that it did not start.
 *
 * Programs: taken from PATH or the distribution's usual places. Missing: installed with apt-get when we are root on
 * Debian or Ubuntu, else one line says what to install.
 */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** @typedef {{ url: string, port: number, dir: string, pid: number, stop: () => Promise<void> }} Server */

const isRoot = process.getuid?.() === 0;

/** Installs what is missing, or throws one line. @param {('postgres' | 'redis')[]} wanted */
export function ensureServerPrograms(wanted) {
  const packages = [];
  if (wanted.includes('postgres') && postgresBinDir() === null) packages.push('postgresql');
  if (wanted.includes('redis') && findProgram('redis-server') === null) packages.push('redis-server');
  if (packages.length === 0) return;
  if (isRoot && existsSync('/etc/debian_version')) {
    process.stderr.write(`installing ${packages.join(' and ')} with apt-get …\n`);
    // A fresh Debian starts a cluster and a daemon at install time; we only want the programs.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    // What apt-get has to say when it fails is the reason that the user sees.
    /** @type {import('node:child_process').ExecFileSyncOptions} */
    const quietly = { stdio: ['ignore', 'ignore', 'inherit'], env };
    execFileSync('apt-get', ['update', '-qq'], quietly);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quietly);
    return ensureInstalled(wanted);
  }
  throw new Error(
    `missing: ${packages.join(', ')}. Install it (Debian/Ubuntu: sudo apt-get install ${packages.join(' ')}; macOS: brew install postgresql@16 redis), or set ETL_TEST_PG_URL / ETL_TEST_REDIS_URL.`,
  );
}

/** @param {string[]} wanted */
function ensureInstalled(wanted) {
  if (wanted.includes('postgres') && postgresBinDir() === null)
    throw new Error('apt-get installed postgresql, but its programs were not found');
  if (wanted.includes('redis') && findProgram('redis-server') === null)
    throw new Error('apt-get installed redis-server, but it was not found');
}

/** @param {string} name @returns {string | null} */
export function findProgram(name) {
  for (const dir of [
    ...(process.env.PATH ?? '').split(':'),
    '/usr/bin',
    '/usr/sbin',
    '/usr/local/bin',
    '/opt/homebrew/bin',
  ]) {
    if (dir !== '' && existsSync(path.join(dir, name))) return path.join(dir, name);
  }
  return null;
}

/** Newest server's program folder, or null. @returns {string | null} */
export function postgresBinDir() {
  const root = '/usr/lib/postgresql';
  if (existsSync(root)) {
    const versions = readdirSync(root).filter((version) => existsSync(path.join(root, version, 'bin', 'initdb')));
    versions.sort((a, b) => Number(b) - Number(a));
    if (versions[0] !== undefined) return path.join(root, versions[0], 'bin');
  }
  const initdb = findProgram('initdb');
  return initdb === null ? null : path.dirname(initdb);
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/**
 * A PostgreSQL of its own: trust authentication on 127.0.0.1, no fsync, database `postgres`, UTF-8.
 * @param {{ settings?: Record<string, string> }} [options]
 * @returns {Promise<Server>}
 */
export async function startPostgres(options = {}) {
  ensureServerPrograms(['postgres']);
  const place = postgresPlace();
  execFileSync(
    path.join(place.bin, 'initdb'),
    ['-D', place.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    place.as,
  );
  return launchPostgres(place, { wal_level: 'minimal', max_wal_senders: '0', ...options.settings });
}

/**
 * A hot standby of a PostgreSQL that was started with `wal_level: replica` and `max_wal_senders` of 2 to 10.
 * @param {Server} primary
 * @returns {Promise<Server>}
 */
export async function startStandby(primary) {
  const place = postgresPlace();
  execFileSync(
    path.join(place.bin, 'pg_basebackup'),
    ['-D', place.data, '-d', primary.url, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'],
    place.as,
  );
  return launchPostgres(place, { wal_level: 'replica', max_wal_senders: '10', hot_standby: 'on' });
}

/** A directory that PostgreSQL may write to, and the account that it runs as: it refuses to be root. */
function postgresPlace() {
  const bin = /** @type {string} */ (postgresBinDir());
  const dir = mkdtempSync(path.join(tmpdir(), 'etl-pg-'));
  const user = isRoot ? systemUser() : null;
  if (user !== null) chownSync(dir, user.uid, user.gid);
  /** @type {import('node:child_process').ExecFileSyncOptions} */
  const as = { ...user, cwd: dir, stdio: ['ignore', 'ignore', 'inherit'] };
  return { bin, dir, data: path.join(dir, 'data'), as };
}

/**
 * @param {ReturnType<typeof postgresPlace>} place @param {Record<string, string>} own
 * @returns {Promise<Server>}
 */
async function launchPostgres({ bin, dir, data, as }, own) {
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: dir,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '256MB',
    max_wal_size: '4GB',
    max_connections: '100',
    ...own,
  };
  const child = spawn(
    path.join(bin, 'postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    { uid: as.uid, gid: as.gid, cwd: dir, stdio: 'ignore' },
  );
  await waitForPort(child, port, 'postgres', () => pingPostgres(port));
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    dir,
    pid: child.pid ?? 0,
    stop: () => stopChild(child, 'SIGINT', dir),
  };
}

/**
 * A Redis of its own that keeps nothing on disk.
 * @param {{ args?: string[] }} [options]
 * @returns {Promise<Server>}
 */
export async function startRedis(options = {}) {
  ensureServerPrograms(['redis']);
  const dir = mkdtempSync(path.join(tmpdir(), 'etl-redis-'));
  const port = await freePort();
  const conf = path.join(dir, 'redis.conf');
  writeFileSync(
    conf,
    `bind 127.0.0.1\nport ${port}\ndir ${dir}\nsave ""\nappendonly no\nunixsocket ${dir}/redis.sock\ndaemonize no\n`,
  );
  const child = spawn(/** @type {string} */ (findProgram('redis-server')), [conf, ...(options.args ?? [])], {
    cwd: dir,
    stdio: 'ignore',
  });
  await waitForPort(child, port, 'redis-server', () => pingRedis(port));
  return {
    url: `redis://127.0.0.1:${port}/0`,
    port,
    dir,
    pid: child.pid ?? 0,
    stop: () => stopChild(child, 'SIGTERM', dir),
  };
}

/** An account without rights that PostgreSQL may run as. @returns {{ uid: number, gid: number }} */
function systemUser() {
  for (const name of ['postgres', 'nobody']) {
    try {
      const uid = Number(execFileSync('id', ['-u', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      const gid = Number(execFileSync('id', ['-g', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid, gid };
    } catch {
      continue;
    }
  }
  throw new Error('running as root, and there is no user postgres or nobody to run PostgreSQL as');
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} port @param {string} name @param {() => Promise<boolean>} ping
 */
async function waitForPort(child, port, name, ping) {
  /** @type {Error | null} */
  let failed = null;
  child.once('error', (error) => (failed = error));
  child.once('exit', (code) => (failed ??= new Error(`${name} exited with ${code} before it listened on ${port}`)));
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (failed !== null) throw failed;
    if (await ping()) return;
    if (Date.now() > deadline) throw new Error(`${name} did not answer on port ${port} within 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A start-up packet that is answered by anything but "the database system is starting up". @param {number} port @returns {Promise<boolean>} */
function pingPostgres(port) {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const packet = Buffer.alloc(8 + parameters.length);
  packet.writeInt32BE(packet.length, 0);
  packet.writeInt32BE(196608, 4);
  parameters.copy(packet, 8);
  return askOnce(port, packet, (answer) => answer[0] === 0x52); // 'R': authentication
}

/** @param {number} port @returns {Promise<boolean>} */
function pingRedis(port) {
  return askOnce(port, Buffer.from('PING\r\n'), (answer) => answer.toString().startsWith('+PONG'));
}

/** @param {number} port @param {Buffer} question @param {(answer: Buffer) => boolean} isGood @returns {Promise<boolean>} */
function askOnce(port, question, isGood) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    /** @param {boolean} good */
    const done = (good) => {
      socket.destroy();
      resolve(good);
    };
    socket.once('connect', () => socket.write(question));
    socket.once('data', (answer) => done(isGood(answer)));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal @param {string} dir @returns {Promise<void>} */
async function stopChild(child, signal, dir) {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
  }
  rmSync(dir, { recursive: true, force: true });
}

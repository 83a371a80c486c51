/**
 * `npm run demo:redis`: a million rows from a throw-away PostgreSQL into a throw-away Redis with key expiry, in five
 * processes; then a few of the keys. Both servers are gone at the end, however it ends.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { sampleEventsSql } from './sample-events.mjs';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';
import { ensureServerPrograms, startPostgres, startRedis } from './servers.mjs';

const ROWS = 1_000_000;

ensureInstalled();
ensureBuilt();
// Ctrl-C reaches the job too; it ends, and then the servers are stopped below.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => {});

/** @type {PromiseSettledResult<import('./servers.mjs').Server>[]} */
let started = [];
try {
  ensureServerPrograms(['postgres', 'redis']);
  started = await Promise.allSettled([startPostgres(), startRedis()]);
  const [postgres, redis] = started.map((server) => {
    if (server.status === 'rejected') throw server.reason;
    return server.value;
  });
  process.stdout.write(`loading ${ROWS.toLocaleString('en')} rows into PostgreSQL …\n`);
  await loadEvents(postgres.url);
  process.exitCode = await runJob({ PG_URL: postgres.url, REDIS_URL: redis.url });
  if (process.exitCode === 0) await showKeys(redis.url, 5);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await Promise.all(started.map((server) => (server.status === 'fulfilled' ? server.value.stop() : null)));
}

/** @param {string} url */
async function loadEvents(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sampleEventsSql(ROWS));
  } finally {
    await client.end();
  }
}

/** @param {Record<string, string>} env @returns {Promise<number>} */
function runJob(env) {
  const command = ['run', 'jobs/pg-to-redis.yaml', '-p', '5'];
  process.stdout.write(`$ etl ${command.join(' ')}\n`);
  const child = spawn(process.execPath, [path.join('bin', 'run.js'), ...command], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** @param {string} url @param {number} count */
async function showKeys(url, count) {
  const { Redis } = await import('ioredis');
  const client = new Redis(url);
  process.stdout.write(`\n${(await client.dbsize()).toLocaleString('en')} keys, of which\n`);
  for (let i = 0; i < count; i++) {
    const key = await client.randomkey();
    if (key === null) break;
    process.stdout.write(
      `  ${key}  expires in ${((await client.pttl(key)) / 3_600_000).toFixed(2)} h  ${await client.get(key)}\n`,
    );
  }
  client.disconnect();
}

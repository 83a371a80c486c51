/** Lookups while their server misbehaves: the rows are those of a calm run, or the run ends with 69. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, startRedis } from '../../scripts/servers.mjs';
import { loadDriver } from '../../src/connectors/sqlite/load-driver.js';
import { runJobFile, testDirectory, type EtlOptions } from '../support/run-etl.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

const directory = testDirectory();
const server = await startPostgres();
const cache = await startRedis();
const redis = new Redis(cache.url);
const proxy = await startTcpProxy(server.url);
const cacheProxy = await startTcpProxy(cache.url);
afterAll(async () => {
  redis.disconnect();
  await Promise.all([proxy.close(), cacheProxy.close()]);
  await Promise.all([server.stop(), cache.stop()]);
});

const ROWS = 40_000;
const THINGS = 20_000;
const brisk = ['-D', 'restart-strategy.fixed-delay.delay=100ms'];

beforeAll(async () => {
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query(
    `CREATE TABLE things (id bigint PRIMARY KEY, name text); INSERT INTO things SELECT i, md5(i::text) FROM generate_series(1, ${THINGS}) i;
     CREATE FUNCTION slow(id bigint) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN id; END $$`,
  );
  await client.end();
  const pipeline = redis.pipeline();
  for (let id = 1; id <= THINGS; id++) pipeline.set(`thing:${id}`, `name of ${id}`);
  await pipeline.exec();
});

function job(name: string, lookup: string): string {
  const file = path.join(directory, `${name}.yaml`);
  writeFileSync(
    file,
    `name: ${name}
connections:
  db: {type: postgres, url: "${proxy.through(server.url)}"}
  cache: {type: redis, url: "${cacheProxy.through(cache.url)}"}
  target: {type: sqlite, url: ${name}.db}
sources:
  numbers: {type: datagen, rows: ${ROWS}, seed: 5, schema: {i: {sequence: {}}, id: {uniform: {type: bigint, min: 1, max: 25000}}}}
steps:
  - {id: found, lookup: {${lookup}, cache: {rows: 1000}, batch: 50, concurrency: 2}}
sinks: {out: {connection: target, table: t, keys: [i], createTable: true}}
`,
  );
  return file;
}

const inPostgres = 'connection: db, table: things, on: {id: id}, columns: [name]';
const inRedis = 'connection: cache, key: "thing:{id}", value: {string: {name: text}}';

/** What a run leaves in its table. */
async function left(name: string): Promise<unknown> {
  const Driver = await loadDriver();
  const file = path.join(directory, `${name}.db`);
  const target = new Driver(file, { readonly: true });
  const sql =
    "SELECT count(*), count(name), sum(i), sum(id), sum(i * (name = 'name of ' || id OR length(name) = 32)) FROM t";
  const row = target.prepare(sql).raw().get();
  target.close();
  rmSync(file);
  return row;
}

/** Once so many bytes have passed, the connections are `broken` for a while. */
function breakAfter(one: TcpProxy, bytes: number, how: 'rst' | 'fin' | 'hole', forMs: number): void {
  let rest = bytes;
  one.alter((chunk) => {
    const before = rest;
    rest -= chunk.length;
    if (before > 0 && rest <= 0) {
      setImmediate(() => one.set(how));
      setTimeout(() => one.set('pass'), forMs);
    }
    return chunk;
  });
}

let calm: unknown;

beforeAll(async () => {
  const run = await runJobFile([job('calm', inPostgres), '-p', '2']);
  expect([run.code, run.end.rows.written]).toEqual([0, ROWS]);
  calm = await left('calm');
});

test.each([
  ['postgres', 'rst', 100],
  ['postgres', 'fin', 900],
  ['redis', 'rst', 100],
  ['redis', 'fin', 900],
] as const)(
  '%s: connections that end (%s) and come back after %i ms',
  { timeout: 60_000 },
  async (which, how, forMs) => {
    const one = which === 'postgres' ? proxy : cacheProxy;
    breakAfter(one, 400_000, how, forMs);
    const name = `${which}-${how}`;
    const { code, end } = await runJobFile([
      job(name, which === 'postgres' ? inPostgres : inRedis),
      '-p',
      '2',
      ...brisk,
    ]);
    one.alter(null);
    expect([code, end.balance, end.rows.written]).toEqual([0, true, ROWS]);
    expect(end.accumulators.found!['requests repeated']).toMatchObject({ kind: 'counter' });
    expect(await left(name)).toEqual(calm);
  },
);

test('a server that crashes and comes back', { timeout: 60_000 }, async () => {
  let isKilled = false;
  const options: EtlOptions = {
    onStart: () => {
      proxy.alter((chunk) => {
        if (!isKilled && chunk.length > 2000) {
          isKilled = true;
          void killBackend();
        }
        return chunk;
      });
    },
  };
  const { code, end } = await runJobFile([job('crash', inPostgres), '-p', '2', ...brisk], options);
  proxy.alter(null);
  expect([isKilled, code, end.balance]).toEqual([true, 0, true]);
  expect(await left('crash')).toEqual(calm);
});

/** The server takes all other sessions down and recovers. */
async function killBackend(): Promise<void> {
  const client = new pg.Client(server.url);
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'etl/%/found/slot %'",
  );
  for (const { pid } of rows.slice(0, 1)) process.kill(pid, 'SIGKILL');
  await client.end().catch(() => undefined);
}

test.each([
  ['postgres', inPostgres],
  ['redis', inRedis],
])('%s: a server that stays away ends the run with 69, after all that was to be tried', async (which, lookup) => {
  const one = which === 'postgres' ? proxy : cacheProxy;
  breakAfter(one, 200_000, 'rst', 3_600_000);
  const file = job(`dead-${which}`, `${lookup}, retries: 1`);
  const { code, end, events } = await runJobFile([file, ...brisk, '-D', 'restart-strategy.fixed-delay.attempts=1']);
  one.alter(null);
  one.set('pass');
  expect(code).toBe(69);
  expect(end.error!.code).toMatch(/^ETL-410[12]$/);
  expect(end.error!.message).not.toContain('unexpected');
  expect(events.some((event) => event.type === 'warn' && /^ETL-410[12]$/.test(event.code ?? ''))).toBe(true);
});

test('a server that does not answer is given up after the timeout; one that answers again is asked again', async () => {
  breakAfter(cacheProxy, 400_000, 'hole', 1500);
  const file = job('silent', `${inRedis}, timeout: 400ms, retries: 5`);
  const { code, end } = await runJobFile([file, '-p', '1', ...brisk]);
  cacheProxy.alter(null);
  expect([code, end.balance]).toEqual([0, true]);
  expect(await left('silent')).toEqual(calm);
});

test('a request that takes too long ends with what to look for, and the server stops working on it', async () => {
  const lookup =
    'connection: db, query: "SELECT id, slow(id) AS name FROM things", on: {id: id}, timeout: 300ms, retries: 1';
  const { code, end } = await runJobFile([
    job('slow', lookup),
    '-p',
    '1',
    ...brisk,
    '-D',
    'restart-strategy.type=none',
  ]);
  expect([code, end.error]).toMatchObject([
    69,
    {
      code: 'ETL-4103',
      message: 'lookup "found": no answer within 0.3s',
      hint: expect.stringContaining('index') as unknown,
    },
  ]);
  const client = new pg.Client(server.url);
  await client.connect();
  for (;;) {
    const { rowCount } = await client.query("SELECT FROM pg_stat_activity WHERE application_name LIKE 'etl/%'");
    if (rowCount === 0) break;
  }
  await client.end();
});

test('slots killed at any moment leave what a calm run leaves', { timeout: 60_000 }, async () => {
  let kills = 0;
  let bytes = 0;
  const { code, end } = await runJobFile([job('killed', inPostgres), '-p', '2', ...brisk], {
    onStart: (child) => {
      proxy.alter((chunk) => {
        bytes += chunk.length;
        if (bytes > 250_000 * (kills + 1) && kills < 3) {
          const slots = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(/\s+/);
          const slot = Number(slots[kills % slots.length]);
          if (slot > 0) process.kill(slot, 'SIGKILL');
          kills++;
        }
        return chunk;
      });
    },
  });
  proxy.alter(null);
  expect([kills, code, end.balance]).toEqual([3, 0, true]);
  expect(await left('killed')).toEqual(calm);
});

/** The job that etl exists for, whole: real processes, a real PostgreSQL, a real Redis; and what happens when they are disturbed. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runEtl, runJobFile, testDirectory, type EtlOptions } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';
import { testRedis } from '../support/test-redis.js';

const database = await testDatabase();
const redis = await testRedis();
const directory = testDirectory();
const ROWS = 60_000;
const AT = '2090-01-01T03:00:00Z'; // keys that expire in the past are gone before anybody looks

const job = `name: events
connections:
  shop: {type: postgres, url: "${database.url}"}
  cache: {type: redis, url: "${redis.url}"}
sources:
  events: {connection: shop, table: events, split: {column: id, count: 12}}
steps:
  - filter: info->>'kind' <> 'noise' OR id < 0
sinks:
  cache:
    connection: cache
    key: "event:{info->>'user'}:{id}"
    value: {string: "info->>'name'"}
    ttl: 24h
    ttlJitter: 10%
`;

function jobFile(name: string, text: string): string {
  const file = path.join(directory, `${name}.yaml`);
  writeFileSync(file, text);
  return file;
}

/** Key → [value, absolute expiry], of every key in the database. */
async function content(): Promise<Map<string, readonly [string | null, number]>> {
  const found = new Map<string, readonly [string | null, number]>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.client.scan(cursor, 'COUNT', 5000);
    cursor = next;
    const pipeline = redis.client.pipeline();
    keys.forEach((key) => pipeline.get(key).call('PEXPIRETIME', key));
    const replies = (await pipeline.exec()) ?? [];
    keys.forEach((key, i) => found.set(key, [replies[2 * i]![1] as string, replies[2 * i + 1]![1] as number]));
  } while (cursor !== '0');
  return found;
}

function slotsOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

/** Calls `act` once, as soon as more than `keys` keys are in Redis. */
function whenWritten(keys: number, act: (pid: number) => void): EtlOptions {
  return {
    onStart: (child) => {
      const poll = async (): Promise<void> => {
        while (child.exitCode === null && child.signalCode === null) {
          if ((await redis.client.dbsize()) > keys) return act(child.pid!);
        }
      };
      void poll();
    },
  };
}

let file: string;
let golden: Map<string, readonly [string | null, number]>;

beforeAll(async () => {
  file = jobFile('events', job);
  await database.query(`CREATE TABLE events(id bigint PRIMARY KEY, info jsonb);
    INSERT INTO events SELECT g - 1000, jsonb_build_object('user', 'ü' || g % 100, 'name', repeat('n', (g % 50)::int), 'kind', CASE WHEN g % 7 = 0 THEN 'noise' ELSE 'click' END)
      FROM generate_series(1, ${ROWS}) g`);
  await redis.client.flushdb();
  const { end } = await runJobFile([file, '-p', '3', '--at', AT]);
  expect(end).toMatchObject({ exit: { code: 0, name: 'ok' }, balance: true });
  golden = await content();
});

test('every row is in Redis once, with the value and the expiry that SQL says', async () => {
  const rows = await database.query(
    `SELECT 'event:' || (info->>'user') || ':' || id, info->>'name' FROM events WHERE info->>'kind' <> 'noise' OR id < 0`,
  );
  expect(golden.size).toBe(rows.length);
  const from = Date.parse(AT) + 24 * 3600_000;
  for (const [key, name] of rows) {
    const [value, expiry] = golden.get(key!)!;
    if (value !== name) expect([key, value]).toEqual([key, name]);
    if (Math.abs(expiry - from) > 2.4 * 3600_000) expect([key, expiry]).toEqual([key, from]);
  }
  expect(new Set([...golden.values()].map(([, expiry]) => expiry)).size).toBeGreaterThan(1000);
});

test('parallelism changes nothing, not even an expiry', async () => {
  await redis.client.flushdb();
  const { end } = await runJobFile([file, '-p', '1', '--at', AT]);
  expect(end.rows.read).toBe(end.rows.filtered + end.rows.written);
  expect(await content()).toEqual(golden);
});

test('P1: slots killed with SIGKILL in the middle leave exactly the right keys', async () => {
  await redis.client.flushdb();
  const { code, end } = await runJobFile(
    [file, '-p', '3', '--at', AT],
    whenWritten(ROWS / 10, (pid) =>
      slotsOf(pid)
        .slice(0, 2)
        .forEach((slot) => process.kill(slot, 'SIGKILL')),
    ),
  );
  expect(code).toBe(0);
  expect(end.balance).toBe(true);
  expect(end.stages[0]!.retried).toBeGreaterThan(0);
  expect(await content()).toEqual(golden);
});

test('P2: when the parent is killed, its slots are gone within two seconds', async () => {
  let slots: number[] = [];
  await redis.client.flushdb();
  const result = await runEtl(
    ['run', file, '-p', '3', '--json'],
    whenWritten(0, (pid) => {
      slots = slotsOf(pid);
      process.kill(pid, 'SIGKILL');
    }),
  );
  expect(result.signal).toBe('SIGKILL');
  expect(slots.length).toBeGreaterThan(0);
  await expect.poll(() => slots.filter(isAlive), { timeout: 2000 }).toEqual([]);
});

test.each([
  ['SIGINT', 130, 'cancelled'],
  ['SIGTERM', 143, 'terminated'],
] as const)('P14: %s ends the run with %i and leaves no process', async (signal, code, name) => {
  let slots: number[] = [];
  await redis.client.flushdb();
  const result = await runJobFile(
    [file, '-p', '2'],
    whenWritten(0, (pid) => {
      slots = slotsOf(pid);
      process.kill(pid, signal);
    }),
  );
  expect(result.code).toBe(code);
  expect(result.end.exit).toEqual({ code, name });
  await expect.poll(() => slots.filter(isAlive), { timeout: 2000 }).toEqual([]);
  await expect
    .poll(
      () =>
        database.query(
          `SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'etl/%' AND datname = current_database()`,
        ),
      { timeout: 5000 },
    )
    .toEqual([['0']]);
});

describe('before anything runs', () => {
  test('more parallelism than slots fails fast, in words that a Flink user knows', async () => {
    const result = await runEtl(['run', file, '-p', '5', '-D', 'taskmanager.numberOfTaskSlots=2']);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('NoResourceAvailable');
    expect(result.stderr).toContain('-p 2');
  });

  test('an empty table is a run of no rows', async () => {
    await database.query('CREATE TABLE nothing(id bigint PRIMARY KEY, info jsonb)');
    const { code, end } = await runJobFile([
      jobFile('nothing', job.replace('table: events', 'table: nothing')),
      '-p',
      '5',
    ]);
    expect(code).toBe(0);
    expect(end.rows).toEqual({ read: 0, filtered: 0, rejected: 0, written: 0 });
  });

  test('no temporary file is left behind', () => {
    expect(readdirSync(directory).filter((name) => !name.endsWith('.yaml'))).toEqual([]);
  });
});

test('P14: a server that accepts and never answers does not hold up a Ctrl-C', async () => {
  const hole = createServer((socket) => socket.resume()); // else it would not notice that the other side is gone
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  const { port } = hole.address() as AddressInfo;
  const deaf = job.replace(new URL(database.url).host, `127.0.0.1:${port}`);
  const connected = new Promise((resolve) => hole.once('connection', resolve));
  const { code } = await runEtl(['run', jobFile('deaf', deaf)], {
    onStart: (child) => void connected.then(() => child.kill('SIGINT')),
  });
  hole.close();
  expect(code).toBe(130); // and not 69, which the watchdog would have made of it
});

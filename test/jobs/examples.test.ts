/** Every job in jobs/, unchanged, run by the built program over small data; what it wrote is compared with a query. */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { sampleEventsSql } from '../../scripts/sample-events.mjs';
import { makeSampleShop } from '../../scripts/sample-shop.mjs';
import { loadDriver } from '../../src/connectors/sqlite/load-driver.js';
import { runJobFile, testDirectory } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';
import { testRedis } from '../support/test-redis.js';

const database = await testDatabase();
const Database = await loadDriver();
const redis = await testRedis();
const folder = testDirectory();
const data = path.join(folder, '.data');
const jobs = path.join(folder, 'jobs');
const env = { PG_URL: database.url, REDIS_URL: redis.url };
const EVENTS = 3_000;

beforeAll(async () => {
  cpSync('jobs', jobs, { recursive: true });
  await makeSampleShop(path.join(data, 'shop.db'));
  await database.query(sampleEventsSql(EVENTS));
  await database.query(`INSERT INTO events VALUES (0, NULL), (-1, '{"user": null}')`);
});

beforeEach(() => redis.client.flushdb());

const run = (name: string, ...args: string[]) => runJobFile([path.join(jobs, `${name}.yaml`), ...args], { env });

test('every example has a test here', () => {
  const names = readdirSync('jobs').filter((name) => name.endsWith('.yaml'));
  const tested = readFileSync('test/jobs/examples.test.ts', 'utf8');
  expect(names.filter((name) => !tested.includes(`run('${path.basename(name, '.yaml')}'`))).toEqual([]);
});

test('quickstart: paid orders as JSON lines', async () => {
  const { end } = await run('quickstart', '-p', '4');
  const parts = readdirSync(path.join(data, 'paid-orders')).filter((name) => /^part-\d+\.ndjson$/.test(name));
  const lines = parts.flatMap((name) =>
    readFileSync(path.join(data, 'paid-orders', name), 'utf8')
      .split('\n')
      .slice(0, -1),
  );
  const expected = query(
    path.join(data, 'shop.db'),
    `SELECT id, customer_id, country, printf('%.2f', amount_cents / 100.0), upper(status), coalesce(note, '') <> '', ordered_at
     FROM orders WHERE status IN ('paid', 'shipped') AND amount_cents >= 1000 ORDER BY id`,
  );
  const rows = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .sort((a, b) => Number(a.id) - Number(b.id));
  expect(rows.length).toBe(expected.length);
  expect(end.rows).toEqual({ read: 100_000, filtered: 100_000 - rows.length, rejected: 0, written: rows.length });
  for (const [i, row] of rows.entries()) {
    const { id, customer_id, country, amount, status, has_note, ordered_at } = row;
    const found = [
      id,
      customer_id,
      country,
      Number(amount).toFixed(2),
      status,
      has_note ? 1 : 0,
      String(ordered_at).replace('T', ' '),
    ];
    if (JSON.stringify(found) !== JSON.stringify(expected[i])) expect(found).toEqual(expected[i]);
  }
});

test('pg-to-redis: one key for each event, with its expiry', async () => {
  const { end } = await run('pg-to-redis', '-p', '5', '--param', 'since=2026-01-01');
  expect(end.rows).toEqual({ read: EVENTS, filtered: 0, rejected: 0, written: EVENTS }); // filtered in PostgreSQL
  expect(await redis.client.dbsize()).toBe(EVENTS);
  const rows = await database.query(
    `SELECT 'event:' || (info->>'user') || ':' || id, info->>'kind', (info->>'amount')::numeric(12,2), id FROM events WHERE id > 0 AND id % 500 = 0`,
  );
  for (const [key, kind, amount, id] of rows) {
    const value = (await redis.client.get(key!)) ?? 'null';
    expect(JSON.parse(value)).toMatchObject({ id: Number(id), kind });
    expect(value).toContain(`"amount":${amount}`);
    const hours = (await redis.client.pttl(key!)) / 3_600_000;
    expect(hours).toBeGreaterThan(24 * 0.9 - 1);
    expect(hours).toBeLessThan(24 * 1.1 + 1);
  }
});

test('pg-to-redis-hash: purchases as hashes', async () => {
  const { end } = await run('pg-to-redis-hash', '-p', '2');
  const rows = await database.query(
    `SELECT id, info->>'user', upper(info->>'country'), (info->>'amount')::numeric(12,2), extract(epoch from (info->>'at')::timestamptz + interval '365 days')::bigint
     FROM events WHERE info->>'kind' = 'purchase'`,
  );
  expect(end.rows.written).toBe(rows.length);
  expect(await redis.client.dbsize()).toBe(rows.length);
  for (const [id, user, country, amount, expiry] of rows.slice(0, 20)) {
    expect(await redis.client.hgetall(`purchase:${id}`)).toMatchObject({ user_id: user, country, amount });
    expect(Number(await redis.client.call('EXPIRETIME', `purchase:${id}`))).toBe(Number(expiry));
  }
});

test('revenue-by-country: a join, groups and a sort', async () => {
  const { end, stdout } = await run('revenue-by-country', '-p', '4');
  const expected = query(
    path.join(data, 'shop.db'),
    `SELECT c.country, count(*), round(sum(amount_cents) / 100.0, 2) FROM orders o JOIN customers c ON c.id = o.customer_id
     WHERE status IN ('paid', 'shipped') GROUP BY c.country HAVING count(*) > 1 ORDER BY sum(amount_cents) DESC`,
  );
  const shown = stdout.split('\n').flatMap((line) => {
    const event = (line.startsWith('{') ? JSON.parse(line) : {}) as { type?: string; row?: Record<string, unknown> };
    return event.type === 'row' ? [event.row!] : [];
  });
  expect(shown.map(({ country, orders, revenue }) => [country, orders, revenue])).toEqual(expected);
  expect(end.balance).toBe(true);
});

test('enrich-orders: what lookups add is what a join gives', async () => {
  const { end } = await run('enrich-orders', '-p', '2');
  const folder = path.join(data, 'enriched-orders');
  const rows = readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson') && !name.startsWith('.'))
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n').filter(Boolean))
    .map((line) => Object.values(JSON.parse(line) as Record<string, unknown>))
    .sort(([a], [b]) => Number(a) - Number(b));
  const expected = query(
    path.join(data, 'shop.db'),
    `SELECT o.id, c.name, c.email, p.name, quantity, round(quantity * price_cents / 100.0, 2) FROM orders o
     JOIN customers c ON c.id = customer_id JOIN products p ON p.id = product_id WHERE status = 'open' ORDER BY o.id`,
  );
  expect(rows.map(([id, customer, email, product, quantity, total]) => [id, customer, email, product, quantity, Number(total)])).toEqual(expected); // prettier-ignore
  expect(end.balance).toBe(true);
});

test('csv-to-sqlite: the same rows, however often it runs', async () => {
  const first = await run('csv-to-sqlite');
  const file = path.join(data, 'weather.db');
  const all =
    'SELECT station, measured_at, celsius, fahrenheit, humidity, label FROM measurements ORDER BY station, measured_at';
  const rows = query(file, all);
  expect(first.end.rows).toEqual({ read: 12, filtered: 1, rejected: 0, written: 11 });
  expect(rows.map((row) => row.map(String).join('|'))).toMatchSnapshot();
  await run('csv-to-sqlite');
  expect(query(file, all)).toEqual(rows);
  expect(readFileSync(path.join(data, 'rejects', 'measurements.ndjson'), 'utf8')).toBe('');
});

function query(file: string, sql: string): unknown[][] {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare(sql).raw().all() as unknown[][];
  } finally {
    database.close();
  }
}

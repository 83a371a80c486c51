import { afterAll, expect, test } from 'vitest';
import type { Batch } from '../../../src/columnar/batch.js';
import { EtlError } from '../../../src/errors/etl-error.js';
import type { ReadPlan } from '../../../src/connectors/connector.js';
import { source } from '../../../src/connectors/postgres/source.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';
import { testDatabase } from '../../support/test-database.js';
import {
  block,
  everything,
  openCatalog,
  planOf,
  planOnce,
  readBatches,
  readOptions,
  readRows,
  rowsOf,
  settingsWith,
  slotContext,
} from './read-all.js';

const database = await testDatabase();
const proxy = await startTcpProxy(database.url);
afterAll(() => proxy.close());

const impatient = settingsWith({ 'source.idle.timeout': 300 });
const long = "SELECT i, repeat('x', 100) AS t FROM generate_series(1, 200000) i";

/** Sessions of ours that the server still has; asked until it has none, for a backend needs a moment to notice. */
async function waitForNoSession(): Promise<void> {
  for (;;) {
    const rows = await database.query(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'etl/%'",
    );
    if (rows.length === 0) return;
  }
}

async function failure(reading: Promise<unknown>): Promise<EtlError> {
  const error = await reading.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(EtlError);
  return error as EtlError;
}

/** Reads until the first batch is here, does something, reads on. */
async function readWith(
  plan: ReadPlan,
  event: () => unknown,
  settings = settingsWith(),
  controller = new AbortController(),
): Promise<Batch[]> {
  const reader = await source.openSource(plan.params, slotContext(settings));
  const batches: Batch[] = [];
  try {
    for await (const batch of reader.read(everything, readOptions({ signal: controller.signal }))) {
      if (batches.length === 0) await event();
      batches.push(batch);
    }
  } finally {
    await reader.close();
  }
  return batches;
}

test.each(['copy', 'cursor'])(
  'F20 read: %s: a backend that is terminated in mid-split is a passing error, and another attempt reads all',
  async (read) => {
    const plan = await planOnce(database.url, block({ query: long, read }));
    const terminate = (): Promise<unknown> =>
      database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'etl/run-1/v1/0.0' AND datname = current_database()",
      );
    const error = await failure(readWith(plan, terminate));
    expect(error).toMatchObject({ code: 'ETL-4102' });
    expect(await readRows(plan)).toHaveLength(200000);
  },
);

test.each(['rst', 'fin'] as const)(
  'F21 a connection that ends with %s after some bytes is a passing error',
  async (mode) => {
    const plan = await planOnce(proxy.through(database.url), block({ query: long }));
    for (const byteCount of [1, 5000, 100_000, 2_000_000]) {
      proxy.setAfter(byteCount, mode);
      const error = await failure(readBatches(plan));
      expect(error.code).toMatch(/^ETL-410[12]$/);
      proxy.set('pass');
    }
    expect(await readRows(plan)).toHaveLength(200000);
  },
);

test('F22 a black hole is found after source.idle.timeout: connecting, in mid-split, at COMMIT, closing', async () => {
  const plan = await planOnce(proxy.through(database.url), block({ query: long }));
  proxy.set('hole');
  expect(await failure(readBatches(plan, {}, impatient))).toMatchObject({
    code: 'ETL-4103',
    message: expect.stringContaining('0.3 s') as unknown,
  });
  proxy.set('pass');
  for (const byteCount of [500, 3_000_000]) {
    proxy.setAfter(byteCount, 'hole');
    expect(await failure(readBatches(plan, {}, impatient))).toMatchObject({ code: 'ETL-4103' });
    proxy.set('pass');
  }
  const small = await planOnce(proxy.through(database.url), block({ query: 'SELECT 1 AS one' }));
  expect(await failure(readWith(small, () => proxy.set('hole'), impatient))).toMatchObject({ code: 'ETL-4103' });
  proxy.set('pass');
  const reader = await source.openSource(small.params, slotContext(impatient));
  for await (const batch of reader.read(everything, readOptions())) expect(batch.length).toBe(1);
  proxy.set('hole');
  await reader.close();
  await expect(openCatalog(proxy.through(database.url), impatient)).rejects.toMatchObject({ code: 'ETL-4103' });
  proxy.set('pass');
});

test('F23 a server that computes without sending is silent, too', async () => {
  const plan = await planOnce(database.url, block({ query: 'SELECT pg_sleep(30)::text AS s' }));
  expect(await failure(readBatches(plan, {}, impatient))).toMatchObject({ code: 'ETL-4103' });
  await waitForNoSession();
});

test('F26 a slow consumer is no silence: the server waits, and memory does not grow', async () => {
  const plan = await planOnce(database.url, block({ query: long }));
  const reader = await source.openSource(plan.params, slotContext(settingsWith({ 'source.idle.timeout': 1000 })));
  const batches: Batch[] = [];
  for await (const batch of reader.read(everything, readOptions())) {
    if (batches.push(batch) === 2) await new Promise((resolve) => setTimeout(resolve, 1300)); // the consumer under test
  }
  await reader.close();
  expect(rowsOf(batches)).toHaveLength(200000);
});

test('F27 F28 conditions of the server are sorted by who can help', async () => {
  const plan = await planOnce(database.url, block({ query: 'SELECT 1 AS one' }));
  await database.query('ALTER DATABASE ' + database.name + ' CONNECTION LIMIT 0');
  const { role, url } = await database.createRole();
  await database.query(`GRANT CONNECT ON DATABASE ${database.name} TO ${role}`);
  const refused = await failure(readBatches({ ...plan, params: { ...plan.params, connection: { url } } }));
  expect(refused).toMatchObject({ code: 'ETL-4114', sqlState: '53300' });
  await database.query('ALTER DATABASE ' + database.name + ' CONNECTION LIMIT -1');

  const divides = await planOnce(
    database.url,
    block({ query: 'SELECT 1 / (i - 5000) AS x FROM generate_series(1, 10000) i' }),
  );
  expect(await failure(readBatches(divides))).toMatchObject({ code: 'ETL-4108', sqlState: '22012', kind: 'data' });
  const cancels = await planOnce(
    database.url,
    block({ query: 'SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(1)::text' }),
  );
  expect(await failure(readBatches(cancels))).toMatchObject({ code: 'ETL-4110', sqlState: '57014' });
});

test('F29 no permission is said at once, and is not worth another attempt', async () => {
  await database.query('CREATE TABLE secret (id int PRIMARY KEY)');
  const url = new URL((await database.createRole()).url);
  const error = await failure(planOnce(url.href, block({ table: 'secret' })));
  expect(error).toMatchObject({ code: 'ETL-4104', sqlState: '42501', kind: 'auth' });
  url.username = 'unknown_role';
  expect(await failure(openCatalog(url.href))).toMatchObject({ code: 'ETL-4104', kind: 'auth' });
});

test('a server that is not there cannot be reached', async () => {
  const url = new URL(database.url);
  url.port = '1';
  expect(await failure(openCatalog(url.href))).toMatchObject({ code: 'ETL-4101' });
});

test('F25 without the holder, running splits finish and new ones say why they cannot start', async () => {
  const catalog = await openCatalog(database.url);
  const plan = await planOf(catalog, block({ query: long }));
  const snapshot = await catalog.holdSnapshot!(null);
  const kill = (): Promise<unknown> =>
    database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'etl/run-1/snapshot' AND datname = current_database()",
    );
  const reader = await source.openSource(plan.params, slotContext());
  const batches: Batch[] = [];
  for await (const batch of reader.read(everything, readOptions({ snapshot }))) {
    if (batches.push(batch) === 1) await kill();
  }
  expect(rowsOf(batches)).toHaveLength(200000);
  const again = async (): Promise<void> => {
    for await (const batch of reader.read(everything, readOptions({ snapshot }))) batches.push(batch);
  };
  expect(await failure(again())).toMatchObject({ code: 'ETL-4106' });
  await reader.close();
  await catalog.close();
});

test.each(['copy', 'cursor'])(
  'read: %s: an abort, or a consumer that has enough, leaves no session behind',
  async (read) => {
    const plan = await planOnce(database.url, block({ query: long, read }));
    const controller = new AbortController();
    const reason = new Error('enough');
    await expect(readWith(plan, () => controller.abort(reason), settingsWith(), controller)).rejects.toBe(reason);
    await waitForNoSession();

    const sleeping = await planOnce(database.url, block({ query: 'SELECT pg_sleep(30)::text AS s', read }));
    const second = new AbortController();
    const reading = readBatches(sleeping, { signal: second.signal });
    for (;;) {
      const rows = await database.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
      );
      if (rows.length > 0) break;
    }
    second.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await waitForNoSession();

    const reader = await source.openSource(plan.params, slotContext());
    for await (const batch of reader.read(everything, readOptions())) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    const rows: Batch[] = [];
    for await (const batch of reader.read(everything, readOptions())) rows.push(batch);
    expect(rowsOf(rows)).toHaveLength(200000);
    await reader.close();
    await waitForNoSession();
  },
);

/** Puts other bytes, as many, in the place of some that the server sends. */
function replacing(from: string, to: string): (bytes: Buffer) => Buffer {
  return (bytes) => Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}

test.each([
  ['a count of more rows than arrived', 'COPY 3\0', 'COPY 4\0', 'the server says that it sent 4 rows, but 3 arrived'],
  ['a count of fewer', 'COPY 3\0', 'COPY 2\0', 'the server says that it sent 2 rows, but 3 arrived'],
  ['a row with a column too few', '2\ttwo', '2 two', 'row 2 does not have 2 columns'],
  ['a message of an impossible length', 'd\0\0\0\n1\tone\n', 'd\0\0\0\u00021\tone\n', 'states a length of 2'],
])('%s ends the attempt, not the data: %j for %j', async (_, from, to, message) => {
  const plan = await planOnce(
    proxy.through(database.url),
    block({ query: "SELECT * FROM (VALUES (1, 'one'), (2, 'two'), (3, 'three')) AS t(i, t)" }),
  );
  proxy.alter(replacing(from, to));
  const error = await failure(readBatches(plan)).finally(() => proxy.alter(null));
  expect(error).toMatchObject({ code: 'ETL-4109', message: expect.stringContaining(message) as unknown });
  expect(await readRows(plan)).toHaveLength(3);
});

test('a reject policy that fails ends the split with its own error', async () => {
  const plan = await planOnce(
    database.url,
    block({ query: "SELECT 'NaN'::numeric(5,2) AS x FROM generate_series(1, 100000)" }),
  );
  const tooMany = new EtlError('ETL-5002', 'too many');
  const reject = (): never => {
    throw tooMany;
  };
  await expect(readBatches(plan, { reject })).rejects.toBe(tooMany);
});

/**
 * Whole runs while PostgreSQL misbehaves: F24 to F30 of the fault matrix, seen from outside: exit, rows, what is said.
 *
 * A gate holds a run at a known place: every split waits for an advisory lock that the test has.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startPostgres } from '../../scripts/servers.mjs';
import type { RunEvent } from '../../src/coordinator/events.js';
import { runJobFile, testDirectory } from '../support/run-etl.js';
import { startTcpProxy } from '../support/tcp-proxy.js';

const directory = testDirectory();
/** One connection for the test, one for the run's snapshot: four are left for slots. */
const server = await startPostgres({
  settings: { max_connections: '6', superuser_reserved_connections: '0', idle_session_timeout: '1s' },
});
afterAll(() => server.stop());
const ROWS = 4000;
const GATE = 7;

let client: pg.Client;

beforeAll(async () => {
  const setup = new pg.Client(server.url);
  await setup.connect();
  await setup.query(
    `CREATE TABLE t (id bigint PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, ${ROWS}) i;
     CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql STABLE AS
       $$ BEGIN PERFORM pg_advisory_lock_shared(${GATE}); PERFORM pg_advisory_unlock_shared(${GATE}); RETURN true; END $$;
     CREATE ROLE reader LOGIN; CREATE TABLE closed (id int PRIMARY KEY)`,
  );
  await setup.end();
});

beforeEach(async () => {
  client = new pg.Client(server.url);
  client.on('error', () => undefined); // a test may bring the server down
  await client.connect();
  await client.query('SET idle_session_timeout = 0');
  return () => client.end().catch(() => undefined);
});

/** Eight splits, each of which waits at the gate before its first row. */
function job(name: string, source = '', user = 'postgres'): string {
  const url = server.url.replace('postgres@', `${user}@`);
  const file = path.join(directory, `${name}.yaml`);
  writeFileSync(
    file,
    `name: ${name}
connections: {db: {type: postgres, url: "${url}"}}
sources: {t: {connection: db, table: t, where: "(SELECT gate())", split: {count: 8}${source}}}
sinks: {out: {type: blackhole}}
`,
  );
  return file;
}

async function closeGate(): Promise<void> {
  await client.query(`SELECT pg_advisory_lock(${GATE})`);
}

async function openGate(): Promise<void> {
  await client.query(`SELECT pg_advisory_unlock(${GATE})`);
}

function warningsOf(events: readonly RunEvent[]): (string | undefined)[] {
  return events.flatMap((event) => (event.type === 'warn' ? [event.code] : []));
}

/** Resolves when so many sessions of the run wait at the gate. */
async function waitAtGate(sessions: number): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query("SELECT FROM pg_stat_activity WHERE wait_event = 'advisory'");
    if (rowCount! >= sessions) return;
  }
}

test(
  'F27 slots without a connection rest, the others read everything, and it is said',
  { timeout: 60_000 },
  async () => {
    await closeGate();
    let told = (): void => undefined;
    const refused = new Promise<void>((resolve) => (told = resolve));
    const running = runJobFile([job('crowded'), '-p', '8'], {
      onLine: (line) => line.includes('ETL-4114') && told(),
    });
    await refused;
    await openGate();
    const { code, end, events } = await running;
    expect(code).toBe(0);
    expect(end).toMatchObject({ rows: { read: ROWS, written: ROWS }, balance: true });
    expect(new Set(warningsOf(events))).toEqual(new Set(['ETL-4114']));
  },
);

test('F25 without the holder of the snapshot, running splits finish and the next says why it cannot start', async () => {
  await closeGate();
  const running = runJobFile([job('holderless'), '-p', '2']);
  await waitAtGate(2);
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'etl/%/snapshot'",
  );
  await openGate();
  const { code, end } = await running;
  expect(code).toBe(69);
  expect(end.error).toMatchObject({
    code: 'ETL-4106',
    message: expect.stringContaining('the connection that held it was lost') as unknown,
  });
  expect(end.rows.written).toBeGreaterThan(0);
});

test.each([
  ['split', 0],
  ['snapshot', 69],
])('F24 a server that crashes and comes back: with consistency %s the exit is %i', async (consistency, exit) => {
  await closeGate();
  const patience = ['-D', 'restart-strategy.fixed-delay.attempts=50', '-D', 'restart-strategy.fixed-delay.delay=100ms'];
  const running = runJobFile([job(`crash-${consistency}`, `, consistency: ${consistency}`), '-p', '2', ...patience]);
  await waitAtGate(2);
  const { rows } = await client.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory'",
  );
  process.kill(rows[0].pid, 'SIGKILL'); // the server takes all other sessions down and recovers
  const { code, end } = await running;
  expect(code).toBe(exit);
  expect(end.rows.written).toBe(exit === 0 ? ROWS : 0);
  if (exit !== 0) expect(end.error).toMatchObject({ code: 'ETL-4106' });
});

test('F26 a server that ends idle sessions does not end those of a run that waits', async () => {
  await closeGate();
  const running = runJobFile([job('patient'), '-p', '2']);
  await waitAtGate(2);
  const { rows } = await client.query<{ since: string }>('SELECT now()::text AS since');
  for (;;) {
    const { rowCount } = await client.query("SELECT WHERE now() > $1::timestamptz + interval '1500 ms'", [
      rows[0].since,
    ]);
    if (rowCount! > 0) break;
  }
  await openGate();
  const { code, end, events } = await running;
  expect(code).toBe(0);
  expect(end.rows.written).toBe(ROWS);
  expect(warningsOf(events)).toEqual([]);
});

test('a COPY that announces other rows than came is read again; one that always does ends the run with 74', async () => {
  const proxy = await startTcpProxy(server.url);
  const file = path.join(directory, 'miscounted.yaml');
  writeFileSync(
    file,
    `name: miscounted
connections:
  db: {type: postgres, url: "${proxy.through(server.url)}"}
  file: {type: sqlite, url: "${path.join(directory, 'out.db')}"}
sources: {t: {connection: db, table: t, split: {count: 4}}}
sinks: {out: {connection: file, table: t, keys: [id], createTable: true}}
`,
  );
  let lies = 1;
  proxy.alter((bytes) => {
    const at = bytes.indexOf('COPY 1000\0');
    if (at >= 0 && lies-- > 0) bytes[at + 5] = '2'.charCodeAt(0);
    return bytes;
  });
  const mended = await runJobFile([file, '-D', 'restart-strategy.fixed-delay.delay=10ms']);
  expect([mended.code, mended.end.rows, mended.end.balance]).toEqual([
    0,
    { read: ROWS, filtered: 0, rejected: 0, written: ROWS },
    true,
  ]);
  expect(warningsOf(mended.events)).toEqual(['ETL-4109']);
  lies = Infinity;
  const broken = await runJobFile([file, '-D', 'restart-strategy.fixed-delay.delay=10ms']);
  expect(broken.code).toBe(74);
  expect(broken.end.error).toMatchObject({
    code: 'ETL-4109',
    message: expect.stringContaining('the server says that it sent 2000 rows, but 1000 arrived') as unknown,
  });
  await proxy.close();
});

test('F28 a statement that the server cancels is read again', async () => {
  await closeGate();
  const running = runJobFile([job('cancelled'), '-p', '2']);
  await waitAtGate(2);
  await client.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'advisory'");
  await openGate();
  const { code, end, events } = await running;
  expect(code).toBe(0);
  expect(end.rows.written).toBe(ROWS);
  expect(warningsOf(events)).toEqual(['ETL-4110', 'ETL-4110']);
});

test('F29 a role without rights is exit 4, with the server’s words and nothing tried again', async () => {
  const { code, end, events } = await runJobFile([job('forbidden', '', 'reader')]);
  expect(code).toBe(4);
  expect(end.error).toMatchObject({
    code: 'ETL-4104',
    message: expect.stringContaining('permission denied for table t') as unknown,
  });
  expect(warningsOf(events)).toEqual([]);
});

test('F30 a table that changed between plan and read is exit 66, names the columns, and no row is written', async () => {
  await closeGate();
  const running = runJobFile([job('drift', ', consistency: split, parallelism: 1'), '-p', '1']);
  await waitAtGate(1);
  const change = new pg.Client(server.url);
  await change.connect();
  const changing = change.query('ALTER TABLE t ALTER v TYPE varchar(20)');
  await openGate();
  await changing;
  await change.end();
  const { code, end } = await running;
  expect(code).toBe(66);
  expect(end.error).toMatchObject({
    code: 'ETL-4105',
    message: expect.stringContaining('v was text, is now character varying(20)') as unknown,
  });
  await client.query('ALTER TABLE t ALTER v TYPE text');
});

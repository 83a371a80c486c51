/** One moment for all sources of a run, over connections, roles and servers that replay another; and what explain says of it. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { startPostgres, startStandby } from '../../scripts/servers.mjs';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';

const directory = testDirectory();
const primary = await startPostgres({ settings: { wal_level: 'replica', max_wal_senders: '4' } });
afterAll(() => primary.stop());
const client = new pg.Client(primary.url);
await client.connect();
afterAll(() => client.end());
await client.query(
  `CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY);
   INSERT INTO a SELECT generate_series(1, 1000); INSERT INTO b SELECT generate_series(1, 1000);
   CREATE ROLE reader LOGIN; GRANT SELECT ON b TO reader;
   CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql STABLE AS
     $$ BEGIN PERFORM pg_advisory_lock_shared(7); PERFORM pg_advisory_unlock_shared(7); RETURN true; END $$`,
);
const standby = await startStandby(primary);
afterAll(() => standby.stop());

function jobFile(name: string, text: string): string {
  const file = path.join(directory, `${name}.yaml`);
  writeFileSync(file, text);
  return file;
}

test('sources of two connections, of two roles even, show the same moment of their database', async () => {
  const file = jobFile(
    'two-roles',
    `name: two-roles
connections:
  one: {type: postgres, url: "${primary.url}"}
  two: {type: postgres, url: "${primary.url.replace('postgres@127.0.0.1', 'reader@localhost')}"}
sources:
  a: {connection: one, table: a, where: "(SELECT gate())", split: {count: 4}}
  b: {connection: two, table: b, split: {count: 4}}
steps:
  - {union: [a, b]}
sinks:
  out: {type: blackhole}
`,
  );
  await client.query('SELECT pg_advisory_lock(7)');
  const running = runJobFile([file, '-p', '1']);
  for (;;) {
    const { rowCount } = await client.query("SELECT FROM pg_stat_activity WHERE wait_event = 'advisory'");
    if (rowCount! > 0) break;
  }
  const { rows } = await client.query<{ user: string }>(
    "SELECT DISTINCT usename AS user FROM pg_stat_activity WHERE application_name LIKE '%/snapshot' ORDER BY 1",
  );
  expect(rows.map(({ user }) => user)).toEqual(['postgres', 'reader']);
  await client.query('INSERT INTO a SELECT generate_series(1001, 1100); DELETE FROM b WHERE id <= 500');
  await client.query('SELECT pg_advisory_unlock(7)');
  const { code, end } = await running;
  expect([code, end.rows.written]).toEqual([0, 2000]);
});

test('a standby can share a snapshot, too: explain says so, and the run reads all rows', async () => {
  const file = jobFile(
    'standby',
    `name: standby
connections: {db: {type: postgres, url: "${standby.url}"}}
sources: {a: {connection: db, query: "SELECT id, pg_is_in_recovery() AS r FROM a WHERE id <= 1000", split: {column: id, count: 6}}}
steps: [{filter: r}]
sinks: {out: {type: blackhole}}
`,
  );
  const { stdout } = await runEtl(['explain', file, '--json']);
  expect((JSON.parse(stdout) as { sources: unknown }).sources).toMatchObject({ a: { consistency: 'run-snapshot' } });
  const { code, end } = await runJobFile([file, '-p', '3']);
  expect([code, end.rows.written]).toEqual([0, 1000]);
});

test('where no snapshot can be exported, explain says `split` and why, and who demands one is refused', async () => {
  await client.query('CREATE DATABASE guarded');
  await client.query('CREATE ROLE guest LOGIN');
  const admin = new pg.Client(primary.url.replace(/postgres$/, 'guarded'));
  await admin.connect();
  await admin.query(
    'CREATE TABLE a (id bigint PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 1000); GRANT SELECT ON a TO guest; REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM PUBLIC',
  );
  await admin.end();
  const url = primary.url.replace('postgres@', 'guest@').replace(/postgres$/, 'guarded');
  const job = (extra: string): string =>
    jobFile(
      'guarded',
      `name: guarded
connections: {db: {type: postgres, url: "${url}"}}
sources: {a: {connection: db, table: a, split: {count: 4}${extra}}}
sinks: {out: {type: blackhole}}
`,
    );
  const { stdout } = await runEtl(['explain', job(''), '--json']);
  expect((JSON.parse(stdout) as { sources: unknown }).sources).toMatchObject({
    a: {
      consistency: 'split-snapshot',
      notes: [expect.stringMatching(/each split reads as of its own start: .*permission denied for function/)],
    },
  });
  const { code, end } = await runJobFile([job(''), '-p', '2']);
  expect([code, end.rows.written]).toEqual([0, 1000]);
  const refused = await runEtl(['run', job(', consistency: snapshot')]);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('source a: the server cannot share a snapshot');
});

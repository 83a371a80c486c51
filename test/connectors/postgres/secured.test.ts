import { chownSync, copyFileSync, chmodSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { startPostgres } from '../../../scripts/servers.mjs';
import type { JsonObject } from '../../../src/connectors/connector.js';
import { source } from '../../../src/connectors/postgres/source.js';
import { block, everything, openCatalog, planOnce, readOptions, readRows, slotContext } from './read-all.js';

const certificates = fileURLToPath(new URL('../../fixtures/tls', import.meta.url));
const authority = path.join(certificates, 'authority.crt');

/** A server with TLS (its certificate is for `localhost` only) that asks every role but postgres for a password. */
const server = await startPostgres();
afterAll(() => server.stop());
const admin = new pg.Client(server.url);
await admin.connect();
afterAll(() => admin.end());
const data = path.join(server.dir, 'data');
const owner = statSync(data);
for (const name of ['server.crt', 'server.key']) {
  copyFileSync(path.join(certificates, name), path.join(data, name));
  chownSync(path.join(data, name), owner.uid, owner.gid);
  chmodSync(path.join(data, name), 0o600);
}
writeFileSync(path.join(data, 'pg_hba.conf'), 'host all postgres all trust\nhostssl all all all scram-sha-256\n');
await admin.query("CREATE ROLE reader LOGIN PASSWORD 'p%ss/w@rd'");
await admin.query('ALTER SYSTEM SET ssl = on');
await admin.query('SELECT pg_reload_conf()');
for (;;) {
  const { rows } = await admin.query<{ ssl: string }>('SHOW ssl');
  if (rows[0].ssl === 'on') break;
}

const reader = { host: 'localhost', port: server.port, database: 'postgres', user: 'reader', password: 'p%ss/w@rd' };
const query = block({
  query:
    "SELECT i, repeat('x', 50) AS t, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) FROM generate_series(1, 50000) i",
});

test.each<[string, JsonObject]>([
  ['the default', {}],
  ['require', { sslmode: 'require' }],
  ['verify-ca', { sslmode: 'verify-ca', sslrootcert: authority, host: '127.0.0.1' }],
  ['verify-full', { sslmode: 'verify-full', sslrootcert: authority }],
])('reads over TLS with %s', async (_, changes) => {
  const rows = await readRows(await planOnce({ ...reader, ...changes }, query));
  expect([rows.length, rows[0][2]]).toEqual([50000, 't']);
});

test('a URL carries the same: password encoded, sslmode behind the question mark', async () => {
  const url = `postgres://reader:${encodeURIComponent(reader.password)}@localhost:${server.port}/postgres?sslmode=require`;
  expect(await readRows(await planOnce({ url }, query))).toHaveLength(50000);
});

test.each<[string, JsonObject, RegExp]>([
  ['an unknown authority', { sslmode: 'verify-full' }, /certificate/],
  [
    'a certificate for another host',
    { sslmode: 'verify-full', sslrootcert: authority, host: '127.0.0.1' },
    /altnames|Host|IP/,
  ],
  ['no TLS where it is demanded', { sslmode: 'disable' }, /no pg_hba.conf entry/],
  ['a wrong password', { password: 'wr%ng' }, /password authentication failed/],
  ['no password', { password: '' }, /password/],
])('%s is refused, and is nothing to try again', async (_, changes, message) => {
  const error: unknown = await openCatalog({ ...reader, ...changes }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ETL-4104', kind: 'auth', message: expect.stringMatching(message) as unknown });
  expect(JSON.stringify(error)).not.toMatch(/wr%ng|p%ss/);
});

test('a cancel goes over TLS, too', async () => {
  const plan = await planOnce(reader, block({ query: 'SELECT pg_sleep(60)::text AS s' }));
  const slot = await source.openSource(plan.params, slotContext());
  const controller = new AbortController();
  const reading = slot
    .read(everything, readOptions({ signal: controller.signal }))
    [Symbol.asyncIterator]()
    .next();
  const sleepers = async (): Promise<number> =>
    (await admin.query("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).rowCount!;
  while ((await sleepers()) === 0) continue;
  controller.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
  while ((await sleepers()) > 0) continue;
  await slot.close();
});

/** Ways to reach a Redis, and who may write to it. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ownRedis, rows, schema, strings } from './own-redis.js';
import { writeAll, type HarnessOptions } from './sink-harness.js';

test('accounts: wrong password, no permission, ACL user', async () => {
  const { server, client } = await ownRedis();
  await client.call(
    'ACL',
    'SETUSER',
    'writer',
    'on',
    '>pa ss',
    '~k:*',
    '+set',
    '+select',
    '+client|setname',
    '+client|id',
    '+info',
  );
  await client.call('ACL', 'SETUSER', 'narrow', 'on', '>secret', '~k:*', '+set');
  const login = (user: string, password: string): HarnessOptions => ({ connection: { username: user, password } });
  expect((await writeAll(server.url, schema, strings, [rows(0, 5)], login('writer', 'pa ss'))).written).toBe(5);
  expect(
    (await writeAll(`redis://narrow:secret@127.0.0.1:${server.port}`, schema, strings, [rows(0, 5)])).written,
  ).toBe(5);
  await expect(writeAll(server.url, schema, strings, [rows(0, 5)], login('writer', 'wrong'))).rejects.toMatchObject({
    code: 'ETL-4204',
    message: expect.stringContaining('WRONGPASS') as string,
  });
  await expect(
    writeAll(server.url, schema, { ...strings, key: 'other:{id}' }, [rows(0, 5)], login('writer', 'pa ss')),
  ).rejects.toMatchObject({ code: 'ETL-4204', message: expect.stringContaining('NOPERM') as string });
  await client.config('SET', 'requirepass', 'x');
  await expect(writeAll(server.url, schema, strings, [rows(0, 5)])).rejects.toMatchObject({
    code: 'ETL-4204',
    message: expect.stringContaining('NOAUTH') as string,
  });
});

test('UNIX socket, database number, TLS', async () => {
  const { server, client } = await ownRedis();
  for (const url of [path.join(server.dir, 'redis.sock'), `unix://${server.dir}/redis.sock`]) {
    expect((await writeAll(url, schema, strings, [rows(0, 5)], { connection: { database: 3 } })).written).toBe(5);
  }
  await client.select(3);
  expect(await client.dbsize()).toBe(5);
  await expect(writeAll(`redis://127.0.0.1:${server.port}/99`, schema, strings, [rows(0, 5)])).rejects.toMatchObject({
    code: 'ETL-4206',
  });

  const file = (name: string): string => path.join(server.dir, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('cert.pem')], { stdio: 'ignore' }); // prettier-ignore
  const tlsArgs = [
    '--tls-cert-file',
    file('cert.pem'),
    '--tls-key-file',
    file('key.pem'),
    '--tls-ca-cert-file',
    file('cert.pem'),
    '--tls-auth-clients',
    'yes',
  ];
  for (let i = 0; i < tlsArgs.length; i += 2) await client.config('SET', tlsArgs[i].slice(2), tlsArgs[i + 1]);
  const port = server.port + 20_000 > 65_535 ? server.port - 20_000 : server.port + 20_000;
  await client.config('SET', 'tls-port', port);
  const tls = { ca: file('cert.pem'), cert: file('cert.pem'), key: file('key.pem') };
  const sink = await writeAll(`rediss://localhost:${port}/4`, schema, strings, [rows(0, 9000), rows(9000, 20_000)], {
    connection: { tls },
  });
  expect(sink.written).toBe(20_000);
  await client.select(4);
  expect(await client.dbsize()).toBe(20_000);
  await expect(writeAll(`rediss://127.0.0.1:${port}`, schema, strings, [rows(0, 5)])).rejects.toMatchObject({
    code: 'ETL-4201',
    message: expect.stringContaining('self-signed') as string,
  });
});

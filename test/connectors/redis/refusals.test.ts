/** What a server says when it is there but does not take writes: each provoked on a real one, with the rows of a calm run after it. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { findProgram } from '../../../scripts/servers.mjs';
import { cleanups, content, ownRedis, rows, schema, strings, writeWhile } from './own-redis.js';
import { openSink, writeAll } from './sink-harness.js';

const batches = [rows(0, 3000), rows(2000, 4000, 'later')];

/** What a calm run leaves, taken before the server is made to refuse. */
async function goldenRun(url: string, client: Redis): Promise<Record<string, string>> {
  await writeAll(url, schema, strings, batches);
  const golden = await content(client);
  expect(Object.keys(golden)).toHaveLength(4000);
  await client.flushall();
  return golden;
}

test('LOADING: a server that reads its snapshot is waited for (F47)', async () => {
  const { server, client } = await ownRedis();
  const golden = await goldenRun(server.url, client);
  for (let i = 0; i < 1000; i++) await client.set(`old:${i}`, randomBytes(1100));
  await client.save();
  process.kill(server.pid, 'SIGKILL');
  await once(client, 'close');
  const slow = ['--key-load-delay', '20000', '--loading-process-events-interval-bytes', '1024'];
  const again = spawn(findProgram('redis-server')!, [path.join(server.dir, 'redis.conf'), ...slow], {
    cwd: server.dir,
    stdio: 'ignore',
  });
  const gone = once(again, 'exit');
  cleanups.push(async () => {
    again.kill('SIGKILL');
    await gone;
  });
  // ioredis holds commands back while a server loads, unless it is told not to look.
  const blunt = new Redis(server.url, { enableReadyCheck: false });
  blunt.on('error', () => undefined);
  cleanups.push(() => Promise.resolve(blunt.disconnect()));
  const isLoading = (): Promise<boolean> => blunt.get('x').then(() => false, (error: Error) => error.message.startsWith('LOADING')); // prettier-ignore
  while (!(await isLoading())) continue;
  const sink = await writeWhile(server.url, batches, strings, {}, (line) => {
    if (line.includes('LOADING')) void blunt.config('SET', 'key-load-delay', 0);
  });
  expect(sink.log[0]).toContain('LOADING Redis is loading the dataset in memory');
  expect(sink).toMatchObject({ written: 5000, rejected: [] });
  expect(await content(client, 'k:*')).toEqual(golden);
});

test('MASTERDOWN: a replica whose master is gone is waited for until it is promoted (F47)', async () => {
  const { server, client } = await ownRedis();
  const golden = await goldenRun(server.url, client);
  await client.config('SET', 'replica-read-only', 'no');
  await client.config('SET', 'replica-serve-stale-data', 'no');
  await client.call('REPLICAOF', '127.0.0.1', '1');
  const sink = await writeWhile(server.url, batches, strings, {}, (line) => {
    if (line.includes('MASTERDOWN')) void client.call('REPLICAOF', 'NO', 'ONE');
  });
  expect(sink.log[0]).toContain('MASTERDOWN');
  expect(sink).toMatchObject({ written: 5000, rejected: [] });
  expect(await content(client)).toEqual(golden);
});

test('NOREPLICAS: a server that wants replicas is waited for', async () => {
  const { server, client } = await ownRedis();
  const golden = await goldenRun(server.url, client);
  await client.config('SET', 'min-replicas-to-write', 1);
  const sink = await writeWhile(server.url, batches, strings, {}, (line) => {
    if (line.includes('NOREPLICAS')) void client.config('SET', 'min-replicas-to-write', 0);
  });
  expect(sink.log[0]).toContain('NOREPLICAS');
  expect(sink).toMatchObject({ written: 5000, rejected: [] });
  expect(await content(client)).toEqual(golden);
});

test('CLUSTERDOWN: a node without slots is waited for (F47)', async () => {
  const { server, client } = await ownRedis('--cluster-enabled', 'yes');
  const sink = await writeWhile(server.url, batches, strings, {}, (line) => {
    if (line.includes('CLUSTERDOWN')) void client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  });
  expect(sink.log[0]).toContain('CLUSTERDOWN');
  expect(sink).toMatchObject({ written: 5000, rejected: [] });
  expect(await client.dbsize()).toBe(4000);
});

test.each(['at the start', 'in the middle'])('max clients %s: waits for room (F50)', async (moment) => {
  const { server, client } = await ownRedis();
  const golden = await goldenRun(server.url, client);
  // One client is ours.
  const full = async (): Promise<unknown> => client.config('SET', 'maxclients', 1);
  if (moment === 'at the start') await full();
  const sink = await openSink(server.url, schema, strings, {}, (line) => {
    if (line.includes('max number of clients')) void client.config('SET', 'maxclients', 100);
  });
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  await sink.writer.write(batches[0]);
  if (moment === 'in the middle') {
    await full();
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  }
  await sink.writer.write(batches[1]);
  await sink.writer.endSplit();
  await sink.writer.close();
  expect(sink.log.join()).toContain('ERR max number of clients reached; waits');
  expect(sink).toMatchObject({ written: 5000, rejected: [] });
  expect(await content(client)).toEqual(golden);
});

test('max clients: a slot without work gives its connection to one that waits (F50)', async () => {
  const { server, client } = await ownRedis();
  const first = await openSink(server.url, schema, strings);
  await first.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  await first.writer.write(batches[0]);
  await client.config('SET', 'maxclients', 2);
  const second = openSink(server.url, schema, strings);
  await first.writer.endSplit();
  const sink = await second;
  await sink.writer.beginSplit({ vertex: 'v', split: 1, attempt: 1 });
  await sink.writer.write(batches[1]);
  await sink.writer.endSplit();
  await sink.writer.close();
  await first.writer.close();
  expect([first.written, sink.written]).toEqual([3000, 2000]);
});

test('NOPERM in the middle: ends at once, with what was written counted (P6)', async () => {
  const { server, client } = await ownRedis();
  await client.call('ACL', 'SETUSER', 'writer', 'on', '>secret', '~*', '+@all');
  const sink = await openSink(server.url, schema, strings, { connection: { username: 'writer', password: 'secret' } });
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  await sink.writer.write(rows(0, 1000));
  while ((await client.dbsize()) < 1000) continue;
  await client.call('ACL', 'SETUSER', 'writer', '-set');
  await sink.writer.write(rows(1000, 2000));
  await expect(sink.writer.endSplit()).rejects.toMatchObject({
    code: 'ETL-4204',
    message: expect.stringContaining('NOPERM') as string,
  });
  await sink.writer.abortSplit();
  await sink.writer.close();
  expect(sink.written).toBe(1000);
  expect(await client.dbsize()).toBe(1000);
});

test('a server that is too old is told so before a row is written', async () => {
  const { client, proxyTo } = await ownRedis();
  const proxy = await proxyTo();
  const url = `redis://127.0.0.1:${proxy.port}`;
  const old = { toClient: { replace: [/redis_version:\d/, 'redis_version:5'] } } as const;
  proxy.plan(old, old, old);
  await expect(writeAll(url, schema, strings, [rows(0, 5)])).rejects.toMatchObject({
    code: 'ETL-4206',
    message: expect.stringMatching(/^Redis .* is version 5\.\S+; this sink needs 6\.2 or newer$/) as string,
  });
  await expect(
    writeAll(url, schema, { key: 'k:{id}', value: { string: 'body' }, keepTtl: true }, [rows(0, 5)]),
  ).rejects.toMatchObject({ code: 'ETL-4206', message: expect.stringContaining('needs 6.0') as string });
  expect(await client.dbsize()).toBe(0);
  // Without an expiry nothing new is asked of it.
  expect((await writeAll(url, schema, { key: 'k:{id}', value: { string: 'body' } }, [rows(0, 5)])).written).toBe(5);
});

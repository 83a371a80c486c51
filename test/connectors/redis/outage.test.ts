/** The redis sink while its server refuses, freezes, vanishes: pauses, then sends again what was not acknowledged. */
import { mkdirSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { findProgram } from '../../../scripts/servers.mjs';
import { cleanups, content, ownRedis, rows, schema, strings, writeWhile } from './own-redis.js';
import { RUN_MS, openSink, writeAll } from './sink-harness.js';

test('a connection that is cut after any number of replies: content and expiry as without the cut (F40-F42, F54)', async () => {
  const { server, client, proxyTo } = await ownRedis();
  const batches = [rows(0, 500), rows(250, 700, 'second'), rows(700, 702)];
  await writeAll(server.url, schema, strings, batches);
  const golden = await content(client);
  expect(Object.keys(golden)).toHaveLength(702);
  const proxy = await proxyTo();
  const url = `redis://127.0.0.1:${proxy.port}`;
  // The handshake's replies come first, INFO above all.
  const handshake = Buffer.byteLength(await client.info()) + 100;
  for (const cutAfter of [
    1,
    40,
    handshake,
    handshake + 1,
    handshake + 133,
    handshake + 1500,
    handshake + 2503,
    handshake + 4000,
  ]) {
    await client.flushall();
    proxy.plan({}, { toClient: { cutAfter } }, { toClient: { cutAfter: handshake + 700 } });
    const sink = await openSink(url, schema, strings);
    proxy.cutAll();
    await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
    for (const batch of batches) await sink.writer.write(batch);
    await sink.writer.endSplit();
    await sink.writer.close();
    expect(sink.written).toBe(952);
    expect(await content(client)).toEqual(golden);
  }
});

test('requests that are cut off are sent again (F40)', async () => {
  const { client, proxyTo } = await ownRedis();
  const proxy = await proxyTo();
  for (const value of [{ hash: ['body'] }, { set: 'body' }]) {
    await client.flushall();
    proxy.plan(
      { toServer: { cutAfter: 30_000 } },
      { toServer: { cutAfter: 700_000 } },
      { toClient: { cutAfter: 20_000 } },
    );
    const sink = await writeAll(`redis://127.0.0.1:${proxy.port}`, schema, { ...strings, value }, [
      rows(0, 3000),
      rows(3000, 6000),
    ]);
    expect(sink.written).toBe(6000);
    expect(sink.rejected).toEqual([]);
    expect(await client.dbsize()).toBe(6000);
    const expiries = await Promise.all(Array.from({ length: 6000 }, (_, id) => client.pexpiretime(`k:${id}`)));
    expect(expiries.every((ms) => ms > RUN_MS)).toBe(true);
  }
  expect(proxy.connections).toBeGreaterThanOrEqual(6);
});

test('a server without memory: waits, goes on when there is some, and writes every row once (F43)', async () => {
  const { server, client } = await ownRedis('--maxmemory-policy', 'noeviction');
  await client.config('SET', 'maxmemory', 1);
  const sink = await writeWhile(
    server.url,
    [rows(0, 4000), rows(3000, 8000, 'later')],
    { ...strings, maxInFlight: 2 },
    {},
    (line) => {
      if (line.includes('OOM')) void client.config('SET', 'maxmemory', 0);
    },
  );
  expect(sink.written).toBe(9000);
  expect(sink.log[0]).toContain('OOM command not allowed when used memory');
  expect(sink.log[1]).toContain('takes writes again');
  expect(await client.get('k:3000')).toBe('3000later');
  expect(await client.dbsize()).toBe(8000);
});

test('memory that comes and goes in mid-batch: of two rows with one key the later wins (F43)', async () => {
  const { server, client } = await ownRedis('--maxmemory-policy', 'noeviction');
  const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1]);
  await client.config('SET', 'maxmemory', used + 3_000_000);
  // Every key twice: first large, then small; the small ones fit where the large ones no longer do.
  const batches = Array.from({ length: 20 }, (_, i) => [
    rows(i * 50, i * 50 + 50, 'L'.repeat(5000)),
    rows(i * 50, i * 50 + 50, 's'),
  ]).flat();
  let times = 0;
  const sink = await writeWhile(server.url, batches, strings, {}, (line) => {
    if (line.includes('OOM')) void client.config('SET', 'maxmemory', used + 3_000_000 + 1_000_000 * ++times);
  });
  expect(sink.written).toBe(2000);
  const values = await client.mget(Array.from({ length: 1000 }, (_, id) => `k:${id}`));
  expect(values).toEqual(Array.from({ length: 1000 }, (_, id) => `${id}s`));
});

test('memory that never comes: ETL-4205 with the figures (F43)', async () => {
  const { server, client } = await ownRedis('--maxmemory-policy', 'noeviction');
  await client.config('SET', 'maxmemory', '1mb');
  await expect(
    writeAll(server.url, schema, strings, [rows(0, 20_000)], { settings: { 'sink.outage.budget': 300 } }),
  ).rejects.toMatchObject({
    code: 'ETL-4205',
    message: expect.stringMatching(
      /^Redis 127\.0\.0\.1:\d+ refused writes for \d\.\ds: OOM \(used_memory [\d.]+M of maxmemory 1\.00M\)$/,
    ) as string,
  });
});

test('a replica in place of the master: waits until it is promoted (F44)', async () => {
  const { server, client } = await ownRedis();
  await client.call('REPLICAOF', '127.0.0.1', '1');
  const sink = await writeWhile(
    server.url,
    [rows(0, 5000)],
    { key: 'k:{id}', value: { hash: ['body'] } },
    {},
    (line) => {
      if (line.includes('READONLY')) void client.call('REPLICAOF', 'NO', 'ONE');
    },
  );
  expect(sink.written).toBe(5000);
  expect(await client.dbsize()).toBe(5000);
});

test('a server that has forgotten the script of sets with a lifetime: it is loaded again', async () => {
  const { server, client } = await ownRedis();
  const block = { key: 'k:{id}', value: { set: 'body' }, ttl: '1h' };
  const sink = await openSink(server.url, schema, block);
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  await sink.writer.write(rows(0, 100));
  await client.script('FLUSH');
  await sink.writer.write(rows(100, 200));
  await sink.writer.endSplit();
  await sink.writer.close();
  expect(sink.written).toBe(200);
  expect(sink.rejected).toEqual([]);
  expect(sink.log[0]).toContain('NOSCRIPT');
  const expiries = await Promise.all(Array.from({ length: 200 }, (_, id) => client.pexpiretime(`k:${id}`)));
  expect(new Set(expiries)).toEqual(new Set([RUN_MS + 3_600_000]));
});

test('a server busy with a script: waits until the script is killed (F47)', async () => {
  const { server, client } = await ownRedis('--busy-reply-threshold', '1');
  const sink = await openSink(server.url, schema, strings);
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  const endless = new Redis(server.url, { retryStrategy: () => null });
  const script = endless.eval('while true do end', 0).catch((error: Error) => error.message);
  cleanups.push(() => Promise.resolve(endless.disconnect()));
  while (!(await client.get('x').then(() => false, (error: Error) => error.message.startsWith('BUSY')))) continue; // prettier-ignore
  const push = sink.log.push.bind(sink.log);
  sink.log.push = (line: string) => {
    if (line.includes('BUSY')) void client.call('SCRIPT', 'KILL');
    return push(line);
  };
  await sink.writer.write(rows(0, 3000));
  await sink.writer.endSplit();
  expect(await script).toContain('Script killed');
  expect(sink.written).toBe(3000);
  await sink.writer.close();
});

test('a server that cannot save: checked once, then told with the cure (F48)', async () => {
  const { server, client } = await ownRedis();
  mkdirSync(path.join(server.dir, 'dump.rdb'));
  await client.config('SET', 'save', '3600 1');
  await client.set('x', 1);
  await client.bgsave();
  while (!(await client.info('persistence')).includes('rdb_last_bgsave_status:err')) continue;
  await expect(writeAll(server.url, schema, strings, [rows(0, 10)])).rejects.toMatchObject({
    code: 'ETL-4207',
    message: expect.stringContaining('MISCONF') as string,
    hint: expect.stringContaining('BGSAVE') as string,
  });
  // With a save pending it would not stop either.
  await client.config('SET', 'save', '');
});

test('a frozen server: the connection is given up, and the rows are written when it wakes (F49)', async () => {
  const { server, client } = await ownRedis();
  const sink = await openSink(server.url, schema, strings, { settings: { 'sink.idle.timeout': 300 } });
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  process.kill(server.pid, 'SIGSTOP');
  const push = sink.log.push.bind(sink.log);
  sink.log.push = (line: string) => {
    if (line.includes('no reply')) process.kill(server.pid, 'SIGCONT');
    return push(line);
  };
  await sink.writer.write(rows(0, 8000, 'first'));
  await sink.writer.write(rows(0, 8000, 'second'));
  await sink.writer.endSplit();
  expect(sink.written).toBe(16_000);
  expect(sink.log.join()).toContain('no reply for');
  expect(sink.waitedMs).toBeGreaterThan(0);
  const values = await client.mget(Array.from({ length: 8000 }, (_, id) => `k:${id}`));
  expect(values.every((value, id) => value === `${id}second`)).toBe(true);
  await sink.writer.close();
});

test('replies that vanish: the silence is noticed and the rows are sent again (F41)', async () => {
  const { client, proxyTo } = await ownRedis();
  const proxy = await proxyTo();
  proxy.plan({ toClient: { swallowAfter: 7000 } });
  const sink = await writeAll(`redis://127.0.0.1:${proxy.port}`, schema, strings, [rows(0, 3000)], {
    settings: { 'sink.idle.timeout': 300 },
  });
  expect(sink.written).toBe(3000);
  expect(await client.dbsize()).toBe(3000);
});

test('a server that is killed and started again while rows are written (F46)', async () => {
  const { server, proxyTo } = await ownRedis();
  const proxy = await proxyTo();
  const sink = await openSink(`redis://127.0.0.1:${proxy.port}`, schema, strings);
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  await sink.writer.write(rows(0, 5000));
  process.kill(server.pid, 'SIGKILL');
  let again: ReturnType<typeof spawn> | null = null;
  const push = sink.log.push.bind(sink.log);
  sink.log.push = (line: string) => {
    again ??= spawn(findProgram('redis-server')!, [path.join(server.dir, 'redis.conf')], {
      cwd: server.dir,
      stdio: 'ignore',
    });
    return push(line);
  };
  for (let i = 1; i < 10; i++) await sink.writer.write(rows(i * 5000, (i + 1) * 5000));
  await sink.writer.endSplit();
  expect(sink.written).toBe(50_000);
  await sink.writer.close();
  const client = new Redis(server.url);
  // What was acknowledged before the kill is gone with the memory of that server; everything after it is there.
  expect(await client.exists('k:49999')).toBe(1);
  expect(await client.dbsize()).toBeGreaterThanOrEqual(45_000);
  client.disconnect();
  const gone = once(again!, 'exit');
  again!.kill('SIGKILL');
  await gone;
});

test('a server that stays away: ETL-4205; one that is not there at the start: ETL-4201', async () => {
  const { server, proxyTo } = await ownRedis();
  const proxy = await proxyTo();
  const sink = await openSink(`redis://127.0.0.1:${proxy.port}`, schema, strings, {
    settings: { 'sink.outage.budget': 200 },
  });
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  await proxy.stop();
  const write = async (): Promise<void> => {
    await sink.writer.write(rows(0, 10));
    await sink.writer.endSplit();
  };
  await expect(write()).rejects.toMatchObject({
    code: 'ETL-4205',
    message: expect.stringContaining('could not be reached for') as string,
  });
  await sink.writer.abortSplit();
  await sink.writer.close();
  await expect(openSink(`redis://127.0.0.1:${proxy.port}`, schema, strings)).rejects.toMatchObject({
    code: 'ETL-4201',
  });
  await server.stop();
});

test('a cancelled run does not wait for a server that is away', async () => {
  const { proxyTo } = await ownRedis();
  const proxy = await proxyTo();
  const sink = await openSink(`redis://127.0.0.1:${proxy.port}`, schema, strings);
  const abort = new AbortController();
  const push = sink.log.push.bind(sink.log);
  sink.log.push = (line: string) => {
    abort.abort();
    return push(line);
  };
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 }, abort.signal);
  await proxy.stop();
  await expect(sink.writer.write(rows(0, 10)).then(() => sink.writer.endSplit())).rejects.toThrow(
    'stopped while it waited',
  );
  await sink.writer.abortSplit();
  await sink.writer.close();
});

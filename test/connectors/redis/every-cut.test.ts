/** F41, F42: the connection is reset at each byte of the replies, so after every k of them; each form must come out as without. */
import { type Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { EtlError } from '../../../src/errors/etl-error.js';
import { startCuttingProxy } from './cutting-proxy.js';
import { cleanups, ownRedis, rows, schema } from './own-redis.js';
import { openSink } from './sink-harness.js';

const batches = [rows(0, 8, 'first'), rows(4, 12, 'second')];
const AT_ONCE = 16;

/** Type, members and expiry of every key below `prefix`. */
async function dump(client: Redis, prefix: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const key of (await client.keys(`${prefix}*`)).sort()) {
    const type = await client.type(key);
    const value = {
      string: () => client.get(key),
      hash: () => client.hgetall(key),
      set: async () => (await client.smembers(key)).sort(),
      zset: () => client.zrange(key, 0, -1, 'WITHSCORES'),
    }[type]!();
    found[key.slice(prefix.length)] = [await value, await client.pexpiretime(key)];
  }
  return found;
}

test.each([
  ['string', { value: { string: 'body' }, ttl: '1h' }, 5],
  ['hash', { value: { hash: ['id', 'body'] }, ttl: '1h' }, 45],
  ['set', { value: { set: 'body' }, ttl: '1h' }, 4],
  ['zset', { value: { zset: { member: 'body', score: 'id' } }, ttl: '1h' }, 4],
])('%s', async (_form, block, replyBytes) => {
  const { server, client } = await ownRedis();
  const run = async (port: number, prefix: string): Promise<number> => {
    const sink = await openSink(`redis://127.0.0.1:${port}`, schema, { ...block, key: `${prefix}{id}` });
    await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
    for (const batch of batches) await sink.writer.write(batch);
    await sink.writer.endSplit();
    await sink.writer.close();
    expect(sink.rejected).toEqual([]);
    return sink.written;
  };
  await run(server.port, 'golden:');
  const golden = await dump(client, 'golden:');
  expect(Object.keys(golden)).toHaveLength(12);
  // The handshake's INFO has some hundred bytes more or less from one connection to the next: the cuts begin before its end.
  const handshake = Buffer.byteLength(await client.info()) + 50;
  const cuts = Array.from({ length: 300 + 16 * replyBytes }, (_, i) => handshake + i).filter(
    (_, i) => replyBytes < 10 || i % 5 === 0,
  );
  for (let from = 0; from < cuts.length; from += AT_ONCE) {
    await Promise.all(
      cuts.slice(from, from + AT_ONCE).map(async (cutAfter) => {
        const proxy = await startCuttingProxy(server.port);
        cleanups.push(proxy.stop);
        proxy.plan({ toClient: { cutAfter } });
        const prefix = `${cutAfter}:`;
        // A cut within the handshake is an attempt that fails before it writes; it is then made again.
        const written = await run(proxy.port, prefix).catch((error: unknown) => {
          if (error instanceof EtlError && error.code === 'ETL-4201') return run(proxy.port, prefix);
          throw error;
        });
        expect(written, `cut after ${cutAfter} bytes`).toBe(16);
        expect(await dump(client, prefix), `cut after ${cutAfter} bytes`).toEqual(golden);
      }),
    );
  }
});

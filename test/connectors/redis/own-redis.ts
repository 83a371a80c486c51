/** What the tests of outages and connections share: servers that they may break, and rows to write. */
import { Redis } from 'ioredis';
import { afterEach } from 'vitest';
import { startRedis, type Server } from '../../../scripts/servers.mjs';
import type { Batch } from '../../../src/columnar/batch.js';
import { startCuttingProxy } from './cutting-proxy.js';
import { batchOf, schemaOf } from './sink-harness.js';

/** Done after each test, the last first. */
export const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A Redis of this test alone, stopped after it. */
export async function ownRedis(
  ...args: string[]
): Promise<{ server: Server; client: Redis; proxyTo: () => ReturnType<typeof startCuttingProxy> }> {
  const server = await startRedis({ args });
  const client = new Redis(server.url);
  client.on('error', () => undefined);
  cleanups.push(server.stop, () => Promise.resolve(client.disconnect()));
  const proxyTo = async (): ReturnType<typeof startCuttingProxy> => {
    const proxy = await startCuttingProxy(server.port);
    cleanups.push(proxy.stop);
    return proxy;
  };
  return { server, client, proxyTo };
}

export const schema = schemaOf({ id: 'int32', body: 'text' });
export const strings = { key: 'k:{id}', value: { string: 'body' }, ttl: '1h', ttlJitter: '5%' };

/** Rows of these ids. */
export function rows(from: number, to: number, body = 'x'.repeat(100)): Batch {
  return batchOf(
    schema,
    Array.from({ length: to - from }, (_, i) => [String(from + i), `${from + i}${body}`]),
  );
}

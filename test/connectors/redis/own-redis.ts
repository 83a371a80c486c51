/** What the tests of outages and connections share: servers that they may break, and rows to write. */
import { Redis } from 'ioredis';
import { afterEach } from 'vitest';
import { startRedis, type Server } from '../../../scripts/servers.mjs';
import type { Batch } from '../../../src/columnar/batch.js';
import { startCuttingProxy } from './cutting-proxy.js';
import { batchOf, openSink, schemaOf, type HarnessOptions, type OpenedSink } from './sink-harness.js';

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

/** One split; `onLog` hears what the sink tells while it waits. */
export async function writeWhile(
  url: string,
  batches: readonly Batch[],
  block: Record<string, unknown>,
  options: HarnessOptions,
  onLog: (line: string) => void,
): Promise<OpenedSink> {
  const sink = await openSink(url, schema, block, options, onLog);
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  for (const batch of batches) await sink.writer.write(batch);
  await sink.writer.endSplit();
  await sink.writer.close();
  return sink;
}

/** Values of string keys with their expiry. */
export async function content(client: Redis, pattern = '*'): Promise<Record<string, string>> {
  const keys = (await client.keys(pattern)).sort();
  const pipeline = client.pipeline();
  for (const key of keys) pipeline.get(key).pexpiretime(key);
  const replies = (await pipeline.exec())!.map(([, reply]) => String(reply));
  return Object.fromEntries(keys.map((key, i) => [key, `${replies[2 * i]} @${replies[2 * i + 1]}`]));
}

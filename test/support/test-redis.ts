/**
 * An emptied database number of one test file's own, on the Redis of this test run. A connection to it that is still
 * there after the file fails the file.
 */
import { Redis } from 'ioredis';
import { afterAll, inject } from 'vitest';
import { withCanary } from './canary.js';
import { lastingLeaks, noteLeaks } from './leaks.js';

export interface TestRedis {
  /** With a password in it that must not be seen (`canary.ts`). */
  readonly url: string;
  readonly client: Redis;
}

/** Call at the top level of a test file. Takes the lowest number that no other file holds. */
export async function testRedis(): Promise<TestRedis> {
  const address = new URL(withCanary(inject('redisUrl'), 'default'));
  const registry = new Redis(address.href);
  const number = 1 + ((await registry.incr('etl-test:next-database')) % 255);
  registry.disconnect();
  address.pathname = `/${number}`;
  const client = new Redis(address.href);
  await client.flushdb();
  afterAll(async () => {
    await client.flushdb();
    const own = await client.client('ID');
    const connections = await lastingLeaks(async () => {
      const lines = String(await client.client('LIST'))
        .trim()
        .split('\n');
      return lines.filter((line) => line.includes(` db=${number} `) && !line.startsWith(`id=${own} `));
    });
    noteLeaks('connection to Redis', connections);
    client.disconnect();
  });
  return { url: address.href, client };
}

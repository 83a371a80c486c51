/** An emptied database number of one test file's own, on the Redis of this test run. */
import { Redis } from 'ioredis';
import { afterAll, inject } from 'vitest';

export interface TestRedis {
  readonly url: string;
  readonly client: Redis;
}

/** Call at the top level of a test file. Takes the lowest number that no other file holds. */
export async function testRedis(): Promise<TestRedis> {
  const address = new URL(inject('redisUrl'));
  const registry = new Redis(address.href);
  const number = 1 + ((await registry.incr('etl-test:next-database')) % 255);
  registry.disconnect();
  address.pathname = `/${number}`;
  const client = new Redis(address.href);
  await client.flushdb();
  afterAll(async () => {
    await client.flushdb();
    client.disconnect();
  });
  return { url: address.href, client };
}

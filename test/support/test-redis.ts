/**
 * A database number of one test file's own, empty at the start, on the Redis of this test run. A connection to it that
 * is still there after the file fails the file.
 */
import { Redis } from 'ioredis';
import { afterAll, inject } from 'vitest';
import { withCanary } from './canary.js';
import { lastingLeaks, noteLeaks } from './leaks.js';

/** A claim outlives a test file that never ends by no more than this. */
const CLAIM_MS = 3_600_000;

export interface TestRedis {
  /** With a password in it that must not be seen (`canary.ts`). */
  readonly url: string;
  readonly client: Redis;
}

/** Call at the top level of a test file. */
export async function testRedis(): Promise<TestRedis> {
  const address = new URL(withCanary(inject('redisUrl'), 'default'));
  const claims = new Redis(address.href);
  const number = await claimDatabase(claims);
  address.pathname = `/${number}`;
  const client = new Redis(address.href);
  afterAll(async () => {
    await client.flushdb();
    const own = await client.client('ID');
    const connections = await lastingLeaks(async () => {
      const lines = String(await client.client('LIST'))
        .trimEnd()
        .split('\n');
      return lines.filter((line) => line.includes(` db=${number} `) && !line.startsWith(`id=${own} `));
    });
    noteLeaks('connection to Redis', connections);
    await claims.del(claimOf(number));
    claims.disconnect();
    client.disconnect();
  });
  return { url: address.href, client };
}

/** The lowest number, above that of the URL, which nobody holds and which is empty: on a given server others live, too. */
async function claimDatabase(claims: Redis): Promise<number> {
  const home = claims.options.db ?? 0;
  const [, count] = (await claims.config('GET', 'databases')) as [string, string];
  for (let number = home + 1; number < Number(count); number++) {
    if ((await claims.set(claimOf(number), process.pid, 'PX', CLAIM_MS, 'NX')) === null) continue;
    const replies = await claims.multi().select(number).dbsize().select(home).exec();
    if (replies?.[1]?.[1] === 0) return number;
    await claims.del(claimOf(number));
  }
  throw new Error(`none of the ${count} databases of the test Redis is empty and free`);
}

function claimOf(number: number): string {
  return `etl-test:database:${number}`;
}

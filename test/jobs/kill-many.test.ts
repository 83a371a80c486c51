/**
 * P1, larger (a million rows are in packaging/demo): slots of jobs/pg-to-redis.yaml are killed while rows are under way,
 * and every key is there once, with the value and an expiry in the range that SQL says.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { sampleEventsSql } from '../../scripts/sample-events.mjs';
import { runJobFile } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';
import { testRedis } from '../support/test-redis.js';

const database = await testDatabase();
const redis = await testRedis();
const ROWS = 300_000;
const AT = '2090-01-01T03:00:00Z';
const HOUR_MS = 3_600_000;

beforeAll(() => database.query(sampleEventsSql(ROWS)));

/** Kills a slot, another one each time, whenever so many more keys are in Redis. */
async function killAt(keyCounts: readonly number[], run: ChildProcess): Promise<void> {
  for (const [i, keys] of keyCounts.entries()) {
    while ((await redis.client.dbsize()) < keys) if (run.exitCode !== null) return;
    const slots = readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
    process.kill(slots[i % slots.length]!, 'SIGKILL');
  }
}

test('three slots killed with SIGKILL leave exactly the right keys', { timeout: 300_000 }, async () => {
  let killer: Promise<void> | null = null;
  const env = { PG_URL: database.url, REDIS_URL: redis.url };
  const { code, end } = await runJobFile(['jobs/pg-to-redis.yaml', '-p', '5', '--at', AT], {
    env,
    onStart: (child) => (killer = killAt([ROWS / 10, ROWS / 3, ROWS / 2], child)),
  });
  await killer;
  expect([code, end.balance, end.rows]).toEqual([0, true, { read: ROWS, filtered: 0, rejected: 0, written: ROWS }]);
  expect(end.stages[0]!.retried).toBeGreaterThan(0);
  expect(await redis.client.dbsize()).toBe(ROWS);
  expect(await wrongKeys()).toEqual([]);
});

/** The first keys whose value or expiry is not what the table says. */
async function wrongKeys(): Promise<string[]> {
  const wrong: string[] = [];
  const centre = Date.parse(AT) + 24 * HOUR_MS;
  for (let from = 0; from < ROWS; from += 50_000) {
    const rows = await database.query(
      `SELECT 'event:' || (info->>'user') || ':' || id, id, info->>'user', info->>'kind', info->>'amount'
       FROM events WHERE id > ${from} AND id <= ${from + 50_000}`,
    );
    const pipeline = redis.client.pipeline();
    for (const [key] of rows) pipeline.get(key!).call('PEXPIRETIME', key!);
    const replies = (await pipeline.exec()) ?? [];
    for (const [i, [key, id, user, kind, amount]] of rows.entries()) {
      const value = replies[2 * i]![1] as string | null;
      const expiry = replies[2 * i + 1]![1] as number;
      const start = `{"id":${id},"user_id":"${user}","kind":"${kind}","amount":${Number(amount).toFixed(2)},"at":"`;
      if (!value?.startsWith(start) || Math.abs(expiry - centre) > 2.4 * HOUR_MS)
        wrong.push(`${key} = ${value}, ${expiry}`);
    }
    if (wrong.length > 5) break;
  }
  return wrong.slice(0, 5);
}

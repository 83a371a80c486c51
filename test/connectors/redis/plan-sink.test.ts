import { expect, test } from 'vitest';
import { redisConfig } from '../../../src/connectors/redis/config.js';
import { parseRedisAddress } from '../../../src/connectors/redis/redis-address.js';
import { planOf, schemaOf } from './sink-harness.js';

const schema = schemaOf({
  id: 'int64',
  name: 'text',
  score: 'float64',
  at: 'timestamptz',
  seconds: 'numeric',
  gap: 'interval',
});

async function shown(block: Record<string, unknown>): Promise<string> {
  try {
    const { description, columns, effect, notes } = await planOf('redis://h', schema, block);
    return [`${description} (${columns.join(', ')}; ${effect})`, ...notes].join(' · ');
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code ?? 'zod'} ${code === undefined ? (JSON.parse(message) as { message: string }[])[0].message : message}`;
  }
}

test('what the sink will do, and what to know of it', async () => {
  expect([
    await shown({ key: 'user:{id}' }),
    await shown({ key: 'user:{id}', ttl: '24h', ttlJitter: '10%' }),
    await shown({ key: 'user:{id}', ttl: 90, value: { json: ['name', 'id'] } }),
    await shown({ key: 'user:{id}', ttl: '90', value: { string: 'name' } }),
    await shown({ key: 'user:{id}', ttl: 'seconds', value: { hash: ['name'] } }),
    await shown({ key: 'user:{id}', expireAt: 'at', value: { set: 'name' } }),
    await shown({ key: 'user:{id}', keepTtl: true, value: { zset: { member: 'name', score: 'score' } } }),
    await shown({ key: 'user:{id}', keepTtl: true, value: { string: 'name' } }),
    await shown({ key: 'one key', ttl: '1d' }),
  ]).toMatchInlineSnapshot(`
    [
      "SET user:{id} json (id, name, score, at, seconds, gap; idempotent) · the keys never expire: no ttl, expireAt or keepTtl is given",
      "SET user:{id} json PXAT run + 1d00h ± 10% (id, name, score, at, seconds, gap; idempotent)",
      "SET user:{id} json PXAT run + 1m30s (id, name; idempotent)",
      "SET user:{id} string PXAT run + 1m30s (id, name; idempotent)",
      "DEL + HSET user:{id} + PEXPIREAT run + ttl (id, name, seconds; idempotent) · where ttl is NULL the key never expires",
      "SADD user:{id} + PEXPIREAT expireAt (id, name, at; idempotent) · where expireAt is NULL the key never expires",
      "ZADD user:{id} (id, name, score; idempotent)",
      "SET user:{id} string KEEPTTL (id, name; idempotent)",
      "SET one key json PXAT run + 1d00h (id, name, score, at, seconds, gap; idempotent) · every row is written to the same key",
    ]
  `);
});

test('what contradicts itself is refused with a sentence', async () => {
  expect([
    await shown({ key: 'k:{id}', ttl: '1h', keepTtl: true }),
    await shown({ key: 'k:{id}', ttl: '1h', expireAt: 'at' }),
    await shown({ key: 'k:{id}', ttlJitter: '10%' }),
    await shown({ key: 'k:{id}', ttl: '1h', ttlJitter: '100%' }),
    await shown({ key: 'k:{id}', ttl: '1h', ttlJitter: 'much' }),
    await shown({ key: 'k:{id}', ttl: '0s' }),
    await shown({ key: 'k:{id}', ttl: -5 }),
    await shown({ key: 'k:{id}', ttl: 'gap' }),
    await shown({ key: 'k:{id}', ttl: 'name' }),
    await shown({ key: 'k:{id}', expireAt: 'gap' }),
    await shown({ key: 'k:{id}', keepTtl: true, value: { hash: ['name'] } }),
    await shown({ key: 'k:{id}', value: { hash: ['nope'] } }),
    await shown({ key: 'k:{id}', value: { zset: { member: 'id', score: 'name' } } }),
    await shown({ key: 'k:{id}', value: { list: 'name' } }),
    await shown({ key: 'k:{id}', value: { stream: ['name'] } }),
    await shown({ key: 'k:{id}', value: 'xml' }),
    await shown({ key: 'k:{id', value: 'json' }),
    await shown({ key: 'k:{nope}' }),
  ]).toMatchInlineSnapshot(`
    [
      "ETL-4211 sink "cache": ttl and keepTtl contradict each other",
      "ETL-4211 sink "cache": ttl and expireAt contradict each other",
      "ETL-4211 sink "cache": ttlJitter spreads a ttl, and there is none",
      "ETL-4211 sink "cache": ttlJitter is a share of the ttl below 100%, such as 10%, not 100%",
      "ETL-4211 sink "cache": ttlJitter "much" is not a ratio; write a number, such as 0.4 or 40%",
      "ETL-4211 sink "cache": ttl must be more than 0",
      "ETL-4211 sink "cache": ttl must be more than 0",
      "ETL-4211 sink "cache": ttl is a duration (24h) or a number of seconds, not interval",
      "ETL-4211 sink "cache": ttl is a duration (24h) or a number of seconds, not text",
      "ETL-4211 sink "cache": expireAt is a timestamp, a date or seconds since 1970, not interval",
      "ETL-4211 sink "cache": keepTtl cannot be used with a hash, which is deleted before it is written again",
      "ETL-4211 sink "cache": its value names the column "nope", which does not arrive here",
      "ETL-4211 sink "cache": the score of a sorted set is a number, not text",
      "zod value: {list: …} is not written yet, because a repeated attempt would append twice; use hash, set or zset",
      "zod value: {stream: …} is not written yet, because a repeated attempt would append twice; use hash, set or zset",
      "zod value must be json, {json: [columns]}, {string: expression}, {hash: [columns]}, {set: expression} or {zset: {member, score}}",
      "zod the { at position 3 is not closed",
      "ETL-3002 there is no column "nope"",
    ]
  `);
});

test('addresses', () => {
  const address = (url: string, more: Record<string, unknown> = {}): unknown => {
    try {
      const { host, port, path, username, password, database, tls } = parseRedisAddress(
        redisConfig.connection.parse({ url, ...more }),
        '/jobs',
      );
      return [path ?? `${host}:${port}`, username, password, database, tls];
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(address('redis://127.0.0.1')).toEqual(['127.0.0.1:6379', null, null, 0, null]);
  expect(address('redis://us%40er:p%2Fw@[::1]:7000/3')).toEqual(['::1:7000', 'us@er', 'p/w', 3, null]);
  expect(
    address('rediss://h/1', { username: 'u', password: 'p', database: 5, tls: { ca: 'ca.pem', servername: 's' } }),
  ).toEqual(['h:6379', 'u', 'p', 5, { ca: '/jobs/ca.pem', servername: 's' }]);
  expect(address('unix:///run/redis.sock')).toEqual(['/run/redis.sock', null, null, 0, null]);
  expect(address('../run/redis.sock', { database: 2 })).toEqual(['/run/redis.sock', null, null, 2, null]);
  // Refused without quoting the URL, which may hold a password (P18).
  for (const bad of [
    'redis://:CANARY@h?tls=false',
    'redis://:CANARY@h/x',
    'http://:CANARY@h',
    'redis://u:CANARY/4@h',
    'localhost',
  ]) {
    expect(address(bad)).toMatch(/^the url of a redis connection cannot be used: /);
    expect(address(bad)).not.toContain('CANARY');
  }
});

import { expect, test } from 'vitest';
import { testDatabase } from './test-database.js';
import { testRedis } from './test-redis.js';

const database = await testDatabase();
const redis = await testRedis();

test('each test file has a PostgreSQL database and a Redis database of its own', async () => {
  expect(await database.query('SELECT current_database(), 9223372036854775807')).toEqual([
    [database.name, '9223372036854775807'],
  ]);
  expect(await redis.client.dbsize()).toBe(0);
});

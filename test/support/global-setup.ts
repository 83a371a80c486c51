/** One PostgreSQL and one Redis for the whole test run, unless ETL_TEST_PG_URL / ETL_TEST_REDIS_URL name servers to use. */
import type { TestProject } from 'vitest/node';
import { startPostgres, startRedis } from '../../scripts/servers.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** An administrator's URL; tests make databases of their own (`testDatabase`). */
    postgresUrl: string;
    redisUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const givenPostgres = process.env.ETL_TEST_PG_URL;
  const givenRedis = process.env.ETL_TEST_REDIS_URL;
  const [postgres, redis] = await Promise.all([
    givenPostgres === undefined ? startPostgres() : null,
    givenRedis === undefined ? startRedis() : null,
  ]);
  project.provide('postgresUrl', givenPostgres ?? postgres!.url);
  project.provide('redisUrl', givenRedis ?? redis!.url);
  return async () => {
    await Promise.all([postgres?.stop(), redis?.stop()]);
  };
}

/**
 * A database of one test file's own, on the server of this test run; dropped after the file, when nobody uses it any
 * more: a session that is still there fails the file.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { canary, withCanary } from './canary.js';
import { lastingLeaks, noteLeaks } from './leaks.js';

export interface TestDatabase {
  /** With a password in it that must not be seen (`canary.ts`). */
  readonly url: string;
  readonly name: string;
  /** Runs SQL; rows as arrays of the server's own text. */
  query(sql: string, values?: readonly unknown[]): Promise<(string | null)[][]>;
  /** A role without rights that lasts as long as the database, and the URL to come as it. */
  createRole(): Promise<{ readonly role: string; readonly url: string }>;
}

/** Call at the top level of a test file. */
export async function testDatabase(): Promise<TestDatabase> {
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  const name = `etl_test_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const address = new URL(withCanary(inject('postgresUrl'), 'postgres'));
  address.pathname = `/${name}`;
  const client = new pg.Client({
    connectionString: address.href,
    types: { getTypeParser: () => (text: string) => text } as never,
  });
  await client.connect();
  const roles: string[] = [];
  afterAll(async () => {
    await client.end();
    const sessions = await lastingLeaks(async () => {
      const sql = 'SELECT application_name, state, query FROM pg_stat_activity WHERE datname = $1';
      const { rows } = await admin.query<Record<string, string>>(sql, [name]);
      return rows.map((row) => `"${row.application_name}", ${row.state}: ${row.query}`);
    });
    noteLeaks('session of PostgreSQL', sessions);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    for (const role of roles) await admin.query(`DROP ROLE ${role}`);
    await admin.end();
  });
  return {
    url: address.href,
    name,
    query: async (sql, values) => {
      const result = await client.query({ text: sql, values: values as unknown[] | undefined, rowMode: 'array' });
      return (Array.isArray(result) ? result.at(-1) : result).rows as (string | null)[][];
    },
    createRole: async () => {
      const role = `${name}_${roles.length}`;
      const url = new URL(address);
      url.username = role;
      url.password = canary();
      await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD '${url.password}'`);
      roles.push(role);
      return { role, url: url.href };
    },
  };
}

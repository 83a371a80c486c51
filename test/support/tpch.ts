/** The tables of TPC-H, from the files that the generator wrote, in a database of PostgreSQL. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { columns, primaryKeys, tableNames } from '../../scripts/tpch/schema.mjs';
import { copyFile } from './copy-rows.js';
import type { TestDatabase } from './test-database.js';

/** With their primary keys, which fail when the generator makes a key twice, and statistics. Text is in the order of its bytes. */
export async function loadTpch(database: TestDatabase, directory: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    for (const table of tableNames) {
      const definitions = Object.entries(columns[table]).map(
        ([name, type]) => `${name} ${type}${type === 'text' ? ' COLLATE "C"' : ''} NOT NULL`,
      );
      await client.query(`CREATE UNLOGGED TABLE ${table} (${definitions.join(', ')})`);
      for (const file of readdirSync(path.join(directory, table))) {
        await copyFile(client, `COPY ${table} FROM STDIN (FORMAT csv, HEADER)`, path.join(directory, table, file));
      }
      await client.query(`ALTER TABLE ${table} ADD PRIMARY KEY (${primaryKeys[table].join(', ')})`);
    }
    // The correlated sub-queries of 17, 20 and 22 ask by these.
    await client.query('CREATE INDEX ON lineitem (l_partkey, l_suppkey); CREATE INDEX ON orders (o_custkey); ANALYZE');
  } finally {
    await client.end();
  }
}

/** Claim B2: a table into columns, against the server's own COPY into nothing and against what a Node developer writes. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram, startPostgres } from '../../scripts/servers.mjs';
import { compare, numbersFrom, report } from '../harness.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** @param {readonly string[]} args */
export async function bench(args) {
  const { rows, rounds } = numbersFrom(args, { rows: 10_000_000, rounds: 5 });
  const psql = findProgram('psql');
  const server = await startPostgres({ settings: { shared_buffers: '1GB' } });
  try {
    const runSql = (/** @type {string} */ sql) =>
      execFileSync(psql ?? 'psql', [server.url, '-XAtqc', sql], { encoding: 'utf8' }).trim();
    runSql(ordersSql(rows));
    const node = (/** @type {string} */ file, /** @type {string[]} */ ...rest) => [
      process.execPath,
      path.join(here, file),
      server.url,
      ...rest,
    ];
    const summaries = await compare(
      [
        {
          name: 'psql COPY > /dev/null',
          command: ['bash', '-c', `"${psql}" "$1" -XAtqc 'COPY orders TO STDOUT' > /dev/null`, 'bash', server.url],
          rows: Number(runSql('SELECT count(*) FROM orders')),
        },
        { name: 'etl, read: copy', command: node('read-columns.mjs', 'copy') },
        { name: 'etl, read: cursor', command: node('read-columns.mjs', 'cursor') },
        { name: 'pg-query-stream loop', command: node('query-stream.mjs') },
      ],
      rounds,
    );
    const ours = /** @type {import('../harness.mjs').Summary} */ (summaries.get('etl, read: copy'));
    const peer = /** @type {import('../harness.mjs').Summary} */ (summaries.get('psql COPY > /dev/null'));
    const loop = /** @type {import('../harness.mjs').Summary} */ (summaries.get('pg-query-stream loop'));
    report(
      'pg-read',
      `Reading a PostgreSQL table of 6 columns, ${rows.toLocaleString('en')} rows, one connection`,
      summaries,
      [
        {
          id: 'B2',
          text: 'rows/s against psql COPY',
          value: ours.rowsPerSecond / peer.rowsPerSecond,
          target: 0.9,
          atLeast: true,
        },
        { id: 'B2', text: 'our CPU, µs a row', value: ours.cpuMicrosPerRow, target: 0.7, atLeast: false },
        {
          id: '  ',
          text: 'rows/s against the pg-query-stream loop',
          value: ours.rowsPerSecond / loop.rowsPerSecond,
          target: 1,
          atLeast: true,
        },
      ],
      { postgres: runSql('SHOW server_version').split(' ')[0], rounds },
    );
  } finally {
    await server.stop();
  }
}

/** The same rows on every machine. @param {number} rows */
function ordersSql(rows) {
  return `
    CREATE TABLE orders AS
    SELECT n AS id,
           (n * 7919 % 1000003)::int AS customer_id,
           (ARRAY['new', 'paid', 'sent', 'returned'])[1 + n % 4] AS status,
           ((n * 31 % 10000000) / 100.0)::numeric(12, 2) AS amount,
           (n * 17 % 100000) / 1000.0::float8 AS weight,
           timestamp '2024-01-01' + n * interval '7.123 seconds' AS created_at
    FROM generate_series(1::bigint, ${rows}) AS n;
    ALTER TABLE orders ADD PRIMARY KEY (id);
    ANALYZE orders`;
}

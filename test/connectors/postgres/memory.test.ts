import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/test-database.js';
import { block, planOnce } from './read-all.js';

const database = await testDatabase();
const fixture = fileURLToPath(new URL('read-wide.fixture.mjs', import.meta.url));

const MIB = 1024 * 1024;
/** The issue asks for 5,000,000; `ETL_TEST_WIDE_ROWS` sets it, and continuous integration takes fewer. */
const rows = Number(process.env.ETL_TEST_WIDE_ROWS ?? '300000');
const wide = `SELECT i AS id, i % 1000 AS g, i * 0.25::float8 AS f, timestamp '2026-01-01' + i * interval '1 s' AS t,
  repeat('wide ', 40) AS a, repeat('é', (i % 50)::int) AS b, NULL::text AS c, jsonb_build_object('id', i) AS j
  FROM generate_series(1, ${rows}::bigint) i`;

test.each([
  ['copy', 8192],
  ['copy', 500],
  ['cursor', 8192],
])(
  'read: %s with fetchSize %i holds a batch and at most 4 MiB more, of any number of wide rows',
  { timeout: 600_000 },
  async (read, fetchSize) => {
    const { params } = await planOnce(database.url, block({ query: wide, read }, { fetchSize }));
    const flags = ['--max-old-space-size=64', '--expose-gc'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, fixture, JSON.stringify(params), '40']);
    const seen = JSON.parse(stdout) as { rows: number; largestBatch: number; heldBytes: number; peakRssBytes: number };
    if (process.env.ETL_TEST_WIDE_ROWS !== undefined) process.stderr.write(`${read} ${fetchSize} ${stdout}\n`);
    expect(seen.rows).toBe(rows);
    expect(seen.largestBatch).toBeLessThanOrEqual(fetchSize);
    // The batch in flight is about a megabyte of text, up to twice that as columns.
    expect(seen.heldBytes).toBeLessThan(2 * MIB + 4 * MIB);
    expect(seen.peakRssBytes).toBeLessThan(256 * MIB);
  },
);

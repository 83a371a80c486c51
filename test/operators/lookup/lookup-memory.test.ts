/** Lookups that find more than the memory holds: every row comes, the pool never gives more than it has. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadDriver } from '../../../src/connectors/sqlite/load-driver.js';
import { modes, runRows } from '../../support/engine/run-plan.js';
import type { TestTable } from '../../support/engine/rows-connector.js';

const directory = mkdtempSync(path.join(tmpdir(), 'etl-lookup-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = path.join(directory, 'wide.db');
const Driver = await loadDriver();
const database = new Driver(file);
database.exec(`CREATE TABLE wide (k INTEGER, v TEXT); CREATE INDEX wide_k ON wide (k);
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 39999)
  INSERT INTO wide SELECT i % 40, printf('%0200d', i) FROM n`);
database.close();

const table: TestTable = {
  schema: { fields: [{ name: 'k', type: { kind: 'int64' }, nullable: true }] },
  rows: Array.from({ length: 50 }, (_, i) => [i % 7 === 0 ? null : String(i)]),
};

function job(how: string): string {
  return `connections: {db: {type: sqlite, url: "${file}"}}
sources: {t: {type: rows, table: t}}
steps: [{lookup: {connection: db, table: wide, on: {k: k}, ${how}}}]
sinks: {out: {type: rows}}`;
}

test.each([
  ['64 MiB', 64 << 20, 'cache: {rows: 100k}'],
  ['1 MiB', 1 << 20, 'cache: {rows: 100k}'],
  ['1 MiB, no cache, in any order', 1 << 20, 'cache: false, ordered: false, batch: 5'],
])('%s', async (_, managedBytes, how) => {
  const { sinks } = await runRows(job(how), { t: table }, { ...modes.normal!, managedBytes, isTight: true });
  // 34 of the keys 1 to 39 are asked for, each by one row, and find 1,000 rows of 200 bytes.
  const rows = sinks.out!;
  const found = rows.flatMap(([k, v]) => (v === null ? [] : [[k, Number(v)] as const]));
  expect([rows.length, found.length, new Set(found.map(([, n]) => n)).size]).toEqual([34_016, 34_000, 34_000]);
  expect(found.every(([k, n]) => Number(k) === n! % 40)).toBe(true);
});

test('a key that finds more than there is memory for says what it needs', async () => {
  const run = runRows(job('cache: false'), { t: table }, { ...modes.normal!, managedBytes: 200_000, isTight: true });
  await expect(run).rejects.toMatchObject({
    code: 'ETL-6010',
    message: expect.stringContaining('step1 needs') as unknown,
  });
});

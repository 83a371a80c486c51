/** A lookup in a table gives the rows of a join with it, however it asks and whatever it keeps. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { loadDriver } from '../../../src/connectors/sqlite/load-driver.js';
import { modes, runRows } from '../../support/engine/run-plan.js';
import type { TestTable } from '../../support/engine/rows-connector.js';

const directory = mkdtempSync(path.join(tmpdir(), 'etl-lookup-'));
afterAll(() => rmSync(directory, { recursive: true }));
const Driver = await loadDriver();

const number = fc.option(fc.integer({ min: -3, max: 8 }), { nil: null, freq: 5 });
const word = fc.option(fc.constantFrom('a', 'b', 'é', '', 'NULL', 'a"b'), { nil: null, freq: 5 });
const rows = fc.array(fc.tuple(number, word), { maxLength: 40 });
const there = fc.array(fc.tuple(number, word, fc.integer({ min: 0, max: 99 })), { maxLength: 25 });
const how = fc.record({
  on: fc.constantFrom('x: n', 'y: w', 'x: n, y: w', "x: n * 2, y: w || ''"),
  type: fc.constantFrom('left', 'inner'),
  batch: fc.constantFrom(1, 2, 7, 1000),
  concurrency: fc.integer({ min: 1, max: 4 }),
  ordered: fc.boolean(),
  cache: fc.constantFrom('false', '{rows: 1}', '{rows: 6, ttl: 1h}', '{rows: 10k}'),
  mode: fc.constantFrom(...Object.keys(modes)),
  splits: fc.integer({ min: 1, max: 4 }),
});

test('random tables', { timeout: 120_000 }, async () => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(rows, there, how, async (left, right, { on, type, mode, splits, ...manner }) => {
      const file = path.join(directory, `${files++}.db`);
      const database = new Driver(file);
      database.exec('CREATE TABLE other (x INTEGER, y TEXT, v INTEGER)');
      const insert = database.prepare('INSERT INTO other VALUES (?, ?, ?)');
      for (const row of right) insert.run(row);
      database.close();
      const table = tableOf({ n: 'int32', w: 'text' }, left);
      const other = tableOf({ x: 'int64', y: 'text', v: 'int64' }, right);
      const asked = Object.entries(manner).map(([name, value]) => `${name}: ${value}`).join(', '); // prettier-ignore
      const condition = on.replaceAll(/(\w): /gu, '$1 = ').replaceAll(/, (?=y)/gu, ' AND ');
      const job = `connections: {db: {type: sqlite, url: "${file}"}}
sources:
  t: {type: rows, table: t, splits: ${splits}}
  other: {type: rows, table: other}
steps:
  - {id: asked, from: t, lookup: {connection: db, table: other, on: {${on}}, columns: [v], type: ${type}, ${asked}}}
  - {id: joined, from: t, join: {with: other, on: "${condition}", type: ${type}}}
  - {id: result, from: joined, select: [n, w, v]}
sinks: {a: {from: asked, type: rows}, b: {from: result, type: rows}}`;
      const { sinks } = await runRows(job, { t: table, other }, modes[mode]!);
      const sorted = (id: string): string[] => (sinks[id] ?? []).map((row) => JSON.stringify(row)).sort();
      expect(sorted('a')).toEqual(sorted('b'));
    }),
    { numRuns: 150 },
  );
});

function tableOf(
  columns: Readonly<Record<string, 'int32' | 'int64' | 'text'>>,
  cells: readonly (readonly unknown[])[],
): TestTable {
  return {
    schema: { fields: Object.entries(columns).map(([name, kind]) => ({ name, type: { kind }, nullable: true })) },
    rows: cells.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
  };
}

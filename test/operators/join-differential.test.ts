/**
 * Joins of random tables against PostgreSQL's own, in modes and budgets chosen at random: all types, NULLs, duplicates, several
 * keys, conditions on pairs. A failure prints its seed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { typeFromName } from '../../src/expr/type-from-name.js';
import { modes, runRows, type EngineMode } from '../support/engine/run-plan.js';
import type { TestTable, TextRow } from '../support/engine/rows-connector.js';
import { runParameters, testLimit } from '../support/random-cases.js';
import { testDatabase } from '../support/test-database.js';

const database = await testDatabase();

const CASES = Number(process.env.ETL_OPERATOR_CASES ?? 400);

const left = { a: 'integer', b: 'text', c: 'numeric(8,2)', d: 'double precision' } as const;
const right = { x: 'bigint', y: 'text', z: 'numeric', w: 'double precision' } as const;

const cell = (value: fc.Arbitrary<string>): fc.Arbitrary<string | null> => fc.option(value, { freq: 4 });
const small = cell(fc.oneof({ weight: 4, arbitrary: fc.constant('1') }, fc.integer({ min: -2, max: 12 }).map(String)));
const words = cell(fc.constantFrom('', 'a', 'A', 'Zoë', '💶', 'most'));
const numbers = cell(fc.constantFrom('0', '1', '1.50', '-3.25', '12'));
const floats = cell(fc.constantFrom('0', '-0', '1.5', 'NaN', 'Infinity'));

const cases = fc.record({
  left: fc.array(fc.tuple(small, words, numbers, floats), { maxLength: 60 }),
  right: fc.array(fc.tuple(small, words, numbers, floats), { maxLength: 60 }),
  type: fc.constantFrom('inner', 'left', 'right', 'full', 'semi', 'anti'),
  keys: fc.subarray(['a = x', 'b = y', 'c = z', 'd = w', 'b IS NOT DISTINCT FROM y', 'a + 1 = x'], { maxLength: 3 }),
  residual: fc.constantFrom(null, 'c > z', 'b <> y', 'a < x OR y IS NULL'),
  hint: fc.constantFrom(
    null,
    'REPARTITION_HASH_FIRST',
    'REPARTITION_HASH_SECOND',
    'REPARTITION_SORT_MERGE',
    'REPARTITION_SORT_MERGE',
  ),
  /** Above the join: what of it looks at one side only is asked below. */
  where: fc.constantFrom(null, 'a > 1', 'b IS NULL AND c > 0', 'a > 1 AND x IS NULL', "y <> 'q' AND (a = x OR c = z)"),
  mode: fc.constantFrom(...Object.values(modes)),
  splits: fc.integer({ min: 1, max: 3 }),
  managedBytes: fc.constantFrom(1 << 20, 64 << 20),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

test('pairs are those of PostgreSQL', { timeout: testLimit(CASES) }, async () => {
  const create = (name: string, columns: Readonly<Record<string, string>>): Promise<unknown> =>
    database.query(
      `CREATE TABLE ${name} (${Object.entries(columns)
        .map((column) => column.join(' '))
        .join(', ')})`,
    );
  await create('l', left);
  await create('r', right);
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const on = [...one.keys, ...(one.residual === null ? [] : [`(${one.residual})`])].join(' AND ') || 'a > x';
      expect(await joined(one, on)).toEqual(await oracle(one, on));
    }),
    runParameters(CASES),
  );
});

async function joined(one: Case, on: string): Promise<string[]> {
  const hint = one.keys.length === 0 ? null : one.hint;
  const step = { from: 'l', join: { with: 'r', on, type: one.type, ...(hint !== null && { hint }) } };
  const where = whereOf(one);
  const steps = [step, ...(where === null ? [] : [{ filter: where }])];
  const source = (table: string): string => `${table}: {type: rows, table: ${table}, splits: ${one.splits}}`;
  const job = `sources: {${source('l')}, ${source('r')}}\nsteps: ${JSON.stringify(steps)}\nsinks: {out: {type: rows}}`;
  const tables = { l: tableOf(left, one.left), r: tableOf(right, one.right) };
  const mode: EngineMode = { ...one.mode, managedBytes: one.managedBytes };
  const { sinks } = await runRows(job, tables, mode);
  return lines(sinks['out'] ?? []);
}

function tableOf(columns: Readonly<Record<string, string>>, rows: readonly TextRow[]): TestTable {
  const fields = Object.entries(columns).map(([name, type]) => ({ name, type: typeFromName(type)!, nullable: true }));
  // As PostgreSQL shows them: numeric(8,2) has two digits behind the point.
  const c = Object.keys(columns).indexOf('c');
  const shown = rows.map((row) =>
    row.map((value, i) => (i === c && value !== null ? Number(value).toFixed(2) : value)),
  );
  return { schema: { fields }, rows: shown };
}

/** PostgreSQL's answer to a full join is made of two queries; the columns of a semi or anti join are those of the left side. */
function whereOf({ type, where }: Case): string | null {
  if (type === 'full' || where === null) return null;
  return (type === 'semi' || type === 'anti') && /[xyz]/.test(where) ? null : where;
}

async function oracle(one: Case, on: string): Promise<string[]> {
  await fill('l', one.left);
  await fill('r', one.right);
  const kept = (query: string): Promise<readonly TextRow[]> =>
    database.query(`SELECT * FROM (${query}) q WHERE ${whereOf(one) ?? 'true'}`);
  if (one.type === 'semi' || one.type === 'anti') {
    const not = one.type === 'anti' ? 'NOT ' : '';
    return lines(await kept(`SELECT * FROM l WHERE ${not}EXISTS (SELECT FROM r WHERE ${on})`));
  }
  if (one.type !== 'full') return lines(await kept(`SELECT * FROM l ${one.type} JOIN r ON ${on}`));
  // PostgreSQL has a full join only for conditions that it can hash or merge.
  const nulls = 'NULL, NULL, NULL, NULL';
  return lines([
    ...(await database.query(`SELECT * FROM l LEFT JOIN r ON ${on}`)),
    ...(await database.query(`SELECT ${nulls}, r.* FROM r WHERE NOT EXISTS (SELECT FROM l WHERE ${on})`)),
  ]);
}

async function fill(table: string, rows: readonly TextRow[]): Promise<void> {
  await database.query(`TRUNCATE ${table}`);
  if (rows.length === 0) return;
  const values = rows.map((_, i) => `($${4 * i + 1}, $${4 * i + 2}, $${4 * i + 3}, $${4 * i + 4})`);
  await database.query(`INSERT INTO ${table} VALUES ${values.join(', ')}`, rows.flat());
}

function lines(rows: readonly TextRow[]): string[] {
  return rows.map((row) => row.map((value) => value ?? '∅').join(' | ')).sort();
}

/**
 * Random plans of up to four steps over two small tables, as a job here and as CTEs in PostgreSQL: what the rules, the strategies and
 * the operators make of them together. A failure prints its seed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EtlError } from '../../src/errors/etl-error.js';
import { modes, runRows } from '../support/engine/run-plan.js';
import type { TextRow } from '../support/engine/rows-connector.js';
import { runParameters, testLimit } from '../support/random-cases.js';
import { testDatabase } from '../support/test-database.js';

const database = await testDatabase();
const CASES = Number(process.env.ETL_OPERATOR_CASES ?? 700);

/** Every relation has these columns. */
const fields = [
  { name: 'a', type: { kind: 'int32' as const }, nullable: true },
  { name: 'b', type: { kind: 'text' as const }, nullable: true },
  { name: 'c', type: { kind: 'numeric' as const }, nullable: true },
];

/** A step over the relation `x`, perhaps with `y`: what a job says, and what SQL says. */
interface Move {
  readonly steps: (x: string, y: string) => readonly object[];
  readonly sql: (x: string, y: string) => string;
}

const filters = ['a > 1', 'b IS NOT NULL', 'c < 4 OR a IS NULL', "b = 'p' AND a < 5"];
const selects = [
  ['a % 3 AS a', 'b', 'c'],
  ['a', "b || 'x' AS b", 'c + 1 AS c'],
  ['a + 1 AS a', "coalesce(b, 'none') AS b", '-c AS c'],
];
const groups = [
  { by: ['a', 'b'], values: ['sum(c) AS c'] },
  { by: ['b'], values: ['count(*)::integer AS a', 'max(c) AS c'], order: 'a, b, c' },
  { by: ['a'], values: ['min(b) AS b', 'count(DISTINCT c)::numeric AS c'] },
  { by: ['a'], values: ["string_agg(b, '+' ORDER BY b) AS b", 'sum(c) FILTER (WHERE a > 0) AS c'] },
];
const sorted = 'a NULLS FIRST, b DESC, c';

const moves: fc.Arbitrary<Move> = fc.oneof(
  fc.constantFrom(...filters).map((filter): Move => ({
    steps: (x) => [{ from: x, filter }],
    sql: (x) => `SELECT * FROM ${x} WHERE ${filter}`,
  })),
  fc.constantFrom(...selects).map((select): Move => ({
    steps: (x) => [{ from: x, select }],
    sql: (x) => `SELECT ${select.join(', ')} FROM ${x}`,
  })),
  fc
    .record({
      type: fc.constantFrom('inner', 'left', 'right', 'full'),
      on: fc.constantFrom('x.a = y.a', 'x.a = y.a AND x.b = y.b', 'x.b = y.b'),
      hint: fc.constantFrom(null, 'REPARTITION_HASH_FIRST', 'REPARTITION_SORT_MERGE', 'BROADCAST_HASH_SECOND'),
    })
    .map(({ type, on, hint }): Move => {
      const named = (text: string, x: string, y: string): string =>
        text.replaceAll('x.', `${x}.`).replaceAll('y.', `${y}.`);
      const wish = type === 'inner' || hint?.startsWith('REPARTITION') === true ? hint : null;
      return {
        steps: (x, y) => [
          { from: x, join: { with: y, on: named(on, x, y), type, ...(wish !== null && { hint: wish }) } },
          { select: [`${x}.a AS a`, `${y}.b AS b`, `coalesce(${x}.c, ${y}.c) AS c`] },
        ],
        sql: (x, y) => `SELECT x.a, y.b, coalesce(x.c, y.c) AS c FROM ${x} x ${type} JOIN ${y} y ON ${on}`,
      };
    }),
  fc.constantFrom('semi', 'anti').map((type): Move => ({
    steps: (x, y) => [{ from: x, join: { with: y, on: `${x}.a = ${y}.a`, type } }],
    sql: (x, y) =>
      `SELECT * FROM ${x} x WHERE ${type === 'anti' ? 'NOT ' : ''}EXISTS (SELECT FROM ${y} y WHERE x.a = y.a)`,
  })),
  fc.constantFrom(...groups).map(({ by, values }): Move => ({
    steps: (x) => [{ from: x, aggregate: { by, values } }, { select: ['a', 'b', 'c'] }],
    sql: (x) => `SELECT a, b, c FROM (SELECT ${[...by, ...values].join(', ')} FROM ${x} GROUP BY ${by.join(', ')}) q`,
  })),
  fc.constant<Move>({ steps: (x) => [{ from: x, distinct: true }], sql: (x) => `SELECT DISTINCT * FROM ${x}` }),
  fc.constant<Move>({
    steps: (x) => [{ from: x, distinct: { on: ['a'], orderBy: ['b', 'c'] } }],
    sql: (x) => `SELECT DISTINCT ON (a) * FROM ${x} ORDER BY a, b, c`,
  }),
  fc.constant<Move>({
    steps: (x) => [{ from: x, sort: sorted }, { limit: 5 }],
    sql: (x) => `(SELECT * FROM ${x} ORDER BY ${sorted} LIMIT 5)`,
  }),
  fc.constantFrom('union all', 'intersect', 'except').map((kind): Move => ({
    steps: (x, y) => [{ from: x, [kind === 'union all' ? 'union' : kind]: [y] }],
    sql: (x, y) => `SELECT * FROM ${x} ${kind} SELECT * FROM ${y}`,
  })),
);

const cell = (value: fc.Arbitrary<string>): fc.Arbitrary<string | null> => fc.option(value, { freq: 5 });
const rows = fc.array(
  fc.tuple(
    cell(fc.integer({ min: -1, max: 6 }).map(String)),
    cell(fc.constantFrom('p', 'P', 'Zoë', '')),
    cell(fc.constantFrom('0', '1.5', '-3', '7', '100')),
  ),
  { maxLength: 12 },
);
const cases = fc.record({
  l: rows,
  r: rows,
  plan: fc.array(fc.record({ move: moves, x: fc.nat(3), y: fc.nat(3) }), { minLength: 1, maxLength: 4 }),
  mode: fc.constantFrom(...Object.values(modes)),
});

test('plans give what PostgreSQL gives', { timeout: testLimit(CASES) }, async () => {
  await database.query(
    'CREATE TABLE l (a integer, b text COLLATE "C", c numeric); CREATE TABLE r (a integer, b text COLLATE "C", c numeric)',
  );
  await fc.assert(
    fc.asyncProperty(cases, async ({ l, r, plan, mode }) => {
      const steps: object[] = [];
      const queries: string[] = [];
      const names = ['l', 'r'];
      plan.forEach(({ move, x, y }, i) => {
        // Mostly the step before, and another relation than that.
        const first = names.at(-1 - (x === 3 ? 1 : 0))!;
        const second = names.filter((name) => name !== first)[y % (names.length - 1)]!;
        const made = move.steps(first, second);
        const id = `s${i}`;
        steps.push(...made.map((step, n) => (n === made.length - 1 ? { id, ...step } : step)));
        queries.push(`${id} AS (${move.sql(first, second)})`);
        names.push(id);
      });
      const source = (name: string): string => `${name}: {type: rows, table: ${name}, splits: 2}`;
      const job = `\nsources: {${names
        .filter((name) => name.length === 1)
        .map(source)
        .join(', ')}}\nsteps: ${JSON.stringify(steps)}\nsinks: {out: {type: rows}}`;
      const tables = { l: { schema: { fields }, rows: l }, r: { schema: { fields }, rows: r } };
      const { sinks } = await runRows(job, tables, mode).catch((error: unknown) => {
        // Two inputs of a union from one limit are refused.
        fc.pre(!(error instanceof EtlError && error.code === 'ETL-3025'));
        throw error;
      });
      await fill('l', l);
      await fill('r', r);
      const expected = await database.query(`WITH ${queries.join(', ')} SELECT * FROM ${names.at(-1)}`);
      expect(lines(sinks['out'] ?? []), job).toEqual(lines(expected));
    }),
    runParameters(CASES),
  );
});

async function fill(table: string, values: readonly TextRow[]): Promise<void> {
  await database.query(`TRUNCATE ${table}`);
  const places = values.map((_, i) => `($${3 * i + 1}, $${3 * i + 2}, $${3 * i + 3})`);
  if (values.length > 0) await database.query(`INSERT INTO ${table} VALUES ${places.join(', ')}`, values.flat());
}

/** Equal numbers may be written differently: 1.5 and 1.50. */
function lines(found: readonly TextRow[]): string[] {
  return found
    .map(([a, b, c]) => [a ?? '∅', b ?? '∅', c === null || c === undefined ? '∅' : String(Number(c))].join(' | '))
    .sort();
}

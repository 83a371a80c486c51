/** Random queries over three small tables: the same text in an sql step and in PostgreSQL. A failure prints its seed and the query. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modes, runRows } from '../support/engine/run-plan.js';
import type { TextRow } from '../support/engine/rows-connector.js';
import { runParameters, testLimit } from '../support/random-cases.js';
import { testDatabase } from '../support/test-database.js';

const database = await testDatabase();
const CASES = Number(process.env.ETL_OPERATOR_CASES ?? 350);

const fields = [
  { name: 'a', type: { kind: 'int32' as const }, nullable: true },
  { name: 'b', type: { kind: 'text' as const }, nullable: true },
  { name: 'c', type: { kind: 'numeric' as const }, nullable: true },
];

/** `{x}`: what the table is called. */
const conditions = fc.constantFrom(
  '{x}.a > 1',
  '{x}.b IS NOT NULL',
  "{x}.c < 4 OR {x}.b = 'p'",
  '{x}.a IN (SELECT a FROM r)',
  '{x}.a NOT IN (SELECT a FROM r)',
  '{x}.a NOT IN (SELECT a FROM r WHERE a IS NOT NULL AND a > 2)',
  'NOT {x}.b IN (SELECT q.b FROM l q WHERE q.c > 1 AND q.b IS NOT NULL)',
  '{x}.c IN (SELECT max(c) FROM r GROUP BY b HAVING count(*) > 1)',
  '{x}.a IN (SELECT q.a + 0 FROM r q WHERE q.b = {x}.b)',
  'EXISTS (SELECT 1 FROM r q WHERE q.a = {x}.a)',
  'EXISTS (SELECT * FROM r q WHERE q.a = {x}.a AND q.c > {x}.c)',
  'NOT EXISTS (SELECT * FROM r q, s WHERE q.a = {x}.a AND q.b = s.b)',
  '{x}.c > (SELECT avg(c) FROM r)',
  '{x}.c = (SELECT max(q.c) FROM l q WHERE q.b = {x}.b)',
  '({x}.a = 1 AND {x}.b IS NULL) OR ({x}.a = 1 AND {x}.c > 0)',
);
const tables = fc.constantFrom(
  'l x',
  'l AS x JOIN r ON x.a = r.a',
  'l x LEFT JOIN r ON x.a = r.a AND r.c > 0',
  'r RIGHT JOIN l x ON x.b = r.b',
  'l x FULL JOIN r ON x.a = r.a',
  'l x JOIN r USING (a)',
  'l x, r, s WHERE_ x.a = r.a AND s.b = x.b',
  'l x, r WHERE_ (x.a = r.a AND r.c > 1) OR (x.a = r.a AND x.c > 1)',
  '(SELECT a, b, sum(c) AS c FROM l GROUP BY a, b) x',
  '(SELECT a, b, c FROM l UNION SELECT * FROM r) AS x (a, b, c)',
  'l x CROSS JOIN (SELECT max(c) AS most FROM r) m',
  'w x',
);
const selects = fc.constantFrom(
  { items: '*' },
  { items: 'x.*' },
  { items: 'DISTINCT x.a, x.b' },
  { items: "x.a AS n, coalesce(x.b, '-') AS b, (SELECT min(c) FROM s) AS least" },
  { items: 'x.a, x.c * 2 AS twice, (SELECT sum(q.a) FROM r q WHERE q.b = x.b) AS s' },
  { items: 'x.b, count(*) AS n, sum(x.c) AS s', groupBy: 'x.b' },
  { items: 'x.a % 3 AS m, max(x.b) AS most', groupBy: '1' },
  {
    items: "x.b || '!' AS u, count(DISTINCT x.a) AS n",
    groupBy: 'u',
    having: 'count(*) > (SELECT count(*) / 4 FROM s)',
  },
  { items: 'count(*) AS n, avg(x.a) AS mean' },
  {
    items:
      'x.a, x.b, x.c, row_number() OVER (PARTITION BY x.b ORDER BY x.a, x.c) AS n, rank() OVER (ORDER BY x.a) AS r',
  },
  {
    items:
      'x.a, dense_rank() OVER (PARTITION BY x.a > 2 ORDER BY x.b DESC) AS d, count(*) OVER (PARTITION BY x.b) AS n',
  },
  { items: 'x.a, x.b, x.c, sum(x.c) OVER (PARTITION BY x.b ORDER BY x.a) AS s, max(x.c) OVER () AS most' },
  {
    items:
      'x.a, x.b, x.c, lag(x.c) OVER (ORDER BY x.a, x.b, x.c) AS p, lead(x.c, 2) OVER (ORDER BY x.a, x.b, x.c) AS q, first_value(x.a) OVER (PARTITION BY x.b ORDER BY x.a) AS f',
  },
  { items: 'x.a, count(*) AS n, sum(count(*)) OVER (ORDER BY x.a) AS s', groupBy: 'x.a' },
  {
    items: 'x.a, count(x.c) FILTER (WHERE x.a > 1) OVER (ORDER BY x.b) AS n, avg(x.a + 1) OVER (PARTITION BY x.c) AS m',
  },
);
const wholes = fc.constantFrom<(query: string) => string>(
  (query) => query,
  (query) => `SELECT count(*) AS n FROM (${query}) q`,
  (query) => `${query} LIMIT 1000`,
);

const cell = (value: fc.Arbitrary<string>): fc.Arbitrary<string | null> => fc.option(value, { freq: 5 });
const rows = (maxLength: number) =>
  fc.array(
    fc.tuple(
      cell(fc.integer({ min: -1, max: 5 }).map(String)),
      cell(fc.constantFrom('p', 'P', 'Zoë', '')),
      cell(fc.constantFrom('0', '1.5', '-3', '7', '100')),
    ),
    { maxLength },
  );
const cases = fc.record({
  l: rows(10),
  r: rows(8),
  s: rows(4),
  select: selects,
  from: tables,
  where: fc.array(conditions, { maxLength: 2 }),
  whole: wholes,
  mode: fc.constantFrom(...Object.values(modes)),
});

test('queries give what PostgreSQL gives', { timeout: testLimit(CASES) }, async () => {
  for (const name of ['l', 'r', 's'])
    await database.query(`CREATE TABLE ${name} (a integer, b text COLLATE "C", c numeric)`);
  await fc.assert(
    fc.asyncProperty(cases, async ({ l, r, s, select, from, where, whole, mode }) => {
      const [table, own] = from.split(' WHERE_ ') as [string, string?];
      const all = [
        ...(own === undefined ? [] : [`(${own})`]),
        ...where.map((text) => `(${text.replaceAll('{x}', 'x')})`),
      ];
      const { items, groupBy, having } = { groupBy: undefined, having: undefined, ...select };
      // What stands for both sides of a join, and duplicate names, are other tests' business.
      const isWide = /JOIN|,/.test(table.replace(/\(.*\)/, ''));
      const listed = items === '*' && isWide ? 'x.*' : items;
      const query = whole(
        [
          `SELECT ${listed} FROM ${table}`,
          ...(all.length === 0 ? [] : [`WHERE ${all.join(' AND ')}`]),
          ...(groupBy === undefined ? [] : [`GROUP BY ${groupBy}`]),
          ...(having === undefined ? [] : [`HAVING ${having}`]),
        ].join(' '),
      );
      const text = table.startsWith('w ') ? `WITH w AS (SELECT a, b, c FROM l WHERE c >= 0) ${query}` : query;
      const used = ['l', 'r', 's'].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
      const sources = used.map((name) => `${name}: {type: rows, table: ${name}, splits: 2}`).join(', ');
      const job = `\nsources: {${sources}}\nsteps: [{sql: ${JSON.stringify(text)}}]\nsinks: {out: {type: rows}}`;
      const given = {
        l: { schema: { fields }, rows: l },
        r: { schema: { fields }, rows: r },
        s: { schema: { fields }, rows: s },
      };
      const { sinks } = await runRows(job, given, mode);
      for (const [name, own] of Object.entries({ l, r, s })) await fill(name, own);
      expect(normalized(sinks['out'] ?? [])).toEqual(normalized(await database.query(text)));
    }),
    runParameters(CASES),
  );
});

async function fill(name: string, rows: readonly TextRow[]): Promise<void> {
  await database.query(`TRUNCATE ${name}`);
  for (const row of rows) await database.query(`INSERT INTO ${name} VALUES ($1, $2, $3)`, [...row]);
}

/** Equal numbers may be written differently, 1.5 and 1.50. */
function normalized(rows: readonly TextRow[]): string[] {
  const plain = (value: string | null): string =>
    value === null ? '∅' : /^-?\d+\.\d+$/.test(value) ? value.replace(/\.?0+$/, '') : value;
  return rows.map((row) => row.map(plain).join(' | ')).sort();
}

/** Windows of random rows against PostgreSQL: date_bin for tumbling ones, a cross join for sliding ones, lag for sessions. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modes, runRows } from '../support/engine/run-plan.js';
import type { TextRow } from '../support/engine/rows-connector.js';
import { runParameters, testLimit } from '../support/random-cases.js';
import { testDatabase } from '../support/test-database.js';

const database = await testDatabase();
const CASES = Number(process.env.ETL_OPERATOR_CASES ?? 600) / 4;

const start = Date.parse('2026-03-01T00:00:00Z');
const moment = fc.oneof(
  fc.integer({ min: -20_000, max: 20_000 }).map((tenths) => new Date(start + 100 * tenths).toISOString().replace('T', ' ').replace('Z', '')), // prettier-ignore
  fc.constantFrom('1500-01-01 00:00:00', '1969-12-31 23:59:59.999999', 'infinity', '-infinity'),
);
const cases = fc.record({
  rows: fc.array(fc.tuple(fc.option(fc.constantFrom('a', 'b', 'Ä')), fc.option(moment, { freq: 8 })), {
    maxLength: 80,
  }),
  shape: fc.constantFrom('tumbling', 'sliding', 'session'),
  size: fc.constantFrom(1, 7, 60, 3600, 86_400),
  slide: fc.constantFrom(1, 5, 90),
  offset: fc.constantFrom(1, 3, 100),
  mode: fc.constantFrom(...Object.values(modes)),
});

const oracles = {
  tumbling: (
    size: number,
    _slide: number,
    offset: number,
  ) => `SELECT k, b, b + interval '${size} seconds', count(*) FROM
    (SELECT k, to_timestamp(floor((extract(epoch FROM at) - ${offset}) / ${size}) * ${size} + ${offset}) AT TIME ZONE 'UTC' AS b FROM w WHERE isfinite(at)) x GROUP BY 1, 2`,
  sliding: (size: number, slide: number, offset: number) => `SELECT k, b, b + interval '${size} seconds', count(*) FROM
    (SELECT k, to_timestamp((floor((extract(epoch FROM at) - ${offset}) / ${slide}) - n) * ${slide} + ${offset}) AT TIME ZONE 'UTC' AS b, at
     FROM w, generate_series(0, ${Math.ceil(size / slide)}) n WHERE isfinite(at)) x WHERE at < b + interval '${size} seconds' GROUP BY 1, 2`,
  session: (size: number) => `SELECT k, min(at), max(at) + interval '${size} seconds', count(*) FROM
    (SELECT k, at, sum(s) OVER (PARTITION BY k ORDER BY at) AS n FROM
      (SELECT k, at, CASE WHEN at - lag(at) OVER (PARTITION BY k ORDER BY at) < interval '${size} seconds' THEN 0 ELSE 1 END AS s FROM w WHERE isfinite(at)) y) x GROUP BY k, n`,
};

test('windows have what PostgreSQL gives them', { timeout: testLimit(CASES) }, async () => {
  await database.query(`SET TIME ZONE 'UTC'; CREATE TABLE w (k text, at timestamp)`);
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, shape, size, slide, offset, mode }) => {
      // As many windows as a row may be in here.
      fc.pre(shape !== 'sliding' || size / slide <= 100);
      const given = {
        tumbling: { tumbling: `${size}s`, offset: `${offset}s` },
        sliding: { sliding: { size: `${size}s`, slide: `${slide}s` }, offset: `${offset}s` },
        session: { session: `${size}s` },
      }[shape];
      const step = { window: { time: 'at', ...given, by: ['k'], values: ['count(*) AS n'] } };
      const fields = [
        { name: 'k', type: { kind: 'text' as const }, nullable: true },
        { name: 'at', type: { kind: 'timestamp' as const }, nullable: true },
      ];
      const job = `\nsources: {w: {type: rows, table: w, splits: 3}}\nsteps: [${JSON.stringify(step)}]\nsinks: {out: {type: rows}}`;
      const { sinks } = await runRows(job, { w: { schema: { fields }, rows } }, mode);
      await database.query('TRUNCATE w');
      for (const row of rows) await database.query('INSERT INTO w VALUES ($1, $2)', [...row]);
      expect(sorted(sinks['out'] ?? [])).toEqual(sorted(await database.query(oracles[shape](size, slide, offset))));
    }),
    runParameters(CASES),
  );
});

function sorted(rows: readonly TextRow[]): string[] {
  return rows.map((row) => row.map((cell) => cell ?? '∅').join(' | ')).sort();
}

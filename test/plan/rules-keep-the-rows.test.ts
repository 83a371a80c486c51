/**
 * The law of all rewrite rules: the same rows reach the same sinks. Random jobs of filters, selects, limits and unions over
 * two small tables; the graph as written and the rewritten one are run and compared.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EtlError } from '../../src/errors/etl-error.js';
import { renderGraph } from '../../src/plan/explain/render-graph.js';
import { allRules } from '../../src/plan/rules/all-rules.js';
import { rewriteGraph } from '../../src/plan/rewrite-graph.js';
import { loadTestJob, planTestJob } from './support/plan-commands.js';
import { runGraph, type Rows } from './support/run-graph.js';

const filters = [
  'a > 2',
  'b IS NULL OR a < 7',
  "c = 'x'",
  'a + b > 4',
  'a = 1 OR b <> 2 AND a + 1 > b',
  '1 = 1 AND a IN (1, 2, 3)',
  '1 = 2 OR b BETWEEN 1 AND 6',
  'NOT (a = 3)',
];
const selects = [
  ['a', 'b', 'c'],
  ['b AS a', 'a AS b', 'c'],
  ['a + b AS a', 'b', 'c'],
  ['a', 'coalesce(b, a) AS b', 'c'],
  ['a', 'a AS b', "'x' AS c"],
  ['a', 'b', "CASE WHEN a > 3 THEN c ELSE 'y' END AS c"],
];
const mayFail = ['10 / a > 2', '12 / (a - b) > 1'];

interface Step {
  readonly kind: 'filter' | 'select' | 'limit' | 'union';
  readonly choice: number;
  /** Which of the nodes so far it reads, from the last; mostly the last. */
  readonly from: number;
  readonly other: number;
}

const step = fc.record<Step>({
  kind: fc.constantFrom('filter', 'filter', 'select', 'select', 'limit', 'union'),
  choice: fc.nat(),
  from: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) }),
  other: fc.nat(5),
});
const job = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 7 }),
  sinks: fc.array(
    fc.record({ from: fc.oneof(fc.constant(0), fc.nat(5)), columns: fc.subarray(['a', 'b', 'c'], { minLength: 1 }) }),
    { minLength: 1, maxLength: 3 },
  ),
  speaks: fc.constantFrom('sql', 'nothing'),
});
const value = fc.option(fc.integer({ min: -3, max: 9 }), { nil: null, freq: 6 });
const row = fc.tuple(value, value, fc.option(fc.constantFrom('x', 'y', 'Zoë'), { nil: null }));
const table = fc.array(row, { maxLength: 20 });

test.each([
  ['where nothing can fail: the same rows', filters, 150],
  ['where rows can fail: no fewer rows, and the same if none failed', [...filters, ...mayFail], 150],
])('%s', async (_, predicates, numRuns) => {
  await fc.assert(
    fc.asyncProperty(job, table, table, async (wish, ints, mixed) => {
      const plan = await planOrNull(jobText(wish, predicates));
      fc.pre(plan !== null);
      const rewritten = plan!.rewrites.at(-1)?.graph ?? plan!.logical;
      const tables = {
        ints: { schema: schemaOf(plan!, 'ints'), rows: ints },
        mixed: {
          schema: schemaOf(plan!, 'mixed'),
          rows: mixed.map(([a, b, c]) => [a, b === null ? null : BigInt(b), c]),
        },
      };
      const before = runGraph(plan!.logical, tables);
      const after = runGraph(rewritten, tables);
      const drawing = `${renderGraph(plan!.logical, 200).join('\n')}\n⇒\n${renderGraph(rewritten, 200).join('\n')}`;
      for (const [sink, rows] of Object.entries(before.sinks)) {
        if (before.failedRows === 0) expect(inOrder(after.sinks[sink]), drawing).toEqual(inOrder(rows));
        else expect(after.sinks[sink].length, drawing).toBeGreaterThanOrEqual(rows.length);
      }
      if (before.failedRows === 0) expect(after.failedRows, drawing).toBe(0);
    }),
    { numRuns },
  );
});

test('rewriting what is rewritten changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(job, async (wish) => {
      const plan = await planOrNull(jobText(wish, [...filters, ...mayFail]));
      fc.pre(plan !== null);
      const graph = plan!.rewrites.at(-1)?.graph ?? plan!.logical;
      const pushdown = {
        dialect: wish.speaks === 'sql' ? ('postgres' as const) : null,
        projection: wish.speaks === 'sql',
        limit: wish.speaks === 'sql',
      };
      expect(rewriteGraph(graph, allRules, () => ({ pushdown, columnsGiven: false })).steps).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

type Wish = typeof job extends fc.Arbitrary<infer Value> ? Value : never;

function jobText({ steps, sinks, speaks }: Wish, predicates: readonly string[]): string {
  const nodes = ['mixed', 'ints'];
  const pick = (back: number): string => nodes[Math.max(0, nodes.length - 1 - back)];
  const lines = steps.map(({ kind, choice, from, other }, i) => {
    const operator = {
      filter: () => JSON.stringify(predicates[choice % predicates.length]),
      select: () => JSON.stringify(selects[choice % selects.length]),
      limit: () => String(choice % 12),
      union: () => `[${pick(from)}, ${pick(other)}]`,
    }[kind]();
    const text = `  - {id: s${i}, ${kind === 'union' ? '' : `from: ${pick(from)}, `}${kind}: ${operator}}`;
    nodes.push(`s${i}`);
    return text;
  });
  const outs = sinks.map(
    ({ from, columns }, i) => `  out${i}: {type: memory, from: ${pick(from)}, columns: [${columns.join(', ')}]}`,
  );
  const source = (name: string): string => `  ${name}: {type: memory, table: ${name}, speaks: ${speaks}}`;
  return ['sources:', source('ints'), source('mixed'), 'steps:', ...lines, 'sinks:', ...outs].join('\n');
}

/** Null for the jobs that planning refuses for a reason: a limit above a diamond. */
async function planOrNull(text: string): Promise<Awaited<ReturnType<typeof planTestJob>> | null> {
  try {
    return await planTestJob(await loadTestJob(text));
  } catch (error) {
    if (error instanceof EtlError && error.code === 'ETL-3025') return null;
    throw error;
  }
}

function schemaOf({ logical }: Awaited<ReturnType<typeof planTestJob>>, id: string) {
  return logical.nodes.find((node) => node.id === id)?.schema ?? { fields: [] };
}

function inOrder(rows: Rows): readonly string[] {
  return rows.map((cells) => cells.map(String).join('|')).sort();
}

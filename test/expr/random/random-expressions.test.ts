/**
 * Random expressions of depth 4 over the whole catalog, ours against PostgreSQL's, row by row, SQLSTATEs included.
 * Infinite dates are left to the grids: a field of infinity is an error with us, and age of it is nonsense in PostgreSQL 15.
 * ETL_EXPR_CASES sets how many, ETL_EXPR_SEED repeats a run; the seed stands in the name of the test.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/test-database.js';
import { createOracle } from '../oracle.js';
import { randomExpressions, type RandomExpr } from './expression-generator.js';
import { isOnPurpose, randomGrid } from './random-grid.js';

const cases = Number(process.env.ETL_EXPR_CASES ?? 400);
const seed = Number(process.env.ETL_EXPR_SEED ?? Math.floor(Math.random() * 2 ** 31));
const BATCH = 100;

const oracle = await createOracle(await testDatabase(), randomGrid);

test(`random expressions, seed ${seed}`, { timeout: 30_000 + cases * 200 }, async () => {
  const expressions = fc.sample(randomExpressions(4), { numRuns: cases, seed });
  const found: string[] = [];
  for (let from = 0; from < expressions.length; from += BATCH) {
    const batch = expressions.slice(from, from + BATCH);
    const differences = await differencesOf(batch);
    if (differences.size === 0) continue;
    for (const expression of batch) if (differences.has(expression.text)) found.push(...(await smallest(expression)));
    if (found.length > 200) break;
  }
  expect([...new Set(found)]).toEqual([]);
});

/** Differing expressions with their first line. */
async function differencesOf(expressions: readonly RandomExpr[]): Promise<Map<string, string>> {
  const result = new Map<string, string>();
  const lines = await oracle.compare(expressions.map(({ text }) => text));
  for (const { text } of expressions) {
    const line = lines.find((candidate) => candidate.startsWith(text));
    if (line !== undefined && !isOnPurpose(line)) result.set(text, line);
  }
  return result;
}

/** The parts that differ while all of their own parts agree. */
async function smallest(expression: RandomExpr): Promise<string[]> {
  const parts = [...new Map(flatten(expression).map((part) => [part.text, part])).values()];
  const differences = await differencesOf(parts);
  const blamed = parts.filter(
    (part) => differences.has(part.text) && !part.children.some((child) => differences.has(child.text)),
  );
  return blamed.map((part) => differences.get(part.text)!);
}

function flatten(expression: RandomExpr): RandomExpr[] {
  return [expression, ...expression.children.flatMap(flatten)];
}

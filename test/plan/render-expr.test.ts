/** What explain prints of an expression is that expression: read again, it gives the same tree. */
import { expect, test } from 'vitest';
import { checkExpression } from '../../src/expr/check-expression.js';
import { renderExpr } from '../../src/plan/explain/render-expr.js';

const columns = [
  { name: 'a', type: { kind: 'int32' }, nullable: true },
  { name: 'b', type: { kind: 'int64' }, nullable: true },
  { name: 'c', type: { kind: 'text' }, nullable: true },
  { name: 'd', type: { kind: 'date' }, nullable: true },
  { name: 'Odd "name"', type: { kind: 'boolean' }, nullable: true },
] as const;

test.each([
  'a + 1 > 2 AND (a = 3 OR NOT a = 4)',
  '(a + 1) * 2 - (a - (1 - a))',
  'NOT (a = 1 AND a = 2)',
  "c = 'it''s' OR c IS NULL",
  "(c = 'x') IS NOT TRUE",
  '"Odd ""name""" AND b IN (1, 2)',
  'a BETWEEN 1 AND 2 + 3',
  "CASE WHEN a > 1 THEN 'x' ELSE c END",
  'a IS DISTINCT FROM 5',
  "d > '2026-01-01'",
  'a::bigint + b = 3',
  '(a + 1)::text',
  'coalesce(a, 1) = nullif(a, 2)',
  '- (a + 1) < 3',
  'NULL::integer = a',
  '1.50 > a',
])('%s', (text) => {
  const scope = { columns, params: {} };
  const expr = checkExpression(text, scope);
  expect(checkExpression(renderExpr(expr), scope), renderExpr(expr)).toEqual(expr);
});

/** What is recommended in place of a function that etl does not have is accepted, and so does not lead astray. */
import { expect, test } from 'vitest';
import type { Field } from '../../src/columnar/batch.js';
import { functionNames } from '../../src/expr/catalog.js';
import { checkExpression } from '../../src/expr/check-expression.js';
import { substituteList } from '../../src/expr/function-substitutes.js';
import { typeFromName } from '../../src/expr/type-from-name.js';

const types = { a: 'text', b: 'text', n: 'numeric', m: 'numeric', t: 'timestamp', j: 'jsonb' };
const columns = Object.entries(types).map(([name, type]): Field => ({
  name,
  type: typeFromName(type)!,
  nullable: true,
}));

test.each(substituteList())('%s: %s', (name, expression) => {
  expect(() => checkExpression(expression, { columns, params: {}, now: '2026-01-01 00:00:00+00' })).not.toThrow();
  expect(functionNames()).not.toContain(name);
});

test.each([
  ['nvl(a, b)', 'coalesce(a, b)'],
  ['gen_random_uuid()', 'md5(a)::uuid'],
  ['lenght(a)', 'did you mean length()?'],
])('%s is refused with %s', (expression, hint) => {
  let refusal: unknown = null;
  try {
    checkExpression(expression, { columns, params: {}, now: '2026-01-01 00:00:00+00' });
  } catch (error) {
    refusal = error;
  }
  expect((refusal as { hint: string }).hint).toContain(hint);
});

/** Arithmetic, comparison and functions of numbers against PostgreSQL, over every pair of number types. */
import { expect, test } from 'vitest';
import { testDatabase } from '../support/test-database.js';
import { comparisons, coreGrid, each, numbers } from './core-grid.js';
import { createOracle } from './oracle.js';

const oracle = await createOracle(await testDatabase(), coreGrid);

async function agree(expressions: readonly string[], closeFloats = false): Promise<void> {
  expect(await oracle.compare(expressions, { closeFloats })).toEqual([]);
}

test('arithmetic over every pair of number types', async () => {
  for (const operator of ['+', '-', '*', '/', '%']) {
    const exprs = each(numbers, numbers, (a, b) => `${a} ${operator} ${b}`);
    const floats = (expr: string): boolean => operator === '%' && /[fgh]/.test(expr);
    await agree(exprs.filter((expr) => !floats(expr)));
  }
});

test('arithmetic with literals', async () => {
  const literals = ['0', '2', '-3', '2.50', '9007199254740993', '1e3', "'4'"];
  await agree(
    each(
      ['+', '-', '*', '/'],
      each(numbers, literals, (a, b) => `${a}\0${b}`),
      (operator, pair) => pair.replace('\0', ` ${operator} `),
    ),
  );
  await agree(each(['+', '-'], numbers, (sign, a) => `${sign} ${a}`));
});

test('comparison over every pair of number types', async () => {
  for (const operator of ['=', '<']) await agree(each(numbers, numbers, (a, b) => `${a} ${operator} ${b}`));
  for (const operator of comparisons)
    await agree(['i j', 'b c', 'g h', 'f g', 'd k', 'n m'].map((pair) => pair.replace(' ', ` ${operator} `)));
});

test('rounding', async () => {
  await agree(
    each(['round', 'trunc', 'floor', 'ceil', 'ceiling', 'abs', 'sign'], numbers, (name, a) => `${name}(${a})`),
  );
  await agree(
    each(
      each(
        ['d', 'k', 'w', 'n', 'm'],
        ['0', '1', '2', '5', '-1', '-3', '-40', '12', 'i % 7'],
        (a, digits) => `${a}, ${digits}`,
      ),
      ['round', 'trunc'],
      (args, name) => `${name}(${args})`,
    ),
  );
});

test('other numeric functions', async () => {
  await agree(
    each(['mod', 'gcd', 'lcm'], ['i, j', 'b, c', 's, j', 'i, c'], (name, args) => `${name}(${args})`).filter(
      (expr) => !expr.includes('s, j'),
    ),
  );
  await agree([
    'mod(d, k)',
    'mod(n, m)',
    'mod(s, s)',
    'div(i, j)',
    'div(d, k)',
    'div(n, m)',
    'sqrt(n)',
    'sqrt(d)',
    'sqrt(w)',
    'sqrt(k)',
    'sqrt(g)',
    'sqrt(i)',
    'pi()',
    'degrees(g)',
    'radians(g)',
    'abs(-5)',
    'sign(-2.5)',
    'round(2.5)',
    'round(-2.5)',
    'round(i / 3.0, 2)',
    'floor(-0.5)',
    'ceil(-0.5)',
  ]);
  await agree(
    [
      'exp(g)',
      'ln(g)',
      'log(g)',
      'log10(g)',
      'cbrt(g)',
      'sin(g)',
      'cos(g)',
      'tan(h)',
      'asin(g)',
      'acos(g)',
      'atan(g)',
      'atan2(g, h)',
      'power(g, h)',
      'pow(g, 2)',
      'g ^ h',
      '2 ^ i',
      'i ^ 2',
      'exp(1)',
    ],
    true,
  );
});

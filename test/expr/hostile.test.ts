/** Texts that want out of the language, or want to exhaust it: an `EtlError` or a value, never anything else (S8). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch, Field } from '../../src/columnar/batch.js';
import { createBuilder } from '../../src/columnar/column-builder.js';
import { RowErrors } from '../../src/columnar/row-errors.js';
import { EtlError } from '../../src/errors/etl-error.js';
import { checkExpression, checkSelectItem } from '../../src/expr/check-expression.js';
import { compileExpressions } from '../../src/expr/compile-expression.js';

const odd = [
  'constructor',
  '__proto__',
  'toString',
  'k0',
  'i',
  'target',
  'a`${1}',
  'x"; process.exit(1); "',
  'line\u2028\n*/',
];
const columns: Field[] = odd.map((name) => ({ name, type: { kind: 'int32' }, nullable: true }));

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function batchOfOnes(): Batch {
  const one = createBuilder({ kind: 'int32' }, 8);
  one.appendNull();
  if (one.layout === 'int32') one.append(1);
  const column = one.finish();
  return { schema: { fields: columns }, columns: columns.map(() => column), length: 2, selection: null };
}

function evaluate(text: string): unknown {
  try {
    const expr = checkExpression(text, { columns, params: {} });
    return compileExpressions([expr], { fields: columns })(batchOfOnes(), new RowErrors())[0];
  } catch (error) {
    expect(error).toBeInstanceOf(EtlError);
    return error;
  }
}

test('names of JavaScript are names like any other', () => {
  for (const name of odd)
    expect(evaluate(`${quoted(name)} + 1`)).toMatchObject({ layout: 'int32', values: Int32Array.of(0, 2) });
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'eval', 'Function', 'process'])
    for (const text of [
      `${name}(1)`,
      `missing.${name}`,
      `:${name}`,
      `1::${name}`,
      `CAST(1 AS ${name})`,
      `EXTRACT(${name} FROM now())`,
      `${name}`,
    ])
      if (!odd.includes(text)) expect(evaluate(text), text).toBeInstanceOf(EtlError);
});

test('what a text holds stays text', () => {
  const texts = ["'); process.exit(1); ('", "E'\\u2028'", "'${process.env}'", "'`'", "'*/ //'", "'\\'"];
  for (const text of texts) expect(evaluate(text), text).toMatchObject({ layout: 'bytes' });
});

test('depth and length are limited before the stack is', () => {
  const deep = [
    '('.repeat(30_000),
    `${'('.repeat(500)}1${')'.repeat(500)}`,
    `${'NOT '.repeat(5000)}TRUE`,
    `${'- '.repeat(5000)}1`,
    `1${' + 1'.repeat(5000)}`,
    `1${'::int'.repeat(5000)}`,
    `${'abs('.repeat(5000)}1${')'.repeat(5000)}`,
    `${'CASE WHEN TRUE THEN '.repeat(2000)}1${' END'.repeat(2000)}`,
    `1${' IS NULL'.repeat(3000)}`,
    `${'/*'.repeat(20_000)}`,
    `'${'x'.repeat(70_000)}'`,
    `${'1 BETWEEN '.repeat(4000)}1`,
    `${'ARRAY['.repeat(4000)}1`,
  ];
  for (const text of deep) expect(evaluate(text), text.slice(0, 40)).toMatchObject({ code: 'ETL-3001' });
});

test('what is wide but flat is computed', () => {
  expect(evaluate(`${'('.repeat(190)}1${')'.repeat(190)}`)).toMatchObject({ layout: 'int32' });
  expect(evaluate(`TRUE${' AND TRUE'.repeat(5000)}`)).toMatchObject({ layout: 'bits' });
  expect(evaluate(`"k0" IN (${Array.from({ length: 8000 }, (_, i) => i).join(',')})`)).toMatchObject({
    layout: 'bits',
  });
  expect(
    evaluate(`CASE "k0"${Array.from({ length: 900 }, (_, i) => ` WHEN ${i} THEN ${i + 1}`).join('')} END`),
  ).toMatchObject({
    layout: 'int32',
  });
});

test('any text is an expression or an EtlError', () => {
  const token = fc.constantFrom(
    ...[
      '(',
      ')',
      ',',
      '*',
      '+',
      '-',
      '/',
      '::',
      ':',
      '.',
      '=',
      '<>',
      '||',
      '->',
      '~',
      '[',
      ']',
      "'",
      '"',
      "E'\\",
      '$',
      ';',
      '--',
      '/*',
      '*/',
    ],
    ...[
      'AND',
      'OR',
      'NOT',
      'IS',
      'NULL',
      'IN',
      'BETWEEN',
      'LIKE',
      'CASE',
      'WHEN',
      'THEN',
      'ELSE',
      'END',
      'CAST',
      'AS',
      'int',
      'date',
      'EXTRACT',
      'FROM',
      'SELECT',
    ],
    ...[
      'k0',
      '"i"',
      '1',
      '1.5',
      "'2026-01-01'",
      'abs',
      'upper',
      'AT TIME ZONE',
      'COLLATE',
      'ARRAY',
      'DISTINCT',
      'sum',
      ' ',
    ],
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join(' ')),
  );
  fc.assert(
    fc.property(text, (source) => void evaluate(source)),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(text, (source) => {
      try {
        checkSelectItem(source, { columns, params: {} });
      } catch (error) {
        expect(error).toBeInstanceOf(EtlError);
        const { column = 0, length = 0 } = (error as EtlError).at ?? {};
        expect(column).toBeGreaterThan(0);
        expect(column + length).toBeLessThanOrEqual(source.length + 2);
      }
    }),
    { numRuns: 2000 },
  );
});

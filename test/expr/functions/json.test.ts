/** JSON access and building against PostgreSQL: nesting, escapes, duplicate keys, white space, numbers of every form, NULLs. */
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/test-database.js';
import { createOracle } from '../oracle.js';
import { crossGrid } from './cross-grid.js';

const database = await testDatabase();

const documents = [
  '{}',
  '[]',
  '"text"',
  '1',
  'null',
  'true',
  '{"a":1}',
  '{"a":{"b":[1,{"c":"d"}]},"e":null}',
  '{"user":"zoë","n":-1.50e3,"ok":false,"t":"a\\nb\\"c\\\\d\\/\\u00e9\\ud83d\\udc4d"}',
  '[1,"a",null,[2,[3]],{"a":[]}]',
  ' { "a" : [ 1 , 2 ] , "b" : "x y" } ',
  '{"a":1,"b":2,"a":3}',
  '{"":"empty key","\\"q\\"":1,"a.b":{"":2}}',
  '{"a\\u0062":"escaped key","ab":"plain"}',
  '[[["deep"]],{}]',
  '1e400',
  '-0.0',
  '{"long":"' + 'x'.repeat(300) + '","tail":7}',
  '{"a":"}","b":"{[","c":"]\\"}"}',
  '["a","b","a"]',
  '{"A":1,"aa":2,"b":3,"é":4,"👍":5}',
  null,
] as const;

const keys = ['a', 'b', 'user', 't', 'ab', '', '"q"', 'tail', 'é', 'c', 'n', null] as const;
const jsonb = await createOracle(
  database,
  crossGrid({ x: ['jsonb', ...documents], k: ['text', ...keys], i: ['integer', '0', '1', '-1', '-3', '9', null] }),
);
const json = await createOracle(
  database,
  crossGrid({ x: ['json', ...documents], k: ['text', ...keys], i: ['integer', '0', '1', '-1', '-3', '9', null] }),
);

const paths = [
  '{}',
  '{a}',
  '{a,b}',
  '{a,b,1,c}',
  '{a,b,-1}',
  '{3,1,0}',
  '{"\\"q\\""}',
  '{""}',
  '{a.b,""}',
  '{0}',
  '{ 1}',
  '{x1}',
  '{NULL}',
  '{a,NULL}',
  '{99999999999}',
  '{0,0,0}',
];

test('members, elements and paths', async () => {
  const expressions = [
    'x -> k',
    'x ->> k',
    'x -> i',
    'x ->> i',
    "x -> 'a'",
    "x ->> 'a'",
    "x -> 'a' -> 'b' ->> 1",
    "x -> 'a' -> 0",
    "x ->> 't'",
    'x -> 0',
    'x -> -1',
    'x::text',
    ...paths.flatMap((path) => [`x #> '${path}'`, `x #>> '${path}'`]),
  ];
  expect(await jsonb.compare(expressions)).toEqual([]);
  expect(await json.compare(expressions)).toEqual([]);
});

test('questions about a value', async () => {
  expect(
    await jsonb.compare([
      'jsonb_typeof(x)',
      'jsonb_typeof(x -> k)',
      'jsonb_array_length(x)',
      'jsonb_exists(x, k)',
      "(x ->> 'n')::numeric",
      "(x -> 'n')::numeric",
      "(x -> 'n')::int",
      "(x -> 'ok')::boolean",
      'x::json',
    ]),
  ).toEqual([]);
  expect(
    await json.compare([
      'json_typeof(x)',
      'json_array_length(x)',
      'x::jsonb',
      "(x ->> 'n')::float8",
      "(x #>> '{a,b,0}')::int + 1",
    ]),
  ).toEqual([]);
});

test('escapes that a text cannot hold', async () => {
  const bad = await createOracle(
    database,
    crossGrid({
      x: [
        'json',
        '{"a":"\\u0000"}',
        '{"b":"\\ud800"}',
        '{"a":"\\udc00x","c":1}',
        '{"a":"\\ud83d\\u0041"}',
        '["\\ud83d\\udc4d","\\\\u0000"]',
        '{"\\u0000":1}',
        '{"a":"ok","z":"\\u00e9"}',
      ],
    }),
  );
  expect(
    await bad.compare(["x -> 'a'", "x ->> 'a'", "x ->> 'b'", 'x -> 0', "x #>> '{a}'", 'x::text', 'x::jsonb']),
  ).toEqual([]);
});

test('json and jsonb from text', async () => {
  const texts = [
    ...documents.filter((text) => text !== null),
    '',
    ' ',
    '{',
    '{"a"}',
    '{"a":}',
    '[1,]',
    '[,1]',
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    '1e',
    'nul',
    'NULL',
    '"a',
    "'a'",
    '"\t"',
    '"\\x"',
    '"\\u12"',
    '{"a":1}}',
    '[1] 2',
    '1e5',
    '1E+2',
    '1.10',
    '0.00001',
    '12345678901234567890123',
    '1e-3',
    '{"b":1,"aa":2,"a":3}',
    '"\u007f"',
    '\ufeff1',
  ];
  const grid = await createOracle(database, crossGrid({ t: ['text', ...texts] }));
  expect(await grid.compare(['t::json', 't::jsonb', "t::jsonb ->> 'a'", 't::json::jsonb::text'])).toEqual([]);
});

test('what lies behind a value in memory is not looked at', async () => {
  const neighbours = await createOracle(
    database,
    crossGrid({
      x: ['jsonb', '{"a": 1}', '"b"', '{}', '"c"', '[]', '"d"'],
      y: ['json', '{"a":1}', '"b"', '{}', '"c"'],
    }),
  );
  expect(
    await neighbours.compare([
      "x ->> 'zz'",
      "y ->> 'zz'",
      'x ->> 5',
      'y ->> 5',
      "x #>> '{zz,y}'",
      "jsonb_exists(x, 'zz')",
      "(y::jsonb) ->> 'zz'",
    ]),
  ).toEqual([]);
});

test('building', async () => {
  const values = await createOracle(
    database,
    crossGrid({
      t: ['text', 'plain', 'q"\\\n\u0001é👍', null],
      i: ['integer', '-5', null],
      b: ['bigint', '9223372036854775807', '7'],
      f: ['double precision', '1e20', '0.1', '-0', 'NaN', '1e-7'],
      r: ['real', '1.5', '1e10'],
      n: ['numeric', '1.50', 'NaN'],
    }),
  );
  const build = ['_build_object', '_build_array'].flatMap((name) => ['json', 'jsonb'].map((kind) => `${kind}${name}`));
  expect(
    await values.compare([
      ...['to_json', 'to_jsonb'].flatMap((name) =>
        [
          't',
          'i',
          'b',
          'f',
          'r',
          'n',
          'i > 0',
          'n * 2',
          '1.50',
          "date '2020-01-01'",
          "timestamp '2020-01-01 10:00:00.5'",
          "timestamptz '2020-01-01 10:00Z'",
          "time '10:00'",
          "interval '1 day 2 hours'",
          "'\\x00ff'::bytea",
          '\'{"b":1, "a":[1,2]}\'::json',
          '\'{"b":1, "a":[1,2]}\'::jsonb',
        ].map((value) => `${name}(${value})`),
      ),
      ...build.map((name) => `${name}('t', t, 'longer', i, 'b', b, 'f', f, 'r', r, 'n', n)`),
      ...build.map((name) => `${name}()`),
      ...build.map((name) => `${name}('a', NULL, 'c', i > 0, 'a', 2)`),
      ...build.map((name) => `${name}(t, i)`),
      ...build.map((name) => `${name}(i, t, f, b, n, 1)`),
      ...build.map((name) => `${name}('d', date '2020-01-01', date '2020-01-01', 'd', i > 0, n > 0)`),
      ...build.map((name) => `${name}('j', '[1, {}]'::json, 'jb', '{"z":1,"a":2}'::jsonb, 'nested', ${name}('x', t))`),
      "jsonb_build_object('a', t) ->> 'a'",
      "jsonb_build_object('a', b)::text",
      "jsonb_build_object(concat('k', i), t)",
      'json_build_object(1.50, 1)',
      "json_build_array(1.50, jsonb_build_array(t, n), '[1.50]'::json)",
      "jsonb_build_array(1.50, json_build_array(t, n), '[1.50]'::json)",
    ]),
  ).toEqual([]);
});

test('what cannot be built is refused', async () => {
  const refused = ["jsonb_build_object('a')", "json_build_object('{}'::json, 1)", 'jsonb_build_object(x, 1)'];
  const answers = await jsonb.compare(refused);
  expect(refused.map((text) => answers.find((line) => line.startsWith(text))?.replace(/, PostgreSQL.*/, '')))
    .toMatchInlineSnapshot(`
    [
      "jsonb_build_object('a'): type ETL-3003 argument list must have even number of elements",
      "json_build_object('{}'::json, 1): type ETL-3003 a key has to be a scalar, not an array or json",
      "jsonb_build_object(x, 1): type ETL-3003 a key has to be a scalar, not an array or json",
    ]
  `);
});

/** LIKE and regular expressions against PostgreSQL: constant and changing patterns, escapes, classes, anchors, captures, empty matches. */
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/test-database.js';
import { createOracle } from '../oracle.js';
import { crossGrid } from './cross-grid.js';

const database = await testDatabase();

const texts = [
  '',
  'a',
  'abc',
  'ABC',
  'a%c',
  'a_c',
  'a\\c',
  'aXbXc',
  'foo bar',
  'foo-bar_baz',
  'ünïcödé ÉÜ',
  'a👍b',
  'line1\nline2',
  '2026-01-31',
  'user@example.org',
  'aaaa',
  'abab',
  'İstanbul',
  'straße',
  '\\',
  null,
] as const;
const rows = await createOracle(database, crossGrid({ t: ['text', ...texts] }));

test('LIKE with patterns that change from row to row', async () => {
  const patterns = [
    '',
    '%',
    '_',
    '__%',
    'a%',
    '%c',
    '%b%',
    'a_c',
    'a\\_c',
    'a\\%c',
    'a\\\\c',
    '%\\',
    'a\\',
    '\\',
    '%o%b%',
    'A%',
    '%É_',
    '_👍_',
    '%_👍%_',
    'i%',
    'straSSE',
    '%X%X%',
    'a%%c',
    '!%',
    null,
  ];
  const grid = await createOracle(database, crossGrid({ t: ['text', ...texts], p: ['text', ...patterns] }));
  expect(await grid.compare(['t LIKE p', 't NOT LIKE p', 't ILIKE p', 't NOT ILIKE p'])).toEqual([]);
  const escaped = await createOracle(
    database,
    crossGrid({
      t: ['text', 'a%c', 'a_c', 'abc', 'ABC!', '\\', '', null],
      p: ['text', 'a!%c', 'a\\_c', 'aA%c', '!', '%!', 'a%!', '!%', null],
      e: ['text', '\\', '!', '', 'ab', 'A', null],
    }),
  );
  expect(await escaped.compare(['t LIKE p ESCAPE e', 't ILIKE p ESCAPE e'])).toEqual([]);
});

test('LIKE with constant patterns', async () => {
  const patterns = ['%', '', 'a%', '%c', '%b%', 'a_c', 'a\\_c', 'a\\%c', '%a%b%', '_%_', '%👍%', 'foo%baz', '%-%_b%'];
  expect(
    await rows.compare(patterns.flatMap((p) => [`t LIKE '${p}'`, `t ILIKE '${p}'`, `t LIKE '${p}' ESCAPE '#'`])),
  ).toEqual([]);
  expect(
    await rows.compare([
      "t LIKE 'a!_c' ESCAPE '!'",
      "t LIKE '%' || t || '%'",
      't LIKE NULL',
      "t LIKE 'aüü%' ESCAPE 'ü'",
    ]),
  ).toEqual([]);
});

const patterns = [
  '',
  'a',
  '^a',
  'a$',
  '^$',
  '^',
  '$',
  '.',
  '^.$',
  'a.c',
  'b+',
  'a*',
  '^a*$',
  '(ab)+',
  '^(ab)*$',
  'a|b',
  '^(a|ab)(c|bcd)?$',
  '[abc]',
  '[^abc]',
  '^[a-z]+$',
  '[[:alpha:]]',
  '^[[:alnum:]_]+$',
  '[[:upper:]]',
  '[[:space:]]',
  '[[:punct:]]',
  '[^[:alpha:]]',
  '\\d',
  '\\D',
  '\\w+',
  '\\W',
  '\\s',
  '\\S',
  '^\\d{4}-\\d\\d-\\d{2}$',
  'a{2}',
  'a{2,}',
  '^a{1,3}$',
  'a{0}',
  'x{,2}',
  'o{1',
  '\\mbar',
  'foo\\M',
  '\\yb',
  '\\Yb',
  '\\Aa',
  'c\\Z',
  '[[:<:]]bar[[:>:]]',
  'a\\.c',
  '\\\\',
  '[\\\\]',
  '[]a]',
  '[a\\-]',
  '[-a]',
  '[a-]',
  '[\\w-]',
  '[^\\W_]',
  '[\\d\\s]',
  '\\u00e9',
  '\\x61',
  '\\t|\\n',
  '[\\n]',
  '(?i)ABC',
  '(?n)^line2$',
  '(?n)line1.',
  '(?s)line1.',
  '(?w)^line2',
  '(?p)line1.line',
  '***=a.c',
  '***:a.c',
  '(?q)a_c',
  'ü',
  '[à-ü]',
  '👍',
  'a.b',
  '(?:ab){2}',
  '(((a)))',
  'a??',
  'a+?b',
  '(a|)',
  '()',
  'a||b',
  '(|a)+',
  '(a*)*',
  '(a*)+',
  '(a|b)*c',
  '\\(',
  '\\Bc',
  '^^a',
  'a$$',
  'a^b',
  'i',
  'ſ',
  'ß',
];
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

test('regular expressions that match or do not', async () => {
  expect(
    await rows.compare(
      patterns
        .filter((p) => !['x{,2}', 'o{1'].includes(p))
        .flatMap((p) => [`t ~ ${quoted(p)}`, `t ~* ${quoted(p)}`, `t !~ ${quoted(p)}`, `t !~* ${quoted(p)}`]),
    ),
  ).toEqual([]);
});

test('replacing, counting and finding matches', async () => {
  const p = patterns.filter((pattern) => !['x{,2}', 'o{1'].includes(pattern));
  expect(
    await rows.compare([
      ...p.flatMap((pattern) => [
        `regexp_replace(t, ${quoted(pattern)}, '<\\&>')`,
        `regexp_replace(t, ${quoted(pattern)}, '<\\1\\2>', 'g')`,
        `regexp_count(t, ${quoted(pattern)})`,
        `substring(t FROM ${quoted(pattern)})`,
        `regexp_substr(t, ${quoted(pattern)}, 2)`,
      ]),
      "regexp_replace(t, 'a', '\\\\x\\y\\')",
      "regexp_replace(t, 'A', 'z', 'gi')",
      "regexp_replace(t, 'a', 'z', 2)",
      "regexp_replace(t, '[a-c]', 'z', 1, 2)",
      "regexp_replace(t, '[a-c]', 'z', 2, 0)",
      "regexp_replace(t, '[a-c]', 'z', 1, 0, 'i')",
      "regexp_replace(t, '', '-', 'g')",
      "regexp_replace(t, 'b*', '-', 'g')",
      "regexp_like(t, 'ABC', 'i')",
      "regexp_like(t, 'a')",
      "regexp_count(t, '[ab]', 2)",
      "regexp_count(t, 'A', 1, 'i')",
      "regexp_substr(t, '(.)(.)', 1, 2)",
      "regexp_substr(t, '(.)(.)', 1, 1, '', 2)",
      "regexp_substr(t, '(.)(.)', 1, 1, 'n', 3)",
      "regexp_substr(t, 'B', 1, 1, 'i')",
      "regexp_instr(t, 'b')",
      "regexp_instr(t, '[ab]', 2)",
      "regexp_instr(t, '[ab]', 1, 2)",
      "regexp_instr(t, '[ab]+', 1, 1, 1)",
      "regexp_instr(t, '(.)(.)', 1, 1, 0, '', 2)",
      "regexp_instr(t, '(.)(.)', 1, 1, 1, '', 1)",
      "regexp_count(t, '^a')",
      "regexp_substr(t, '^b', 2)",
      "regexp_count(t, '\\mb', 3)",
      "regexp_replace(t, '([a-z]+)@([a-z.]+)', '\\2 at \\1')",
      "regexp_replace(t, '(\\d+)-(\\d+)-(\\d+)', '\\3.\\2.\\1')",
      "regexp_replace(t, '^(.*?)(,.*)?$', '[\\1][\\2]')",
      "regexp_replace(t, '(a+)(a*)', '[\\1][\\2]')",
      "regexp_replace(t, '(a+?)(a*)', '[\\1][\\2]')",
      "regexp_replace(t, '(a|ab)(c|bcd)?(.*)', '[\\1][\\2][\\3]')",
      "regexp_replace(t, '(?:a|ab)(?:bc)?(.*)', '[\\1]')",
      "regexp_replace(t, '((a)|(b))*', '[\\1][\\2][\\3]')",
      "regexp_replace(t, '((a)|(b))+', '[\\1][\\2][\\3]')",
    ]),
  ).toEqual([]);
});

test('bad start, count and capture numbers', async () => {
  const grid = await createOracle(
    database,
    crossGrid({ t: ['text', 'abcabc', '', 'é'], i: ['integer', '-1', '0', '1', '3', '9'] }),
  );
  expect(
    await grid.compare([
      "regexp_count(t, 'b', i)",
      "regexp_replace(t, 'b', 'x', i)",
      "regexp_replace(t, 'b', 'x', 1, i)",
      "regexp_substr(t, 'b', i)",
      "regexp_substr(t, 'b', 1, i)",
      "regexp_substr(t, '(b)', 1, 1, '', i)",
      "regexp_instr(t, 'b', 1, 1, i)",
      "regexp_count(t, '$', i)",
      "regexp_replace(t, '$', 'x', i)",
    ]),
  ).toEqual([]);
});

test('what we do not run is refused with its construct', async () => {
  const refused = [
    "t ~ '(a)\\1'",
    "t ~ 'a(?=b)'",
    "t ~ 'a(?!b)'",
    "t ~ '(?<=a)b'",
    "t ~ '[[.a.]]'",
    "t ~ '(?x)a'",
    't ~ t',
    "regexp_replace(t, t, 'x')",
    "regexp_replace(t, '(a){0,2}', '\\1')",
  ];
  const answers = await rows.compare(refused);
  expect(refused.map((text) => answers.find((line) => line.startsWith(text))?.replace(/, PostgreSQL.*/, '')))
    .toMatchInlineSnapshot(`
    [
      "t ~ '(a)\\1': type ETL-3003 regular expressions with the back reference or octal escape \\1 are not supported",
      "t ~ 'a(?=b)': type ETL-3003 regular expressions with lookaround (?= are not supported",
      "t ~ 'a(?!b)': type ETL-3003 regular expressions with lookaround (?! are not supported",
      "t ~ '(?<=a)b': type ETL-3003 regular expressions with lookaround (?< are not supported",
      "t ~ '[[.a.]]': type ETL-3003 regular expressions with collating elements [. are not supported",
      "t ~ '(?x)a': type ETL-3003 regular expressions with the option (?x) are not supported",
      "t ~ t: type ETL-3003 the pattern of ~ has to be a constant",
      "regexp_replace(t, t, 'x'): type ETL-3003 the pattern of regexp_replace has to be a constant",
      "regexp_replace(t, '(a){0,2}', '\\1'): type ETL-3003 regular expressions with captures inside {0,2} are not supported",
    ]
  `);
  const wrong = [
    "t ~ 'a**'",
    "t ~ '*a'",
    "t ~ '(a'",
    "t ~ 'a)'",
    "t ~ '[a'",
    "t ~ '[b-a]'",
    "t ~ '[[:foo:]]'",
    "t ~ 'a\\q'",
    "t ~ 'a{2,1}'",
    "t ~ 'a{256}'",
    "t ~ '(?z)a'",
  ];
  expect((await rows.compare(wrong)).filter((line) => !line.includes('invalid regular expression'))).toEqual([]);
});

test('patterns made to explode take one look at each character, or end in an error of the row', async () => {
  const long = 'a'.repeat(20_000);
  const bombs = await createOracle(database, crossGrid({ t: ['text', long] }));
  expect(
    await bombs.compare([
      "t ~ '(a*)*b'",
      "t ~ '^(a|aa)+$'",
      "t ~ '(a|a)*(a|a)*(a|a)*c'",
      "t ~ '(a|b)*a(a|b){12}c'",
      "length(regexp_replace(t, '((a)|(b))*', '[\\1\\2]'))",
      "regexp_count(t, '(a*)*')",
    ]),
  ).toEqual([]);
  expect(await bombs.compare(["regexp_count(t, 'a(.*b)?')"])).toEqual([
    expect.stringContaining('"!54000", PostgreSQL "20000"'),
  ]);
  expect(await bombs.compare(["t ~ '((a{1,255}){1,255}){1,255}'"])).toEqual([
    expect.stringContaining('regular expressions with so many repetitions are not supported'),
  ]);
});

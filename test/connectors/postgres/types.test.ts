import { expect, test } from 'vitest';
import { typeName } from '../../../src/columnar/data-type.js';
import { testDatabase } from '../../support/test-database.js';
import {
  block,
  openCatalog,
  planOnce,
  planOf,
  readBatches,
  readRows,
  rowsOf,
  settingsWith,
  type Rows,
} from './read-all.js';

const database = await testDatabase();
await database.query(`
  SET timezone = 'UTC'; SET bytea_output = 'hex'; SET intervalstyle = 'postgres';
  CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
  CREATE DOMAIN positive AS numeric(8,3) CHECK (VALUE > 0);
  CREATE DOMAIN positives AS positive[];
  CREATE TYPE pair AS (a int, b text)`);

/** Type, then values as SQL: extremes, oddities, NULL is added to each. */
const cases: [type: string, ours: string, ...values: string[]][] = [
  ['boolean', 'boolean', 'true', 'false'],
  ['smallint', 'smallint', '0', '-32768', '32767'],
  ['integer', 'integer', '0', '-1', '7', '-2147483648', '2147483647', '1000000000', '-999999999'],
  [
    'bigint',
    'bigint',
    '0',
    '-1',
    '9007199254740993',
    "'-9223372036854775808'",
    '9223372036854775807',
    '4294967296',
    '-4294967297',
    '999999999999999',
    '1000000000000000',
  ],
  ['real', 'real', '0', '0.1', '3.4028235e38', '1e-45', "'NaN'", "'-Infinity'", '16777217', '-0.0::real * -1'],
  [
    'double precision',
    'double precision',
    '0',
    "'-0'",
    '0.1',
    '1.7976931348623157e308',
    '5e-324',
    "'NaN'",
    "'Infinity'",
    '123456789012345678',
    '0.30000000000000004',
    '100',
    '-31.66897714491452',
    '1e15',
    '9007199254740993',
    '0.000123456789012345',
  ],
  ['numeric(12,2)', 'numeric(12,2)', '0', '-0.01', '9999999999.99', '-1234.5'],
  ['numeric(38,10)', 'numeric(38,10)', "'9999999999999999999999999999.9999999999'", "'-0.0000000001'", '1'],
  ['numeric(3,-2)', 'numeric', '12300', '-500'],
  [
    'numeric',
    'numeric',
    "'NaN'",
    "'Infinity'",
    "'1e-50'",
    "'123456789012345678901234567890123456789012345678901234567890.5'",
    '1.50',
    '0',
  ],
  [
    'text',
    'text',
    "''",
    "'plain'",
    "E'tab\\tnew\\nline\\r back\\\\slash \\b\\f\\v'",
    "'\\N'",
    "'ünïcödé 🐘 日本'",
    "repeat('long ', 400)",
    "E'\\\\'",
  ],
  ['character varying(10)', 'character varying(10)', "'abc'", "''"],
  ['character(5)', 'character(5)', "'ab'", "''"],
  ['"char"', '"char"', "'x'"],
  ['name', 'name', "'a_name'"],
  ['json', 'json', `'{"a": [1, 2.50, "x\\ty"]}'`, "'null'"],
  ['jsonb', 'jsonb', `'{"b": 1, "a": {"n": 12345678901234567890}}'`, "'[]'"],
  ['uuid', 'uuid', "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
  ['bytea', 'bytea', "'\\x'", "'\\x00ff5c7801'", "decode(repeat('ab', 300), 'hex')"],
  [
    'date',
    'date',
    "'2026-11-22'",
    "'0001-01-01'",
    "'4713-01-01 BC'",
    "'5874897-12-31'",
    "'infinity'",
    "'-infinity'",
    "'1969-12-31'",
    "'2000-02-29'",
  ],
  ['time', 'time', "'00:00'", "'23:59:59.999999'", "'24:00'"],
  [
    'timestamp',
    'timestamp',
    "'2026-11-22 01:02:03'",
    "'1969-12-31 23:59:59.999999'",
    "'294246-12-31 23:59:59.999999'",
    "'4713-01-01 00:00:00 BC'",
    "'infinity'",
    "'-infinity'",
    "'2026-01-01 00:00:00.5'",
    "'9999-12-31 23:59:59.999999'",
    "'0001-01-01'",
  ],
  [
    'timestamp with time zone',
    'timestamptz',
    "'2026-11-22 01:02:03.000001+05:30'",
    "'1900-01-01 00:00:00-11'",
    "'infinity'",
    "'0044-03-15 12:00:00+00 BC'",
  ],
  [
    'interval',
    'interval',
    "'1 year 2 mons 3 days 04:05:06.789'",
    "'-1 days'",
    "'0'",
    "'-00:00:00.000001'",
    "'-178000000 years'",
  ],
  ['inet', 'inet', "'192.168.0.1/24'", "'::1'"],
  ['time with time zone', 'time with time zone', "'04:05:06.7+02'"],
  ['money', 'money', "'12.34'"],
  ['mood', 'mood', "'it''s ok'"],
  ['positive', 'numeric(8,3)', '0.001'],
  ['pair', 'pair', `ROW(1, 'x,"y"')`],
  ['int4range', 'int4range', "'[1,5)'"],
  ['xml', 'xml', "'<a>1</a>'"],
  ['integer[]', 'integer[]', "'{}'", "'{1,NULL,-3}'"],
  ['text[]', 'text[]', `ARRAY['a b', 'c"d', E'e\\\\f', '', 'NULL', NULL, E'tab\\there', '{x}']`, "'{}'"],
  ['numeric(10,2)[]', 'numeric(10,2)[]', "'{1.50,-2}'"],
  ['timestamptz[]', 'timestamptz[]', "ARRAY['2026-01-01'::timestamptz, NULL]"],
  ['mood[]', 'mood[]', "ARRAY['sad','it''s ok']::mood[]"],
  ['positives', 'numeric(8,3)[]', "'{1.5,2}'"],
  ['box[]', 'box[]', "'{(3,4),(1,2);(7,8),(5,6)}'"],
  ['int2vector', 'int2vector', "'1 2 3'"],
  ['bytea[]', 'bytea[]', "ARRAY['\\x00ff'::bytea, NULL]"],
  ['jsonb[]', 'jsonb[]', `ARRAY['{"a": "x,\\"y"}'::jsonb, 'null', NULL]`],
  ['double precision[]', 'double precision[]', "'{NaN,-Infinity,1e300,NULL}'"],
  ['date[]', 'date[]', "ARRAY['infinity'::date, '0044-03-15 BC']"],
  ['pair[]', 'pair[]', `ARRAY[ROW(1, 'x,"y"')::pair]`],
];

await database.query(`
  CREATE TABLE every_type (n int, ${cases.map(([type], i) => `c${i} ${type}`).join(', ')});
  ${cases
    .flatMap(([type, , ...values], i) =>
      values.map((value, n) => `INSERT INTO every_type (n, c${i}) VALUES (${i * 100 + n}, (${value})::${type});`),
    )
    .join('\n')}
  INSERT INTO every_type (n) VALUES (-1)`);

test('every type becomes the column it should be', async () => {
  const catalog = await openCatalog(database.url);
  const { schema, notes } = await catalog.describe(block({ table: 'every_type' }));
  await catalog.close();
  expect(schema.fields.slice(1).map(({ type }) => typeName(type))).toEqual(cases.map(([, ours]) => ours));
  expect(notes.join()).toContain('inet');
  expect(notes.join()).not.toContain('character varying');
});

async function serverText(sql: string): Promise<Rows> {
  return database.query(sql);
}

test.each(['copy', 'cursor'])('read: %s gives what the server prints, for extremes of every type', async (read) => {
  const expected = await serverText('SELECT * FROM every_type ORDER BY n');
  const plan = await planOnce(database.url, block({ query: 'SELECT * FROM every_type ORDER BY n', read }));
  const rows = await readRows(plan);
  for (let i = 0; i < cases.length; i++) {
    const column = (all: Rows): (string | null)[] => all.map((row) => row[i + 1]);
    expect({ type: cases[i][0], values: column(rows) }).toEqual({ type: cases[i][0], values: column(expected) });
  }
});

test('copy and cursor give equal batches whatever the fetch size', async () => {
  const sql = 'SELECT e.*, g FROM every_type e, generate_series(1, 5) g ORDER BY n, g';
  const all: Rows[] = [];
  for (const [read, fetchSize] of [
    ['copy', 8192],
    ['copy', 7],
    ['cursor', 8192],
    ['cursor', 7],
    ['cursor', 1],
  ] as const) {
    const batches = await readBatches(await planOnce(database.url, block({ query: sql, read }, { fetchSize })));
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(fetchSize);
    all.push(rowsOf(batches));
  }
  for (const rows of all) expect(rows).toEqual(all[0]);
});

test('NOT NULL and primary keys are known, of queries nothing is', async () => {
  await database.query('CREATE TABLE nulls (a int PRIMARY KEY, b text NOT NULL, c int)');
  const catalog = await openCatalog(database.url);
  const table = await catalog.describe(block({ table: 'public.nulls' }));
  const query = await catalog.describe(block({ query: 'SELECT * FROM nulls' }));
  await catalog.close();
  expect(table.schema.fields.map(({ nullable }) => nullable)).toEqual([false, false, true]);
  expect(query.schema.fields.map(({ nullable }) => nullable)).toEqual([true, true, true]);
});

test('a value that has no place in its column rejects its row, exactly that one', async () => {
  const rejected: string[][] = [];
  const catalog = await openCatalog(database.url);
  const plan = await planOf(
    catalog,
    block({
      query:
        "SELECT i, (CASE WHEN i % 3 = 0 THEN 'NaN' ELSE i::text END)::numeric(10,2) AS x, 't' || i AS t FROM generate_series(1, 10) i",
    }),
  );
  await catalog.close();
  const rows = await readRows(plan, { reject: (...row) => void rejected.push(row) });
  expect(rows.map(([i]) => i)).toEqual(['1', '2', '4', '5', '7', '8', '10']);
  expect(rejected[0][1]).toMatch(/^column x: .*NaN/);
  expect(rejected.map(([state, , text]) => [state, text])).toEqual([
    ['22003', '3\tNaN\tt3'],
    ['22003', '6\tNaN\tt6'],
    ['22003', '9\tNaN\tt9'],
  ]);
});

test.each(['copy', 'cursor'])('read: %s rejects a row above source.max-row-bytes without holding it', async (read) => {
  const rejected: string[] = [];
  const settings = settingsWith({ 'source.max-row-bytes': 2000 });
  const sql =
    "SELECT i, repeat('x', CASE WHEN i IN (3, 4, 9) THEN 500000 + i ELSE i END) AS t FROM generate_series(1, 9) i";
  const plan = await planOnce(database.url, block({ query: sql, read }));
  const rows = await readRows(
    plan,
    { reject: (state, message) => void rejected.push(`${state} ${message}`) },
    settings,
  );
  expect(rows.map(([i]) => i)).toEqual(['1', '2', '5', '6', '7', '8']);
  expect(rejected).toHaveLength(3);
  expect(rejected[0]).toMatch(/^54000 the row has 50\d+ bytes, more than source.max-row-bytes = 2000$/);
});

test('a row of many chunks is a batch of its own, and no columns are rows, too', async () => {
  const wide = await readBatches(
    await planOnce(
      database.url,
      block({ query: "SELECT i, repeat('wide ', 600000) AS t FROM generate_series(1, 3) i" }),
    ),
  );
  expect(wide.map((batch) => batch.length)).toEqual([1, 1, 1]);
  const none = await readBatches(
    await planOnce(database.url, block({ query: 'SELECT i FROM generate_series(1, 10000) i' }), { columns: [] }),
  );
  expect(none.map((batch) => batch.length)).toEqual([8192, 1808]);
});

/** Text, dates, json and arrays against PostgreSQL. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DataType } from '../../src/columnar/data-type.js';
import { columnOf, roundTrip, textOf } from './cells.js';
import { postgresOracle } from './postgres-oracle.js';

const { database, compare } = await postgresOracle();

test('text, with everything JSON has to escape', () =>
  compare({ kind: 'text' }, [
    '',
    ' a ',
    'é€😀',
    '"q"',
    'back\\slash',
    '\b\f\n\r\t',
    '\u0001\u001f\u007f',
    'a/b',
    'x'.repeat(100) + '"',
  ]));

test('uuid', () =>
  compare(
    { kind: 'uuid' },
    [
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      'A0EEBC999C0B4EF8BB6D6BB9BD380A11',
      '{a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11}',
    ].concat([
      '',
      'a0eebc99',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1x',
      'a0eebc99--9c0b4ef8bb6d6bb9bd380a11',
      '{a0eebc999c0b4ef8bb6d6bb9bd380a11',
    ]),
  ));

test('bytea', () =>
  compare({ kind: 'bytea' }, ['\\x', '\\x00FF0a', 'abc', 'a\\\\b\\001', '\\x0 1', '\\x01 02', '\\xzz', '\\9', '']));

test('date', () =>
  compare(
    { kind: 'date' },
    [
      '2026-01-31',
      '1970-01-01',
      '20260131',
      '2026-1-3',
      '2026/01/31',
      ' 2026-01-31 ',
      '0001-01-01',
      '0044-03-15 BC',
      '4714-11-24 BC',
    ]
      .concat([
        '4714-11-23 BC',
        '5874897-12-31',
        '5874898-01-01',
        'infinity',
        '-infinity',
        'epoch',
        '2024-02-29',
        '2023-02-29',
        '1900-02-29',
        '2000-02-29',
      ])
      .concat([
        '2026-13-01',
        '2026-00-10',
        '2026-01-32',
        '0000-01-01',
        '10000-01-01',
        '2026-01-31 10:11:12',
        '2026-01-31T10:11:12+05',
        '',
        'x',
        '2026-01',
        '0001-02-29 BC',
        '0002-02-29 BC',
      ]),
  ));

test('time', () =>
  compare({ kind: 'time' }, [
    '00:00',
    '04:05:06',
    '04:05:06.789',
    '24:00:00',
    '24:00:01',
    '23:59:60',
    '23:59:61',
    '040506',
    '4:05',
    '04:60',
    '25:00',
    '',
    '04:05:06.123456789',
    '04:05:06.0000005',
    '04:05:06.0000015',
    '12:34:56.1Z',
    '12:34:56Z',
    '12:34:56+02',
    '12:34:56x',
    '12:34:56.12x',
    '12:34:60',
    '1:02:03',
    '12:34:56.',
  ]));

const stamps = [
  '2026-01-31 04:05:06',
  '2026-01-31T04:05:06.789',
  '2026-01-31 04:05',
  '2026-01-31',
  '2026-01-31 04:05:06.123456789',
  '2026-01-31 04:05:06Z',
  '2026-01-31 04:05:06 UTC',
]
  .concat([
    '2026-01-31 04:05:06+02',
    '2026-01-31 04:05:06+02:30',
    '2026-01-31 04:05:06-0330',
    '2026-01-31 04:05:06 -11:22:33',
    '2026-01-31T04:05:06.5+14:00',
    '2026-01-31 24:00:00',
  ])
  .concat([
    '2026-01-31 24:00:01',
    '2026-01-31 23:59:60',
    '2026-12-31 23:59:59.9999999',
    '0001-01-01 00:00:00',
    '0044-03-15 12:00:00 BC',
    '0044-03-15 12:00:00+00 BC',
    '4714-11-24 00:00:00 BC',
  ])
  .concat([
    '4714-11-23 23:59:59 BC',
    '4714-11-24 00:00:00+01 BC',
    '294246-12-31 23:59:59.999999',
    '294277-01-01',
    'infinity',
    '-infinity',
    'epoch',
    '1969-12-31 23:59:59.999999',
    '1685-03-03 01:02:03.000001',
  ])
  .concat([
    '2255-06-06 00:00:00',
    '2026-02-30 00:00:00',
    '2026-01-31 25:00:00',
    '2026-01-31 04:61',
    '',
    'x',
    '2026-01-31 04:05:06+16',
    '2026-01-31 04:05:06+15:59',
    '2026-01-31 04:05:06+1',
    '2026-01-31 04:05:06+02:60',
    '2026-01-31 04:05:06-',
    '2026-01-31 00:05:06.000001-0330',
    '2026-01-31 04:05:06.1234567+02',
    '0001-01-01 00:00:00+14:59',
    '2026-01-31 04:05:06.',
    '20260131 040506',
    '20260131T040506',
    '2026-01-31 4:5:6',
  ]);

test('timestamp', () =>
  compare(
    { kind: 'timestamp' },
    stamps.filter((text) => text !== '2026-01-31 4:5:6'),
  ));

test('timestamptz', () =>
  compare(
    { kind: 'timestamptz' },
    stamps.filter((text) => text !== '2026-01-31 4:5:6'),
  ));

test('every day and microsecond count is written as PostgreSQL writes it', async () => {
  const micros = fc.sample(fc.bigInt({ min: -210866803200000000n, max: 9223372036854775806n }), {
    numRuns: 2000,
    seed: 15,
  });
  const rows = await database.query(
    `SELECT ('epoch'::timestamp + (v / 86400000000)::int * interval '1 day' + (v % 86400000000) * interval '1 microsecond')::text
     FROM unnest($1::bigint[]) WITH ORDINALITY AS t(v, n) ORDER BY n`,
    [micros.map(String)],
  );
  for (const [i, [text]] of rows.entries()) {
    const column = columnOf({ kind: 'timestamp' }, text);
    if (column.layout !== 'int64') throw new Error();
    expect([column.values[0], textOf(column)]).toEqual([micros[i], text]);
  }
});

test('interval', () =>
  compare(
    { kind: 'interval' },
    [
      '1 year 2 mons 3 days 04:05:06.789',
      '-1 year -2 mons +3 days -04:05:06',
      '0',
      '00:00:00',
      '1 day',
      '-1 days +02:03:00',
      '1 mon -1 day',
      '1.5 days',
      '1.5 mons',
      '2.5 years',
      '1.5 weeks',
    ]
      .concat([
        '1 hour ago',
        '@ 1 minute',
        'P1Y2M3DT4H5M6.7S',
        'PT36H',
        'P2W',
        'P1D',
        '90 minutes',
        '1000000:00:00',
        '5',
        '1.5',
        '3 fortnights',
        '',
        'x',
        '1 century',
        '250 milliseconds',
        '7 microseconds',
      ])
      .concat(['-00:00:00.000001', '2147483647 months', '2147483648 days', '1 y 1 m', 'P', '1 day 12:61']),
  ));

test('json is checked and kept, jsonb is put in order', async () => {
  const texts = [
    '{"b":1,"a":{"cc":[1,2,{}],"d":null}}',
    '[]',
    '{}',
    ' [ 1 , 2 ] ',
    '"x"',
    '1',
    '-0',
    '1.50',
    '1e2',
    '1E-2',
    'true',
    'false',
    'null',
    '{"a":1,"a":2}',
    '{"bb":1,"a":2,"é":3,"":4}',
  ]
    .concat([
      '"\\u0041\\n\\/\\ud83d\\ude00é"',
      '"\\u001f"',
      '',
      ' ',
      '{',
      '[1,]',
      '{"a"}',
      '{"a":}',
      '{a:1}',
      "'x'",
      '01',
      '1.',
      '.5',
      '+1',
      '-',
      'tru',
      'truex',
      '"\t"',
      '"\\x"',
      '"\\u12"',
      '"a',
      '[1 2]',
      '{"a":1,}',
      '1 2',
      '[[1],[2,[3]]]',
      'NaN',
      '{"a":[{"b":{}}]}',
      '"\\""',
      '-0.0',
      '1e400',
    ])
    .concat([JSON.stringify({ nested: [[[[{ deep: [1, 'x', null] }]]]], text: 'tab\t quote" back\\ nl\n' })]);
  await compare(
    { kind: 'json' },
    texts.filter((text) => !text.includes('ud83d')),
  );
  await compare({ kind: 'jsonb' }, texts);
  await compare({ kind: 'jsonb' }, ['"\\u0000"', '"\\ud83d"', '"\\ude00"', '"\\ud83dx"'], false);
});

test('arrays', async () => {
  const texts = [
    '{}',
    '{1,2,NULL}',
    '{a,"b c","d\\"e","f\\\\g",NULL,"NULL",null,""}',
    ' { a , b } ',
    '{é,"{}",","}',
    '{',
    '{a',
    '{a,}',
    '{"a"x}',
    'a',
    '',
    '{a b}',
    '{\\a}',
  ];
  await compare({ kind: 'list', element: { kind: 'text' } }, texts);
  await compare({ kind: 'list', element: { kind: 'int64' } }, [
    '{1,-9223372036854775808,NULL}',
    '{}',
    '{x}',
    '{ 1 , 2 }',
    '{"3"}',
  ]);
  await compare({ kind: 'list', element: { kind: 'timestamptz' } }, ['{"2026-01-31 04:05:06+02",infinity}', '{NULL}']);
  await compare({ kind: 'list', element: { kind: 'float64' } }, ['{1.5,NaN,-Infinity}']);
  await compare({ kind: 'list', element: { kind: 'jsonb' } }, ['{"{\\"a\\": 1}",null,"\\"x\\""}']);
  await compare({ kind: 'list', element: { kind: 'bytea' } }, ['{"\\\\x00ff"}']);
  expect(roundTrip({ kind: 'list', element: { kind: 'text' } }, '[0:1]={x,y}')).toBe('{x,y}');
  expect(roundTrip({ kind: 'list', element: { kind: 'int32' } }, '{{1},{2}}')).toBe('error 0A000');
  const nested: DataType = { kind: 'list', element: { kind: 'list', element: { kind: 'int32' } } };
  await compare(nested, ['{{1,2},{3,NULL}}', '{{1},{2}}']);
});

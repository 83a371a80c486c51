/** Dates, times, timestamps and intervals against PostgreSQL: leap days, BC, infinities, the ends of the ranges, signs that differ within one interval. */
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/test-database.js';
import { createOracle } from '../oracle.js';
import { crossGrid } from './cross-grid.js';

const database = await testDatabase();

const timestamps = [
  '2026-01-31 04:05:06.789',
  '2000-02-29 23:59:59.999999',
  '1970-01-01 00:00:00',
  '1969-12-31 23:59:59.999999',
  '0001-01-01 00:00:00',
  '0001-12-31 12:00:00 BC',
  '0044-03-15 10:00:00 BC',
  '0101-06-01 BC',
  '4713-01-01 00:00:00 BC',
  '2001-01-01 00:00:00',
  '1999-12-31 12:34:56.000001',
  '2024-12-30 00:00:00',
  '9999-12-31 23:59:59.999999',
  '290000-12-31 23:59:59.999999',
  'infinity',
  '-infinity',
  null,
] as const;
const dates = [
  '2026-01-31',
  '2000-02-29',
  '1970-01-01',
  '1969-12-31',
  '0001-01-01',
  '0001-01-01 BC',
  '0101-01-01 BC',
  '4713-01-01 BC',
  '5874897-12-31',
  '2021-01-03',
  '2020-12-31',
  'infinity',
  '-infinity',
  null,
] as const;
const intervals = [
  '1 month',
  '-1 month',
  '1 year 2 mons 3 days 04:05:06.789',
  '-1 year +2 days -03:00:00.5',
  '30 days',
  '36:00:00',
  '-00:00:00.000001',
  '0',
  '178000000 years',
  '2147483647 days',
  '2562047788:00:54.775806',
  '11 mons 29 days 23:59:59.999999',
  '1 day -24:00:00',
  '-13 mons -31 days 25:00:00',
  null,
] as const;
const times = ['00:00:00', '04:05:06.789', '23:59:59.999999', '24:00:00', '12:00:00', null] as const;

const clockFields = ['microseconds', 'milliseconds', 'second', 'minute', 'hour'];
const dateFields = [
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'decade',
  'century',
  'millennium',
  'isoyear',
  'dow',
  'isodow',
  'doy',
];
const growing = ['epoch', 'year', 'decade', 'century', 'millennium', 'isoyear', 'julian'];
const truncUnits = [...clockFields, 'day', 'week', 'month', 'quarter', 'year', 'decade', 'century', 'millennium'];

const moments = await createOracle(
  database,
  crossGrid({
    t: ['timestamp', ...timestamps],
    z: ['timestamptz', '2024-02-29 01:02:03.5+00', '-infinity'],
    d: ['date', '2023-06-15', '0055-01-01 BC'],
  }),
);
const days = await createOracle(
  database,
  crossGrid({
    d: ['date', ...dates],
    e: ['date', '2026-01-31', '2020-02-29', '0044-03-15 BC', 'infinity'],
    i: ['integer', '0', '1', '-31', '2147483647', '-2147483648'],
  }),
);
const spans = await createOracle(
  database,
  crossGrid({ t: ['timestamp', ...timestamps], v: ['interval', ...intervals] }),
);
const pairs = await createOracle(
  database,
  crossGrid({
    v: ['interval', ...intervals],
    w: ['interval', '1 day', '-1 month 3 days 25:00:00', '99999999 months', '9223372036854.775807 seconds'],
  }),
);
const scaled = await createOracle(
  database,
  crossGrid({
    v: ['interval', ...intervals],
    f: ['double precision', '0', '1.5', '-0.1', '1e10', 'NaN', 'Infinity', '0.333333333333'],
  }),
);
const clocks = await createOracle(
  database,
  crossGrid({ h: ['time', ...times], v: ['interval', ...intervals.filter((value) => !value?.startsWith('2562'))] }),
);

test('fields of timestamps', async () => {
  const finite = (field: string): string => `CASE WHEN isfinite(t) THEN extract(${field} FROM t) END`;
  expect(
    await moments.compare([
      ...[...clockFields, ...dateFields]
        .filter((field) => !growing.includes(field))
        .map((field) => `extract(${field} FROM t)`),
      ...growing.filter((field) => field !== 'julian').map(finite),
      ...[...clockFields, ...dateFields, 'epoch'].map((field) => `date_part('${field}', t)`),
      'extract(timezone FROM z)',
      'extract(timezone_hour FROM z)',
      'extract(timezone_minute FROM z)',
      "date_part('epoch', z)",
      "date_part('years', t)",
      "extract('MONS' FROM t)",
      "date_part('us', t)",
      "extract(hour FROM t::timestamptz AT TIME ZONE 'UTC')",
    ]),
  ).toEqual([]);
});

test('fields of dates, times and intervals', async () => {
  const dateRows = await createOracle(database, crossGrid({ d: ['date', ...dates] }));
  expect(
    await dateRows.compare([
      ...dateFields.filter((field) => !growing.includes(field)).map((field) => `extract(${field} FROM d)`),
      ...growing.map((field) => `CASE WHEN isfinite(d) THEN extract(${field} FROM d) END`),
      ...[...dateFields, 'hour', 'second', 'epoch'].map((field) => `date_part('${field}', d)`),
    ]),
  ).toEqual([]);
  expect(
    await clocks.compare(
      [...clockFields, 'epoch'].flatMap((field) => [`extract(${field} FROM h)`, `date_part('${field}', h)`]),
    ),
  ).toEqual([]);
  expect(
    await pairs.compare([
      ...[...clockFields, 'day', 'month', 'quarter', 'year', 'decade', 'century', 'millennium', 'epoch'].flatMap(
        (field) => [`extract(${field} FROM v)`, `date_part('${field}', v)`],
      ),
    ]),
  ).toEqual([]);
});

test('date_trunc', async () => {
  expect(
    await moments.compare(
      truncUnits.flatMap((unit) => [
        `date_trunc('${unit}', t)`,
        `date_trunc('${unit}', z)`,
        `date_trunc('${unit}', d)`,
      ]),
    ),
  ).toEqual([]);
  expect(
    await pairs.compare(truncUnits.filter((unit) => unit !== 'week').map((unit) => `date_trunc('${unit}', v)`)),
  ).toEqual([]);
});

test('date_bin', async () => {
  const strides = [
    '15 minutes',
    '1 day',
    '7 days',
    '00:00:00.000007',
    '0',
    '-1 day',
    '1 month',
    '2147483647 days',
    null,
  ];
  const grid = await createOracle(
    database,
    crossGrid({
      t: ['timestamp', ...timestamps],
      v: ['interval', ...strides],
      g: ['timestamp', '2001-01-01', '2026-06-15 12:34:56.789', 'infinity'],
    }),
  );
  expect(await grid.compare(['date_bin(v, t, g)', "date_bin(v, t::timestamptz, '2000-01-01')"])).toEqual([]);
});

test('adding and subtracting', async () => {
  expect(
    await days.compare([
      'd + i',
      'i + d',
      'd - i',
      'd - e',
      'CASE WHEN isfinite(d) AND isfinite(e) THEN age(d, e) END',
      "d + interval '1 month'",
      "d - interval '1 month 12 hours'",
      "interval '1 day' + d",
      "d + time '12:00'",
      "time '12:00' + d",
      'isfinite(d)',
      'd::timestamp',
      'd::timestamptz',
      'd::timestamp - e',
      'd > e',
    ]),
  ).toEqual([]);
  expect(
    await spans.compare([
      't + v',
      'v + t',
      't - v',
      't::timestamptz + v',
      't::timestamptz - v',
      '(t + v) - t',
      'isfinite(t)',
      'isfinite(v)',
      "t - timestamp '2000-01-01 00:00:01'",
      "timestamp '2000-01-01' - t",
      "CASE WHEN isfinite(t) THEN age(t, '2000-02-29 12:00') END",
      "CASE WHEN isfinite(t) THEN age('1999-01-31 23:00', t) END",
      't::date',
      't::time',
      't::date + v',
      't::date - v',
      "t + interval '1 month' - interval '1 month'",
    ]),
  ).toEqual([]);
  expect(
    await pairs.compare([
      'v + w',
      'v - w',
      '-v',
      'justify_days(v)',
      'justify_hours(v)',
      'justify_interval(v)',
      'v = w',
      'v < w',
      'v::time',
    ]),
  ).toEqual([]);
  expect(await scaled.compare(['v * f', 'f * v', 'v / f', 'v * 2', 'v / 3'])).toEqual([]);
  expect(
    await clocks.compare(['h + v', 'v + h', 'h - v', "h - time '05:00'", 'h::interval', "h + date '2020-01-01'"]),
  ).toEqual([]);
});

test('made of numbers', async () => {
  const grid = await createOracle(
    database,
    crossGrid({
      y: ['integer', '2024', '0', '-44', '5874897', '300000', '-4713'],
      m: ['integer', '2', '12', '13', '0'],
      d: ['integer', '29', '31', '1', '-1'],
      s: ['double precision', '0', '59.9999999', '60', '-1', '12.345', 'NaN'],
    }),
  );
  expect(
    await grid.compare([
      'make_date(y, m, d)',
      'make_timestamp(y, m, d, m, d, s)',
      'make_timestamp(y, m, d, 24, 0, s)',
      'make_time(m, d, s)',
      'make_time(24, 0, s)',
      'make_interval(y, m, d, d, m, d, s)',
    ]),
  ).toEqual([]);
  const seconds = await createOracle(
    database,
    crossGrid({
      s: [
        'double precision',
        '0',
        '1700000000.123456',
        '-1.5',
        '0.0000005',
        '1e12',
        '-62135596800',
        '-210866803200',
        '-210866803201',
        '1e15',
        'NaN',
        'Infinity',
        '-Infinity',
        '253402300799.999999',
        null,
      ],
    }),
  );
  expect(await seconds.compare(['to_timestamp(s)'])).toEqual([]);
});

test('to_char', async () => {
  const formats = [
    'YYYY-MM-DD HH24:MI:SS.US',
    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"',
    'FMMonth FMDD, YYYY',
    'Mon DD Dy Day',
    'MONTH|month|Month|MON|mon|DAY|day|DY|dy',
    'YYY YY Y',
    'IYYY-IW-ID',
    'IYY IY I',
    'Q DDD D W WW J',
    'HH12:MI AM',
    'HH am',
    'p.m. A.M.',
    'SSSSS SSSS',
    'FMHH24:FMMI:FMSS',
    'Today is YYYY',
    'text "DD \\"x" é',
    'yyyy-mm-dd hh24:mi:ss',
    'no',
    'FMDDD FMYYYY FMMS FMUS',
    '',
    '\\"YYYY',
  ];
  expect(
    await moments.compare(
      formats
        .filter((f) => f !== 'Today is YYYY')
        .flatMap((format) => [`to_char(t, '${format}')`, `to_char(z, '${format}')`]),
    ),
  ).toEqual([]);
});

test('where a decimal cannot hold the answer, or the server gives nonsense, it is an error', async () => {
  const infinite = await createOracle(database, crossGrid({ t: ['timestamp', 'infinity'] }));
  expect(await infinite.compare(['extract(year FROM t)', 'extract(epoch FROM t::date)', "age(t, '2000-01-01')"]))
    .toMatchInlineSnapshot(`
    [
      "extract(year FROM t) [row 0]: "!22003", PostgreSQL "Infinity"",
      "extract(epoch FROM t::date) [row 0]: "!22003", PostgreSQL "Infinity"",
      "age(t, '2000-01-01') [row 0]: "!22008", PostgreSQL "292277 years 8 days 04:00:54.775807"",
    ]
  `);
});

test('what has no constant unit, or none of ours, is refused', async () => {
  const refused = [
    'extract(fortnight FROM t)',
    "date_trunc('fortnight', t)",
    'date_part(t::text, t)',
    'extract(julian FROM t)',
    'extract(hour FROM d)',
    "to_char(t, 'TMMonth')",
    "to_char(t, 'DDSP')",
    "t AT TIME ZONE 'Europe/Berlin'",
    "date_trunc('week', interval '1 day')",
  ];
  const answers = await moments.compare(refused);
  expect(refused.map((text) => answers.find((line) => line.startsWith(text))?.replace(/, PostgreSQL.*/, '')))
    .toMatchInlineSnapshot(`
      [
        "extract(fortnight FROM t): type ETL-3003 there is no field "fortnight" of a timestamp",
        "date_trunc('fortnight', t): type ETL-3003 date_trunc has no unit "fortnight" for this type",
        "date_part(t::text, t): type ETL-3003 the field has to be a constant",
        "extract(julian FROM t): type ETL-3003 there is no field "julian" of a timestamp",
        "extract(hour FROM d): type ETL-3003 there is no field "hour" of a date",
        "to_char(t, 'TMMonth'): type ETL-3003 to_char with TM is not supported",
        "to_char(t, 'DDSP'): type ETL-3003 to_char with the suffix SP is not supported",
        "t AT TIME ZONE 'Europe/Berlin': type ETL-3003 etl converts to and from UTC only",
        "date_trunc('week', interval '1 day'): type ETL-3003 date_trunc has no unit "week" for this type",
      ]
    `);
});

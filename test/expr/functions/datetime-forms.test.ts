/** Forms of dates and times that have a grammar of their own, and every keyword of to_char, against PostgreSQL. */
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/test-database.js';
import { createOracle, gridOf } from '../oracle.js';

const oracle = await createOracle(
  await testDatabase(),
  gridOf({
    ts: [
      'timestamp',
      '2024-02-29 23:59:59.9995',
      '2024-02-29 23:59:59.999499',
      '1969-12-31 23:59:59.5',
      '1969-12-31 23:59:59.4995',
      '1969-12-31 23:59:59.500001',
      '0044-03-15 12:00:00.0005 BC',
      'infinity',
      '-infinity',
      '1999-12-31 23:59:59.5',
      '2000-01-01 00:00:00.5',
      '2021-01-03 11:12:13',
      '2023-11-22 01:02:03.000005',
      '250000-01-01 00:00:00.5',
      '4713-01-01 00:00:00.5 BC',
      '0001-12-31 12:34:56.123456',
      null,
    ],
    tz: [
      'timestamptz',
      '2020-05-31 10:00:00.125+00',
      '1995-05-31 10:00:00.125+00',
      '-infinity',
      '0100-12-03 23:00:00+00',
      null,
    ],
    d: ['date', '2024-01-31', 'infinity', '0001-01-01', '0100-02-28 BC', null],
    ti: ['time', '00:00:00', '24:00:00', '12:34:56.75', '12:34:56.749999', '23:59:59.95', null],
    i: ['integer', '24', '-1', '0', null],
    t: ['text', '2024-02-29 00:00:00.5', 'infinity', '1989-02-29 00:00:00.5', null],
  }),
);

async function agree(expressions: readonly string[]): Promise<void> {
  expect(await oracle.compare(expressions)).toEqual([]);
}

test('seconds rounded by a cast', async () => {
  await agree([
    'ts::timestamp(0)',
    'ts::timestamp(3)',
    'CAST(ts AS timestamp(5))',
    'ts::timestamp(6)',
    'ts::timestamp(2) with time zone',
    'tz::timestamptz(2)',
    'tz::timestamptz(0)',
    'd::timestamp(0)',
    'ti::time(0)',
    'ti::time(1)',
    't::timestamp(0)',
    "'12:34:56.789'::time(2)",
    "'2020-01-01 00:00:00.0005'::timestamp(3)",
    'ts::timestamp(3) = ts',
  ]);
});

test('intervals with their unit behind them, and by name', async () => {
  await agree([
    "ts + interval '1' hour",
    "ts - interval '-3' month",
    "ts + interval '+2' year",
    "interval '5' second",
    "interval '1' minute * i",
    "d + interval '1' day",
    'make_interval(days => 3)',
    'make_interval(hours => i)',
    'make_interval()',
    'make_interval(i)',
    'make_interval(1, 2, secs => 1.5)',
    'make_interval(1, 2, 3, 4, 5, 6, 7.5)',
    'make_interval(secs => 0.1, years => -1)',
    'ts + make_interval(mins => i)',
  ]);
});

test('days of a zone', async () => {
  await agree(["date_trunc('day', tz, 'UTC')", "date_trunc('week', tz, 'Etc/UTC')", "date_trunc('day', tz, NULL)"]);
});

test('every keyword of to_char', async () => {
  const formats = [
    'Day, DDth Month YYYY',
    'FMDay FMDDth FMMonth FMDDDth',
    'DAY day DY dy Dy D ID DDD IDDD J',
    'MONTH month MON Mon mon MM FMMM',
    'IYYY IYY IY I IW WW W Q CC FMCC',
    'YYYY YYY YY Y BC B.C. ad',
    'b.c. a.d. AD bc A.D.',
    'Y,YYY FMY,YYY Y,YYYth',
    'RM rm FMRM|FMrm|',
    'HH24 HH12 HH MI SS SSSS SSSSS MS US',
    'FF1 FF2 FF3 FF4 FF5 FF6 ff3',
    'HH12:MI:SS P.M. AM pm a.m.',
    'TZ tz TZH:TZM OF of tzh',
    'FXYYYY-MM-DD',
    'YYYYth YYYTH YYth Yth IYYYth IYth WWTH IWth Wth Qth CCth Jth',
    'DDDth IDDDTH DDth Dth HH24TH MITH SSth SSSSth MSth USth FF2th',
    'RMth AMth MONTHth BCth TZth',
    '"quoted YYYY ""th" YYYY\\"x',
  ];
  await agree(formats.flatMap((format) => ['ts', 'tz', 'd'].map((column) => `to_char(${column}, '${format}')`)));
});

test('strings in dollars, and over several lines', async () => {
  await agree(["$$it's$$", '$x$a$$b$x$ || $$é\n$$', "'a'\n  'b''c'\n'd' || t", '$$$$ || t']);
});

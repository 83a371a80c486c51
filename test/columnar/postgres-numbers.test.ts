/** Numbers and booleans against PostgreSQL: extremes, rounding, shortest digits. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DataType } from '../../src/columnar/data-type.js';
import { roundTrip } from './cells.js';
import { postgresOracle } from './postgres-oracle.js';

const { database, compare } = await postgresOracle();

const simple = (kind: 'boolean'): DataType => ({ kind });

test('boolean', () =>
  compare(simple('boolean'), [
    't',
    'f',
    'true',
    'FALSE',
    ' yes ',
    'no',
    'on',
    'off',
    'of',
    'o',
    '1',
    '0',
    '2',
    '',
    'tr',
    'truely',
    'n',
  ]));

test('integers', async () => {
  const texts = [
    '0',
    '-0',
    '+7',
    ' 42 ',
    '007',
    '32767',
    '32768',
    '-32768',
    '-32769',
    '2147483647',
    '2147483648',
    '-2147483648',
  ]
    .concat([
      '-2147483649',
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
      '-9223372036854775809',
    ])
    .concat([
      '99999999999999999999999',
      '',
      ' ',
      '-',
      '1.0',
      '1e3',
      'a',
      '1 2',
      '--1',
      '4294967296',
      '-4294967297',
      '1000000000',
      '-1000000000',
    ])
    .concat(['9007199254740993', '-9007199254740993', '000000000000000000000000000000012']);
  await compare({ kind: 'int16' }, texts);
  await compare({ kind: 'int32' }, texts);
  await compare({ kind: 'int64' }, texts);
});

test('numeric', async () => {
  const texts = [
    '0',
    '-0',
    '-0.00',
    '.5',
    '5.',
    '+1.50',
    '1e3',
    '1.50e3',
    '1.5e-3',
    '0.0001e2',
    '1e-5',
    'NaN',
    'nan',
    'Infinity',
    '-inf',
  ]
    .concat([
      '00012.3400',
      ' 12 ',
      '1e',
      '',
      '.',
      '1..2',
      '12345678901234567890123456789012345678901234567890.123456789',
      '0e5',
      '0e-5',
      '1e131071',
    ])
    .concat(['-123.456e1', '-0.5e1', '100e-2', '1_0', '0x1F', '99.995', '-99.995', '99.994', '1e1', '1e2']);
  await compare({ kind: 'numeric' }, texts);
  await compare(
    { kind: 'decimal', precision: 4, scale: 2 },
    texts.filter((text) => !/nan/i.test(text)),
  );
  await compare(
    { kind: 'decimal', precision: 38, scale: 10 },
    texts.filter((text) => !/nan/i.test(text)),
  );
});

const floats = [
  '0',
  '-0',
  '1',
  '-1.5',
  '0.1',
  '100000',
  '999999',
  '1000000',
  '1e14',
  '123456789012345',
  '999999999999999',
  '1e15',
  '1e16',
  '1e20',
  '1e21',
]
  .concat([
    '1e23',
    '9007199254740993',
    '5e-324',
    '1e-323',
    '1.7976931348623157e308',
    '1e309',
    '-1e309',
    '1e-400',
    '0.0001',
    '0.00001',
    '0.00012345',
    '1e-5',
  ])
  .concat([
    'NaN',
    'inf',
    '-Infinity',
    '+infinity',
    '3.4028235e38',
    '3.4028236e38',
    '1e-45',
    '1e-46',
    '1.17549435e-38',
    '16777216',
    '16777217',
    '33554434',
  ])
  .concat([
    '',
    ' ',
    '1e',
    '.5',
    '5.',
    '1,5',
    'x',
    ' 2.5 ',
    '0.30000000000000004',
    '123456.789',
    '1.4e-45',
    '8.5e-46',
    '2e-46',
    '7.038531e-26',
    '0.3',
    '19.99',
  ])
  .concat([
    '1.00000017881393421514957253748434595763683319091796875001',
    '1.00000017881393432617187499',
    '1.00000017881393432617187500',
    '1.00000017881393432617187501',
  ]);

test('floats', async () => {
  await compare({ kind: 'float64' }, floats);
  await compare({ kind: 'float32' }, floats);
});

test('any double is written as PostgreSQL writes it', async () => {
  const powers = Array.from({ length: 2046 }, (_, i) => 2 ** (i - 1022));
  const random = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { numRuns: 3000, seed: 11 });
  const large = fc.sample(fc.tuple(fc.integer({ min: 1, max: 9999999 }), fc.integer({ min: 10, max: 24 })), {
    numRuns: 2000,
    seed: 12,
  });
  const values = [...powers, ...random, ...large.map(([digits, power]) => Number(`${digits}e${power}`))];
  const rows = await database.query('SELECT v::text FROM unnest($1::float8[]) WITH ORDINALITY AS t(v, n) ORDER BY n', [
    values.map(String),
  ]);
  expect(values.map((value) => roundTrip({ kind: 'float64' }, String(value)))).toEqual(rows.map(([text]) => text));
});

test('any float is written as PostgreSQL writes it', async () => {
  const powers = Array.from({ length: 253 }, (_, i) => 2 ** (i - 126));
  const random = fc.sample(fc.float({ noNaN: true, noDefaultInfinity: true }), { numRuns: 3000, seed: 13 });
  const large = fc.sample(fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 4, max: 14 })), {
    numRuns: 2000,
    seed: 14,
  });
  const values = [...powers, ...random, ...large.map(([digits, power]) => Math.fround(Number(`${digits}e${power}`)))];
  const rows = await database.query('SELECT v::text FROM unnest($1::float4[]) WITH ORDINALITY AS t(v, n) ORDER BY n', [
    values.map(String),
  ]);
  expect(values.map((value) => roundTrip({ kind: 'float32' }, String(value)))).toEqual(rows.map(([text]) => text));
});

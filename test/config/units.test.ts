import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  parseCount,
  parseDuration,
  parseFlinkSize,
  parseRatio,
  parseSize,
  parseSizeBound,
  UnreadableValueError,
} from '../../src/config/units.js';

test.each([
  ['1728m', 1811939328],
  [' 16 G ', 17179869184],
  ['1811939328', 1811939328],
  ['0b', 0],
  ['3 kibibytes', 3072],
  ['1t', 1099511627776],
  ['2GiB', 2147483648],
])('a Flink size %j is %d bytes', (text, bytes) => expect(parseFlinkSize(text)).toBe(bytes));

test.each(['', 'm', '1.5g', '-1m', '1x', '1 m m', '1constructor', '9007199254740992', '99999999999999999999t'])(
  'a Flink size %j is refused',
  (text) => expect(() => parseFlinkSize(text)).toThrow(UnreadableValueError),
);

test('an upper bound may be the largest 64-bit number, and then bounds nothing', () => {
  expect(parseSizeBound('9223372036854775807b')).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => parseSizeBound('9223372036854775808b')).toThrow('more than 2^63 - 1');
});

test('sizes, durations, counts and ratios of a person', () => {
  expect(parseSize('1.5GiB')).toBe(1610612736);
  expect(() => parseSize('0.3b')).toThrow('not a whole number of bytes');
  expect(() => parseSize('many')).toThrow('"many" is not a size; write a number and a unit, such as 64MiB or 1.5g');
  expect(['500ms', '30s', '5 min', '1h30m', '0.5s', '1d', '0'].map(parseDuration)).toEqual([
    500, 30_000, 300_000, 5_400_000, 500, 86_400_000, 0,
  ]);
  expect(() => parseDuration('60')).toThrow(
    '"60" is not a duration; write a number and a unit (ms, s, min, h, d), such as 30s',
  );
  expect(() => parseDuration('0.1ms')).toThrow('finer than a millisecond');
  expect(() => parseDuration('3 fortnights')).toThrow(UnreadableValueError);
  expect(['50k', '1.5m', '1_000', '7'].map(parseCount)).toEqual([50_000, 1_500_000, 1000, 7]);
  for (const text of ['1.5', '-1', '', 'k', '1e3', '9007199254740992'])
    expect(() => parseCount(text)).toThrow(UnreadableValueError);
  expect(['0.4', '40%', '-0.1', '1e-3', '12.5%', '.5'].map(parseRatio)).toEqual([0.4, 0.4, -0.1, 0.001, 0.125, 0.5]);
  for (const text of ['', '%', 'NaN', 'Infinity', '1/2']) expect(() => parseRatio(text)).toThrow(UnreadableValueError);
});

test('values are printed for people', () => {
  expect([0, 1023, 1024, 15837691904, 6335076856, 8294655496].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1 KiB',
    '14.75 GiB',
    '5.9 GiB',
    '7.725 GiB',
  ]);
  expect([0, 49, 30_100, 59_940, 59_960, 242_000, 3_600_000, 190_000_000].map(formatDuration)).toEqual([
    '0.0s',
    '0.0s',
    '30.1s',
    '59.9s',
    '1m00s',
    '4m02s',
    '1h00m',
    '2d05h',
  ]);
  expect([0, 999, 1000, 12_400_311].map(formatCount)).toEqual(['0', '999', '1,000', '12,400,311']);
});

test('a whole size reads back from its bytes in every unit that divides it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 31 }),
      fc.constantFrom(['b', 1], ['k', 1024], ['MiB', 1024 ** 2]),
      (n, [unit, factor]) => {
        fc.pre(n * Number(factor) <= Number.MAX_SAFE_INTEGER);
        expect(parseFlinkSize(`${n}${unit}`)).toBe(n * Number(factor));
        expect(parseSize(`${n} ${unit}`)).toBe(n * Number(factor));
      },
    ),
    { numRuns: 200 },
  );
});

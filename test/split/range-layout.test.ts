/** Flink's own cases (test/fixtures/flink-splits-cases.json), and the laws that hold for every range. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rangeLayout, type RangeWish } from '../../src/split/range-layout.js';

interface FlinkCase {
  readonly impl: string;
  readonly min: string;
  readonly max: string;
  readonly batchSize?: number;
  readonly batchNum?: number;
  readonly splits?: readonly (readonly [string, string])[];
  readonly error?: string;
}

const { cases } = JSON.parse(readFileSync('test/fixtures/flink-splits-cases.json', 'utf8')) as { cases: FlinkCase[] };

/**
 * Where we depart from a case, by its number in the file: the splits that we make instead.
 *
 * 8: the older class rounds the size through a 64-bit float, so that its last range is 55 longer; ours are equal.
 * 22, 24: the newer class does not end at max but runs past it; the last range is pinned to max, the inner bounds are kept.
 */
const departures: Readonly<Record<number, readonly (readonly [string, string])[]>> = {
  8: [
    ['2260418954055131340', '2798685988449068510'],
    ['2798685988449068511', '3336953022843005680'],
    ['3336953022843005681', '3875220057236942850'],
  ],
  22: [
    ['0', '7'],
    ['8', '10'],
  ],
  24: [
    ['0', '97'],
    ['98', '99'],
  ],
};

describe('Flink’s cases', () => {
  test('are all there', () => expect(cases).toHaveLength(33));

  cases.forEach((example, index) => {
    const wish: RangeWish =
      example.batchSize !== undefined ? { size: BigInt(example.batchSize) } : { count: BigInt(example.batchNum!) };
    test(`${index}: ${example.impl} ${example.min}..${example.max} ${Object.keys(wish)[0]} ${Object.values(wish)[0]}`, () => {
      const make = (): (readonly [string, string])[] => allRanges(BigInt(example.min), BigInt(example.max), wish);
      if (example.error !== undefined) expect(make).toThrow(/must be at least 1/u);
      else expect(make()).toEqual(departures[index] ?? example.splits);
    });
  });

  test('a departure is one: Flink’s splits differ', () => {
    for (const index of Object.keys(departures))
      expect(departures[Number(index)]).not.toEqual(cases[Number(index)].splits);
  });
});

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const near = fc.bigInt({ min: -50n, max: 50n });
const range = fc
  .oneof(
    fc.tuple(int64, int64),
    fc.tuple(near, near),
    fc.tuple(fc.constant(-(2n ** 63n)), int64),
    fc.tuple(int64, fc.constant(2n ** 63n - 1n)),
  )
  .map(([a, b]) => (a < b ? { min: a, max: b } : { min: b, max: a }));
const wanted = fc.oneof(fc.bigInt({ min: 1n, max: 60n }), fc.bigInt({ min: 1n, max: 2n ** 64n }));
const wish = fc.oneof(
  wanted.map((size): RangeWish => ({ size })),
  wanted.map((count): RangeWish => ({ count })),
);

describe('any range', () => {
  test('is covered once, in ascending order', () => {
    fc.assert(
      fc.property(
        range,
        wish,
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n }), { maxLength: 20 }),
        ({ min, max }, wish, picks) => {
          const layout = rangeLayout(min, max, wish);
          expect(layout.lower(0n)).toBe(min);
          expect(layout.upper(layout.count - 1n)).toBe(max);
          const indexes = [0n, 1n, layout.count - 2n, layout.count - 1n, ...picks.map((pick) => pick % layout.count)];
          for (const index of indexes.filter((i) => i >= 0n && i < layout.count)) {
            expect(layout.lower(index)).toBeLessThanOrEqual(layout.upper(index));
            if (index + 1n < layout.count) expect(layout.lower(index + 1n)).toBe(layout.upper(index) + 1n);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('has ranges of no more than the wished size, no more ranges than the wished count, all but the last within one', () => {
    fc.assert(
      fc.property(range, wish, ({ min, max }, wish) => {
        const { count, lower, upper } = rangeLayout(min, max, wish);
        const first = upper(0n) - lower(0n) + 1n;
        if ('size' in wish) expect(first).toBeLessThanOrEqual(wish.size);
        else expect(count).toBe(wish.count < max - min + 1n ? wish.count : max - min + 1n);
        if (count > 2n) {
          const inner = upper(count - 2n) - lower(count - 2n) + 1n;
          expect(first - inner === 0n || first - inner === 1n).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('of 2^63 values cut one by one is known at once', () => {
    const { count, lower, upper } = rangeLayout(-(2n ** 62n), 2n ** 62n - 1n, { size: 1n });
    expect(count).toBe(2n ** 63n);
    expect([lower(0n), upper(0n)]).toEqual([-(2n ** 62n), -(2n ** 62n)]);
    expect([lower(count - 1n), upper(count - 1n)]).toEqual([2n ** 62n - 1n, 2n ** 62n - 1n]);
  });
});

function allRanges(min: bigint, max: bigint, wish: RangeWish): (readonly [string, string])[] {
  const layout = rangeLayout(min, max, wish);
  return Array.from({ length: Number(layout.count) }, (_, i) => [
    String(layout.lower(BigInt(i))),
    String(layout.upper(BigInt(i))),
  ]);
}

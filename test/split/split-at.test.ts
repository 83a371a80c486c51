/** Whatever the plan: its splits read every key once, NULL included. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planRange } from '../../src/split/plan-range.js';
import { renderSplit } from '../../src/split/render-split.js';
import { splitAt, splitCount } from '../../src/split/split-at.js';
import type { Split, SplitPlan } from '../../src/split/split.js';

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -100n, max: 100n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n, -1n),
);

const rangePlan = fc
  .record({ a: int64, b: int64, wanted: fc.bigInt({ min: 1n, max: 200n }), bySize: fc.boolean(), nulls: fc.boolean() })
  .map(({ a, b, wanted, bySize, nulls }): SplitPlan => {
    const [min, max] = a < b ? [a, b] : [b, a];
    // A size that makes at most 200 splits, so that a test can ask all of them.
    const size = bySize ? { size: String((max - min) / wanted + 1n) } : { count: String(wanted) };
    return { strategy: 'range', column: 'k', valueKind: 'int64', min: String(min), max: String(max), ...size, nulls };
  });

const percentilePlan = fc
  .record({ values: fc.uniqueArray(int64, { minLength: 2, maxLength: 30 }), nulls: fc.boolean() })
  .map(({ values, nulls }): SplitPlan => {
    const [min, ...rest] = values.sort((a, b) => (a < b ? -1 : 1)).map(String);
    return {
      strategy: 'percentile',
      column: 'k',
      valueKind: 'int64',
      min,
      max: rest.at(-1)!,
      cuts: rest.slice(0, -1),
      nulls,
    };
  });

describe('the splits of a range or percentile plan', () => {
  test('read every value of the column once, and NULL once when there may be one', () => {
    fc.assert(
      fc.property(
        fc.oneof(rangePlan, percentilePlan),
        fc.array(int64, { minLength: 1, maxLength: 20 }),
        (plan, keys) => {
          const splits = allSplits(plan);
          expect(splits.map((split) => split.index)).toEqual(splits.map((_, i) => i));
          const edges = splits.flatMap((split) =>
            split.lower === null ? [] : [BigInt(split.lower), BigInt(split.upper!)],
          );
          for (const key of [...keys, ...edges]) expect(splits.filter((split) => reads(split, key))).toHaveLength(1);
          expect(splits.filter((split) => reads(split, null))).toHaveLength('nulls' in plan && plan.nulls ? 1 : 0);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('are open at the ends, and the NULL split comes last', () => {
    const plan: SplitPlan = {
      strategy: 'range',
      column: 'k',
      valueKind: 'int64',
      min: '1',
      max: '10',
      count: '3',
      nulls: true,
    };
    expect(allSplits(plan)).toEqual([
      { index: 0, lower: '1', upper: '4', openBelow: true, openAbove: false, nulls: false },
      { index: 1, lower: '5', upper: '7', openBelow: false, openAbove: false, nulls: false },
      { index: 2, lower: '8', upper: '10', openBelow: false, openAbove: true, nulls: false },
      { index: 3, lower: null, upper: null, openBelow: false, openAbove: false, nulls: true },
    ]);
  });

  test('of 2^63 values cut one by one are found without listing them', () => {
    const [min, max] = [String(-(2n ** 62n)), String(2n ** 62n - 1n)];
    const plan: SplitPlan = { strategy: 'range', column: 'k', valueKind: 'int64', min, max, size: '1', nulls: true };
    expect(splitCount(plan)).toBe(2n ** 63n + 1n);
    expect(splitAt(plan, 2n ** 63n - 1n)).toMatchObject({ lower: max, upper: max, openAbove: true });
    expect(splitAt(plan, 2n ** 63n)).toMatchObject({ nulls: true });
    expect(() => splitAt(plan, 2n ** 63n + 1n)).toThrow(RangeError);
  });
});

describe('other plans', () => {
  test('blocks of a table: the last split is open above', () => {
    const plan: SplitPlan = { strategy: 'ctid', blocks: 10, blocksPerSplit: 4 };
    expect(allSplits(plan).map(({ lower, upper, openAbove }) => [lower, upper, openAbove])).toEqual([
      ['0', '3', false],
      ['4', '7', false],
      ['8', '9', true],
    ]);
  });

  test('an empty table has one split, which reads what comes', () => {
    expect(allSplits({ strategy: 'ctid', blocks: 0, blocksPerSplit: 4 })).toMatchObject([
      { openBelow: true, openAbove: true },
    ]);
  });

  test('given things: one split each', () => {
    expect(allSplits({ strategy: 'values', items: ['a.csv', 'b.csv'] }).map((split) => split.item)).toEqual([
      'a.csv',
      'b.csv',
    ]);
  });

  test('none: one split that reads all, NULL keys too', () => {
    expect(allSplits({ strategy: 'none', reason: 'no key' })).toMatchObject([
      { openBelow: true, openAbove: true, nulls: false },
    ]);
  });
});

describe('planRange', () => {
  const request = {
    column: 'k',
    valueKind: 'int64',
    min: 1n,
    max: 100n,
    nullable: false,
    wish: {},
    parallelism: 5,
    perSlot: 4,
  } as const;

  test('makes split.per-slot splits a slot unless told otherwise', () => {
    expect(splitCount(planRange(request))).toBe(20n);
    expect(splitCount(planRange({ ...request, wish: { size: '10' } }))).toBe(10n);
    expect(splitCount(planRange({ ...request, wish: { count: '3' }, nullable: true }))).toBe(4n);
  });

  test('cuts between given bounds', () => {
    expect(planRange({ ...request, wish: { lower: 11n, upper: 20n } })).toMatchObject({ min: '11', max: '20' });
    expect(planRange({ ...request, wish: { lower: 11n } })).toMatchObject({ min: '11', max: '100' });
    expect(planRange({ ...request, wish: { lower: 500n } })).toMatchObject({ min: '500', max: '500' });
    expect(planRange({ ...request, wish: { upper: -5n } })).toMatchObject({ min: '-5', max: '-5' });
    expect(planRange({ ...request, min: null, max: null, wish: { lower: 1n, upper: 5n } })).toMatchObject({ max: '5' });
  });

  test('reads a table without keys in one go', () => {
    expect(planRange({ ...request, min: null, max: null })).toEqual({
      strategy: 'none',
      reason: 'no value of "k" to cut at',
    });
  });

  test.each([
    [{ lower: 2n, upper: 1n }, /lower bound of the splits, 2, is above the upper bound, 1/u],
    [{ size: '0' }, /size of the splits must be at least 1/u],
    [{ size: '5', count: '5' }, /a size and a count/u],
  ])('refuses %o', (wish, message) => {
    expect(() => planRange({ ...request, wish })).toThrow(
      expect.objectContaining({ code: 'ETL-3020', message: expect.stringMatching(message) }),
    );
  });
});

function allSplits(plan: SplitPlan): Split[] {
  return Array.from({ length: Number(splitCount(plan)) }, (_, i) => splitAt(plan, i));
}

function reads(split: Split, key: bigint | null): boolean {
  if (key === null) return split.nulls || (split.lower === null && split.openBelow);
  if (split.nulls) return false;
  return (split.openBelow || key >= BigInt(split.lower!)) && (split.openAbove || key <= BigInt(split.upper!));
}

test('hash and listed values: a split for each remainder; for each value, and one for the others', () => {
  const hash: SplitPlan = { strategy: 'hash', column: 'k', count: 3 };
  expect(allSplits(hash).map((split) => renderSplit(hash, split))).toEqual([
    'hash of k % 3 = 0',
    'hash of k % 3 = 1',
    'hash of k % 3 = 2',
  ]);
  const values: SplitPlan = { strategy: 'values', column: 'k', items: ['de', ''] };
  expect(allSplits(values).map((split) => renderSplit(values, split))).toEqual([
    'k = de',
    'k = ',
    'all others, and NULL',
  ]);
});

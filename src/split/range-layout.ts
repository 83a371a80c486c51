/**
 * Where a range of integers is cut: Flink's arithmetic (`JdbcNumericBetweenParametersProvider`), in exact integers.
 *
 *     rows   = max - min + 1
 *     size   : size = min(size, rows),   count = ceil(rows / size)
 *     count  : count = min(count, rows), size = ceil(rows / count)
 *     big    = rows - (size - 1) · count
 *     the first `big` ranges hold `size` values, the others `size - 1`
 *
 * Two departures, both where Flink's own classes disagree: the last range always ends at `max` (the newer class runs past
 * it when `big` is negative), and `size` is never rounded through a double (the older class does, wrong past 2^53).
 * Everything is computed from the index, so a layout of 2^63 ranges costs as much as one of four.
 */
import { EtlError } from '../errors/etl-error.js';

export interface RangeLayout {
  readonly count: bigint;
  /** First value of range `index`, inclusive. */
  lower(index: bigint): bigint;
  /** Last value of range `index`, inclusive. */
  upper(index: bigint): bigint;
}

/** Exactly one of `size` (values in a range) and `count` (ranges) is given. */
export type RangeWish = { readonly size: bigint } | { readonly count: bigint };

/** @throws EtlError ETL-3020 when `min` > `max`, or the wish is not positive. */
export function rangeLayout(min: bigint, max: bigint, wish: RangeWish): RangeLayout {
  if (min > max)
    throw new EtlError('ETL-3020', `the lower bound of the splits, ${min}, is above the upper bound, ${max}`);
  const [what, wanted] = 'size' in wish ? ['size', wish.size] : ['count', wish.count];
  if (wanted <= 0n) throw new EtlError('ETL-3020', `the ${what} of the splits must be at least 1, not ${wanted}`);
  const values = max - min + 1n;
  const wishedSize = 'size' in wish ? smaller(wish.size, values) : 0n;
  const count = 'size' in wish ? ceilDivide(values, wishedSize) : smaller(wish.count, values);
  const size = 'size' in wish ? wishedSize : ceilDivide(values, count);
  const big = values - (size - 1n) * count;
  const lower = (index: bigint): bigint => {
    const bigBefore = big <= 0n ? 0n : smaller(index, big);
    return min + index * (size - 1n) + bigBefore;
  };
  return { count, lower, upper: (index) => (index === count - 1n ? max : lower(index + 1n) - 1n) };
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

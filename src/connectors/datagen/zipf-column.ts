/**
 * Zipf's law without a table: rejection-inversion (Hörmann and Derflinger, "Rejection-inversion to generate variates from
 * monotone discrete distributions", 1996). A hat over the histogram is inverted; fewer than one draw in ten is rejected,
 * whatever the number of values and the exponent.
 */
import { storeNumber } from '../../columnar/int64.js';
import type { FillColumn } from './columns.js';
import { drawBits, MOST_DRAWS, unitOf } from './threefry.js';

/** Ranks from 1 to `values`, of probability proportional to `rank ^ -exponent`. */
export function zipfColumn(values: number, exponent: number, key: Int32Array): FillColumn {
  const density = (x: number): number => Math.exp(-exponent * Math.log(x));
  const integral = (x: number): number => {
    const log = Math.log(x);
    return expm1Ratio((1 - exponent) * log) * log;
  };
  const inverse = (y: number): number => Math.exp(log1pRatio(Math.max(-1, y * (1 - exponent))) * y);
  const low = integral(1.5) - 1;
  const high = integral(values + 0.5);
  // So near to its rank no draw is rejected.
  const near = 2 - inverse(integral(2.5) - density(2));
  const bits = new Int32Array(2);
  const rankOf = (row: number): number => {
    for (let draw = 0; ; draw = (draw + 1) % MOST_DRAWS) {
      drawBits(key, row, draw, bits, 0);
      const y = high + unitOf(bits, 0) * (low - high);
      const x = inverse(y);
      const rank = Math.min(values, Math.max(1, Math.floor(x + 0.5)));
      if (rank - x <= near || y >= integral(rank + 0.5) - density(rank)) return rank;
    }
  };
  return (from, length) => {
    const words = new Int32Array(2 * length);
    for (let i = 0; i < length; i++) storeNumber(rankOf(from + i), words, 2 * i);
    const int64 = new BigInt64Array(words.buffer);
    return { type: { kind: 'int64' }, length, validity: null, layout: 'int64', words, values: int64 };
  };
}

/** `log(1 + x) / x`, also at 0. */
function log1pRatio(x: number): number {
  return Math.abs(x) > 1e-8 ? Math.log1p(x) / x : 1 - x * (0.5 - x * (1 / 3 - 0.25 * x));
}

/** `(exp(x) - 1) / x`, also at 0. */
function expm1Ratio(x: number): number {
  return Math.abs(x) > 1e-8 ? Math.expm1(x) / x : 1 + x * 0.5 * (1 + (x / 3) * (1 + 0.25 * x));
}

/**
 * variance and deviation of floats: squares of differences follow Youngs and Cramer, and are merged as in PostgreSQL's
 * float8_combine.
 */
import { grown } from '../../columnar/base-builder.js';
import { getBit } from '../../columnar/bitmap.js';
import type { Float64Builder } from '../../columnar/column-builder.js';
import {
  int64ToNumber,
  isValid,
  type BitsColumn,
  type Float64Column,
  type Int64Column,
} from '../../columnar/column.js';
import type { AggregateCall, Statistic } from '../../protocol/aggregate-call.js';
import { countColumn } from './count-state.js';
import { flagColumn, floatColumn, FloatSums } from './float-sum-state.js';
import type { GroupState } from './group-state.js';
import { buildResults } from './state-results.js';

export function floatSpreadState({
  statistic,
  argument,
  type,
}: Extract<AggregateCall, { kind: 'statistic' }>): GroupState {
  const state = new FloatSums();
  let counts = new Float64Array(0);
  let spreads = new Float64Array(0);

  /** Joins `n` values with sum `sum` and spread `spread` to the group. */
  const join = (group: number, n: number, sum: number, spread: number): void => {
    const count = counts[group];
    if (count > 0) {
      const difference = state.total(group) / count - sum / n;
      spreads[group] += spread + ((count * n) / (count + n)) * difference * difference;
    } else spreads[group] = spread;
    counts[group] = count + n;
    state.add(group, sum);
  };
  return {
    bytesPerGroup: 33,
    bytes: 0,
    resize(capacity) {
      counts = grown(counts, new Float64Array(capacity));
      spreads = grown(spreads, new Float64Array(capacity));
      state.resize(capacity);
    },
    clear() {
      counts = spreads = new Float64Array(0);
      state.clear();
    },
    update(columns, groups, length) {
      const column = columns[argument.column] as Float64Column;
      const { values } = column;
      for (let i = 0; i < length; i++) {
        const group = groups[i];
        if (group < 0 || !isValid(column, i)) continue;
        const value = values[i];
        if (!Number.isFinite(value)) state.specials[group] = 1;
        join(group, 1, value, 0);
      }
    },
    merge([count, sum, rest, spread, special], groups, length) {
      const { words } = count as Int64Column;
      for (let i = 0; i < length; i++) {
        const n = int64ToNumber(words, i);
        if (n === 0) continue;
        const group = groups[i];
        join(group, n, (sum as Float64Column).values[i], (spread as Float64Column).values[i]);
        state.lost[group] += (rest as Float64Column).values[i];
        if (getBit((special as BitsColumn).values, i)) state.specials[group] = 1;
      }
    },
    states: (groups) => [
      countColumn(counts, groups),
      floatColumn(state.sums, groups),
      floatColumn(state.lost, groups),
      floatColumn(spreads, groups),
      flagColumn(state.specials, groups),
    ],
    results: (groups, errors) => [
      buildResults(type, groups, errors, (group, builder) => {
        const value = resultOf(statistic, counts[group], state.specials[group] === 1 ? NaN : spreads[group]);
        if (value === null) builder.appendNull();
        else (builder as Float64Builder).append(state.inRange(value, type, group));
      }),
    ],
  };
}

function resultOf(statistic: Statistic, count: number, squares: number): number | null {
  if (count === 0) return null;
  const isSample = statistic === 'var_samp' || statistic === 'stddev_samp';
  if (isSample && count === 1) return null;
  const variance = squares / (isSample ? count - 1 : count);
  return statistic.startsWith('stddev') ? Math.sqrt(variance) : variance;
}

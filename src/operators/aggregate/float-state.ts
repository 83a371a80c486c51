/**
 * sum, avg, variance and deviation of floats. Sums carry what rounding lost (Neumaier), so that they hardly depend on the order
 * of the rows; squares of differences follow Youngs and Cramer, and are merged as in PostgreSQL's float8_combine.
 */
import { grown } from '../../columnar/base-builder.js';
import type { Float64Builder } from '../../columnar/column-builder.js';
import { isValid, type BitsColumn, type Column, type Float64Column } from '../../columnar/column.js';
import { bitmapBytes, getBit, setBit } from '../../columnar/bitmap.js';
import { int64ToNumber, type Int64Column } from '../../columnar/column.js';
import type { DataType } from '../../columnar/data-type.js';
import { ValueError } from '../../columnar/row-errors.js';
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import { countColumn } from './count-state.js';
import type { GroupState } from './group-state.js';
import { buildResults } from './state-results.js';

type Statistic = Extract<AggregateCall, { kind: 'statistic' }>;

const float64: DataType = { kind: 'float64' };

export function floatState({ statistic, argument, type }: Statistic): GroupState {
  let counts = new Float64Array(0);
  let sums = new Float64Array(0);
  let lost = new Float64Array(0);
  let spreads = new Float64Array(0);
  /** 1 where an input was not finite: else an infinite result is an overflow. */
  let specials = new Uint8Array(0);

  const addSum = (group: number, value: number): void => {
    const before = sums[group];
    const after = before + value;
    lost[group] += Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before;
    sums[group] = after;
  };
  const totalOf = (group: number): number => (Number.isFinite(sums[group]) ? sums[group] + lost[group] : sums[group]);
  /** Joins `n` values with sum `sum` and spread `spread` to the group. */
  const join = (group: number, n: number, sum: number, spread: number): void => {
    const count = counts[group];
    if (count > 0) {
      const difference = totalOf(group) / count - sum / n;
      spreads[group] += spread + ((count * n) / (count + n)) * difference * difference;
    } else spreads[group] = spread;
    counts[group] = count + n;
    addSum(group, sum);
  };
  return {
    bytesPerGroup: 33,
    bytes: 0,
    resize(capacity) {
      counts = grown(counts, new Float64Array(capacity));
      sums = grown(sums, new Float64Array(capacity));
      lost = grown(lost, new Float64Array(capacity));
      spreads = grown(spreads, new Float64Array(capacity));
      specials = grown(specials, new Uint8Array(capacity));
    },
    clear() {
      counts = sums = lost = spreads = new Float64Array(0);
      specials = new Uint8Array(0);
    },
    update(columns, groups, length) {
      const column = columns[argument.column] as Float64Column;
      const { values } = column;
      for (let i = 0; i < length; i++) {
        const group = groups[i];
        if (group < 0 || !isValid(column, i)) continue;
        const value = values[i];
        if (!Number.isFinite(value)) specials[group] = 1;
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
        lost[group] += (rest as Float64Column).values[i];
        if (getBit((special as BitsColumn).values, i)) specials[group] = 1;
      }
    },
    states: (groups) => [
      countColumn(counts, groups),
      floatColumn(sums, groups),
      floatColumn(lost, groups),
      floatColumn(spreads, groups),
      flagColumn(specials, groups),
    ],
    results: (groups, errors) => [
      buildResults(type, groups, errors, (group, builder) => {
        const value = resultOf(statistic, counts[group], totalOf(group), spreads[group], specials[group] === 1);
        if (value === null) builder.appendNull();
        else (builder as Float64Builder).append(inRange(value, type, specials[group] === 1));
      }),
    ],
  };
}

function resultOf(
  statistic: Statistic['statistic'],
  count: number,
  sum: number,
  spread: number,
  isSpecial: boolean,
): number | null {
  if (count === 0) return null;
  const squares = isSpecial ? NaN : spread;
  switch (statistic) {
    case 'sum':
      return sum;
    case 'avg':
      return sum / count;
    case 'var_pop':
      return squares / count;
    case 'stddev_pop':
      return Math.sqrt(squares / count);
    case 'var_samp':
      return count === 1 ? null : squares / (count - 1);
    case 'stddev_samp':
      return count === 1 ? null : Math.sqrt(squares / (count - 1));
    default:
      return statistic satisfies never;
  }
}

function inRange(value: number, type: DataType, isSpecial: boolean): number {
  const result = type.kind === 'float32' ? Math.fround(value) : value;
  if (!isSpecial && !Number.isFinite(result)) throw new ValueError('22003', 'value out of range: overflow');
  return result;
}

function floatColumn(values: Float64Array, groups: Int32Array): Column {
  const taken = Float64Array.from(groups, (group) => values[group]);
  return { layout: 'float64', type: float64, length: groups.length, validity: null, values: taken };
}

export function flagColumn(flags: Uint8Array, groups: Int32Array): Column {
  const values = new Uint8Array(bitmapBytes(groups.length));
  groups.forEach((group, i) => {
    if (flags[group] === 1) setBit(values, i);
  });
  return { layout: 'bits', type: { kind: 'boolean' }, length: groups.length, validity: null, values };
}

/**
 * percentile_cont and percentile_disc over values that come sorted, by PostgreSQL's arithmetic: how many there are is known before
 * they come, so of each group only the one or two that count are kept.
 *
 *     disc: the value at ceil(fraction · n)          cont: at fraction · (n − 1), between its neighbours
 */
import { grown } from '../../columnar/base-builder.js';
import type { Float64Builder, IntervalBuilder } from '../../columnar/column-builder.js';
import { isValid, type Column, type Float64Column, type IntervalColumn } from '../../columnar/column.js';
import { intervalAt } from '../../expr/load-column.js';
import { addIntervals, subtractIntervals } from '../../expr/functions/datetime-arithmetic.js';
import { multiplyInterval } from '../../expr/functions/datetime-interval.js';
import type { OrderedCall } from '../../protocol/aggregate-call.js';
import { cellStore } from './cell-store.js';
import type { RowState } from './group-state.js';
import { buildResults } from './state-results.js';

type Percentile = Extract<OrderedCall, { kind: 'percentile' }>;

export function percentileState(
  { argument, fraction, continuous }: Percentile,
  countOf: (group: number) => number,
): RowState {
  const { type } = argument;
  const lower = cellStore(type);
  const upper = cellStore(type);
  let seen = new Float64Array(0);
  /** Positions, from 0, of the two values among those of the group. */
  const placesOf = (count: number): readonly [number, number] => {
    if (!continuous) {
      const place = Math.max(0, Math.ceil(fraction * count) - 1);
      return [place, place];
    }
    const place = fraction * (count - 1);
    return [Math.floor(place), Math.ceil(place)];
  };
  return {
    bytesPerGroup: lower.bytesPerGroup + upper.bytesPerGroup + 8,
    get bytes() {
      return lower.bytes + upper.bytes;
    },
    resize(capacity) {
      seen = grown(seen, new Float64Array(capacity));
      lower.resize(capacity);
      upper.resize(capacity);
    },
    clear() {
      seen = new Float64Array(0);
      lower.clear();
      upper.clear();
    },
    update(columns, groups, length) {
      const column = columns[argument.column];
      let known = -1;
      let places: readonly [number, number] = [0, 0];
      for (let row = 0; row < length; row++) {
        const group = groups[row];
        if (group < 0 || !isValid(column, row)) continue;
        if (group !== known) places = placesOf(countOf((known = group)));
        const place = seen[group]++;
        if (place === places[0]) lower.set(group, column, row);
        if (place === places[1]) upper.set(group, column, row);
      }
    },
    results(groups, errors) {
      if (!continuous) return [lower.take(groups)];
      const [from, to] = [lower.take(groups), upper.take(groups)];
      return [
        buildResults(type, groups, errors, (group, builder) => {
          // `groups` are all groups from 0 on: a group is its row in what was taken.
          if (!isValid(from, group)) return builder.appendNull();
          const place = fraction * (countOf(group) - 1);
          interpolate(from, to, group, place - Math.floor(place), builder as Float64Builder | IntervalBuilder);
        }),
      ];
    },
  };
}

function interpolate(
  from: Column,
  to: Column,
  row: number,
  part: number,
  builder: Float64Builder | IntervalBuilder,
): void {
  if (builder.layout === 'float64') {
    const [low, high] = [(from as Float64Column).values[row], (to as Float64Column).values[row]];
    // Between two equal infinities lies no NaN.
    builder.append(part === 0 ? low : low + part * (high - low));
    return;
  }
  const [low, high] = [from, to].map((column) => intervalAt((column as IntervalColumn).words, row));
  const { months, days, micros } = addIntervals(low, multiplyInterval(subtractIntervals(high, low), part));
  builder.append(months, days, micros);
}

/** sum and avg of intervals: months, days and microseconds are summed apart, exactly; only a result can be out of range. */
import { grown } from '../../columnar/base-builder.js';
import { createBuilder, type Decimal128Builder, type IntervalBuilder } from '../../columnar/column-builder.js';
import { isValid, type Decimal128Column, type Int64Column, type IntervalColumn } from '../../columnar/column.js';
import { int64ToNumber } from '../../columnar/column.js';
import { decimalToBigInt } from '../../columnar/decimal.js';
import { divideInterval } from '../../expr/functions/datetime-interval.js';
import { interval } from '../../expr/functions/moment.js';
import { intervalAt } from '../../expr/load-column.js';
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import { addCounts, countColumn } from './count-state.js';
import type { GroupState } from './group-state.js';
import { buildResults } from './state-results.js';

export function intervalState({
  statistic,
  argument,
  type,
}: Extract<AggregateCall, { kind: 'statistic' }>): GroupState {
  let counts = new Float64Array(0);
  let months = new Float64Array(0);
  let days = new Float64Array(0);
  let micros: bigint[] = [];
  const add = (group: number, moreMonths: number, moreDays: number, moreMicros: bigint): void => {
    months[group] += moreMonths;
    days[group] += moreDays;
    micros[group] = (micros[group] ?? 0n) + moreMicros;
  };
  return {
    bytesPerGroup: 24 + 48,
    bytes: 0,
    resize(capacity) {
      counts = grown(counts, new Float64Array(capacity));
      months = grown(months, new Float64Array(capacity));
      days = grown(days, new Float64Array(capacity));
    },
    clear() {
      counts = months = days = new Float64Array(0);
      micros = [];
    },
    update(columns, groups, length) {
      const column = columns[argument.column] as IntervalColumn;
      for (let row = 0; row < length; row++) {
        const group = groups[row];
        if (group < 0 || !isValid(column, row)) continue;
        const span = intervalAt(column.words, row);
        counts[group]++;
        add(group, span.months, span.days, span.micros);
      }
    },
    merge([count, moreMonths, moreDays, moreMicros], groups, length) {
      addCounts(count, groups, length, counts);
      const [{ words: monthWords }, { words: dayWords }] = [moreMonths as Int64Column, moreDays as Int64Column];
      const { words } = moreMicros as Decimal128Column;
      for (let i = 0; i < length; i++) {
        add(groups[i], int64ToNumber(monthWords, i), int64ToNumber(dayWords, i), decimalToBigInt(words, i));
      }
    },
    states(groups) {
      const builder = createBuilder({ kind: 'decimal', precision: 38, scale: 0 }, groups.length) as Decimal128Builder;
      groups.forEach((group) => builder.appendBigInt(micros[group] ?? 0n));
      return [countColumn(counts, groups), countColumn(months, groups), countColumn(days, groups), builder.finish()];
    },
    results: (groups, errors) => [
      buildResults(type, groups, errors, (group, builder) => {
        if (counts[group] === 0) return builder.appendNull();
        const sum = interval(months[group], days[group], micros[group] ?? 0n);
        const result = statistic === 'avg' ? divideInterval(sum, counts[group]) : sum;
        (builder as IntervalBuilder).append(result.months, result.days, result.micros);
      }),
    ],
  };
}

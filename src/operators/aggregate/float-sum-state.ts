/**
 * sum and avg of floats. Sums carry what rounding lost (Neumaier), so that they hardly depend on the order of the rows.
 */
import { grown } from '../../columnar/base-builder.js';
import { getBit } from '../../columnar/bitmap.js';
import type { Float64Builder } from '../../columnar/column-builder.js';
import { isValid, type BitsColumn, type Column, type Float64Column } from '../../columnar/column.js';
import type { DataType } from '../../columnar/data-type.js';
import { ValueError } from '../../columnar/row-errors.js';
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import { addCounts, countColumn } from './count-state.js';
import type { GroupState } from './group-state.js';
import { buildResults } from './state-results.js';

const float64: DataType = { kind: 'float64' };

/** Sums of groups, and what they lost. */
export class FloatSums {
  sums = new Float64Array(0);
  lost = new Float64Array(0);
  /** 1 where an input was not finite: else an infinite result is an overflow. */
  specials = new Uint8Array(0);

  resize(capacity: number): void {
    this.sums = grown(this.sums, new Float64Array(capacity));
    this.lost = grown(this.lost, new Float64Array(capacity));
    this.specials = grown(this.specials, new Uint8Array(capacity));
  }

  clear(): void {
    this.sums = this.lost = new Float64Array(0);
    this.specials = new Uint8Array(0);
  }

  add(group: number, value: number): void {
    const before = this.sums[group];
    const after = before + value;
    this.lost[group] += Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before;
    this.sums[group] = after;
  }

  total(group: number): number {
    return Number.isFinite(this.sums[group]) ? this.sums[group] + this.lost[group] : this.sums[group];
  }

  /** @throws ValueError 22003 for a result that is infinite although no input was */
  inRange(value: number, type: DataType, group: number): number {
    const result = type.kind === 'float32' ? Math.fround(value) : value;
    if (this.specials[group] !== 1 && !Number.isFinite(result))
      throw new ValueError('22003', 'value out of range: overflow');
    return result;
  }
}

export function floatSumState({
  statistic,
  argument,
  type,
}: Extract<AggregateCall, { kind: 'statistic' }>): GroupState {
  const state = new FloatSums();
  let counts = new Float64Array(0);
  return {
    bytesPerGroup: 25,
    bytes: 0,
    resize(capacity) {
      counts = grown(counts, new Float64Array(capacity));
      state.resize(capacity);
    },
    clear() {
      counts = new Float64Array(0);
      state.clear();
    },
    update(columns, groups, length) {
      const column = columns[argument.column] as Float64Column;
      const { values, validity } = column;
      for (let i = 0; i < length; i++) {
        const group = groups[i];
        if (group < 0 || (validity !== null && !isValid(column, i))) continue;
        const value = values[i];
        if (!Number.isFinite(value)) state.specials[group] = 1;
        counts[group]++;
        state.add(group, value);
      }
    },
    merge([count, sum, rest, special], groups, length) {
      addCounts(count, groups, length, counts);
      const { values } = sum as Float64Column;
      const { values: rests } = rest as Float64Column;
      const { values: flags } = special as BitsColumn;
      for (let i = 0; i < length; i++) {
        const group = groups[i];
        state.add(group, values[i]);
        state.lost[group] += rests[i];
        if (getBit(flags, i)) state.specials[group] = 1;
      }
    },
    states: (groups) => [
      countColumn(counts, groups),
      floatColumn(state.sums, groups),
      floatColumn(state.lost, groups),
      flagColumn(state.specials, groups),
    ],
    results: (groups, errors) => [
      buildResults(type, groups, errors, (group, builder) => {
        const sum = state.total(group);
        if (counts[group] === 0) builder.appendNull();
        else
          (builder as Float64Builder).append(
            state.inRange(statistic === 'avg' ? sum / counts[group] : sum, type, group),
          );
      }),
    ],
  };
}

export function floatColumn(values: Float64Array, groups: Int32Array): Column {
  const { length } = groups;
  const taken = new Float64Array(length);
  for (let i = 0; i < length; i++) taken[i] = values[groups[i]];
  return { layout: 'float64', type: float64, length, validity: null, values: taken };
}

export function flagColumn(flags: Uint8Array, groups: Int32Array): Column {
  const { length } = groups;
  const values = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i++) if (flags[groups[i]] === 1) values[i >> 3] |= 1 << (i & 7);
  return { layout: 'bits', type: { kind: 'boolean' }, length, validity: null, values };
}

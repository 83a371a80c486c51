/** count(*) and count(x): exact up to 2^53 rows. */
import { grown } from '../../columnar/base-builder.js';
import { int64ToNumber, isValid, type Column, type Int64Column } from '../../columnar/column.js';
import { storeNumber } from '../../columnar/int64.js';
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import type { GroupState } from './group-state.js';

export function countState({ argument }: Extract<AggregateCall, { kind: 'count' }>): GroupState {
  let counts = new Float64Array(0);
  return {
    bytesPerGroup: 8,
    bytes: 0,
    resize(capacity) {
      counts = grown(counts, new Float64Array(capacity));
    },
    clear() {
      counts = new Float64Array(0);
    },
    update(columns, groups, length) {
      const column = argument === null ? null : columns[argument.column];
      const hasNulls = column !== null && column.validity !== null;
      for (let i = 0; i < length; i++) {
        if (groups[i] >= 0 && (!hasNulls || isValid(column, i))) counts[groups[i]]++;
      }
    },
    merge([states], groups, length) {
      addCounts(states, groups, length, counts);
    },
    states: (groups) => [countColumn(counts, groups)],
    results: (groups) => [countColumn(counts, groups)],
  };
}

export function addCounts(states: Column, groups: Int32Array, length: number, counts: Float64Array): void {
  const { words } = states as Int64Column;
  for (let i = 0; i < length; i++) counts[groups[i]] += int64ToNumber(words, i);
}

export function countColumn(counts: Float64Array, groups: Int32Array): Int64Column {
  const { length } = groups;
  const words = new Int32Array(2 * length);
  for (let i = 0; i < length; i++) storeNumber(counts[groups[i]], words, 2 * i);
  return {
    layout: 'int64',
    type: { kind: 'int64' },
    length,
    validity: null,
    values: new BigInt64Array(words.buffer),
    words,
  };
}

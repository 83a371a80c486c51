/**
 * sum and avg of integers and decimals, exact: 128-bit sums in four words a group. Inputs of at most 26 digits cannot leave
 * that range within 10^12 rows; a sum that leaves its type is an error of the row that comes out.
 */
import { grown } from '../../columnar/base-builder.js';
import type { BytesBuilder, ColumnBuilder } from '../../columnar/column-builder.js';
import { isValid, type Column, type Decimal128Column } from '../../columnar/column.js';
import type { DataType } from '../../columnar/data-type.js';
import { decimalToBigInt } from '../../columnar/decimal.js';
import { ValueError } from '../../columnar/row-errors.js';
import { divideNumeric, Numeric, powerOfTen } from '../../expr/numeric.js';
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import { addCounts, countColumn } from './count-state.js';
import type { GroupState } from './group-state.js';
import { buildResults } from './state-results.js';

type Statistic = Extract<AggregateCall, { kind: 'statistic' }>;

export function integerSumState({ statistic, argument, type }: Statistic): GroupState {
  const scale = argument.type.kind === 'decimal' ? argument.type.scale : 0;
  const stateType: DataType = { kind: 'decimal', precision: 38, scale };
  let sums = new Int32Array(0);
  let counts = new Float64Array(0);
  return {
    bytesPerGroup: 24,
    bytes: 0,
    resize(capacity) {
      sums = grown(sums, new Int32Array(4 * capacity));
      counts = grown(counts, new Float64Array(capacity));
    },
    clear() {
      sums = new Int32Array(0);
      counts = new Float64Array(0);
    },
    update(columns, groups, length) {
      addColumn(columns[argument.column], groups, length, sums, counts);
    },
    merge([sum, count], groups, length) {
      const { words } = sum as Decimal128Column;
      for (let i = 0; i < length; i++) addFourWords(sums, 4 * groups[i], words, 4 * i);
      addCounts(count, groups, length, counts);
    },
    states(groups) {
      const words = new Int32Array(4 * groups.length);
      groups.forEach((group, i) => words.set(sums.subarray(4 * group, 4 * group + 4), 4 * i));
      const sum: Column = { layout: 'decimal128', type: stateType, length: groups.length, validity: null, words };
      return [sum, countColumn(counts, groups)];
    },
    results: (groups, errors) => [
      buildResults(type, groups, errors, (group, builder) => {
        if (counts[group] === 0) builder.appendNull();
        else if (statistic === 'avg') appendAverage(builder, decimalToBigInt(sums, group), scale, counts[group]);
        else appendSum(builder, sums, group);
      }),
    ],
  };
}

function addColumn(column: Column, groups: Int32Array, length: number, sums: Int32Array, counts: Float64Array): void {
  if (column.layout !== 'int32' && column.layout !== 'int64' && column.layout !== 'decimal128') return;
  const words = column.layout === 'int32' ? column.values : column.words;
  const perRow = column.layout === 'int32' ? 1 : column.layout === 'int64' ? 2 : 4;
  for (let i = 0; i < length; i++) {
    const group = groups[i];
    if (group < 0 || !isValid(column, i)) continue;
    if (perRow === 4) addFourWords(sums, 4 * group, words, 4 * i);
    else if (perRow === 2) addTwoWords(sums, 4 * group, words[2 * i], words[2 * i + 1]);
    else addTwoWords(sums, 4 * group, words[i], words[i] >> 31);
    counts[group]++;
  }
}

/** Adds a two's complement number of four words to another. */
function addFourWords(sums: Int32Array, to: number, words: Int32Array, from: number): void {
  let carry = 0;
  for (let word = 0; word < 4; word++) {
    const total = (sums[to + word] >>> 0) + (words[from + word] >>> 0) + carry;
    sums[to + word] = total | 0;
    carry = total >= 4294967296 ? 1 : 0;
  }
}

/** Adds one of two words to one of four. */
function addTwoWords(sums: Int32Array, to: number, low: number, high: number): void {
  const first = (sums[to] >>> 0) + (low >>> 0);
  sums[to] = first | 0;
  const second = (sums[to + 1] >>> 0) + (high >>> 0) + (first >= 4294967296 ? 1 : 0);
  sums[to + 1] = second | 0;
  // The upper words get the sign, 0 or -1, and the carry: nothing where they add up to 0.
  const more = (high >> 31) + (second >= 4294967296 ? 1 : 0);
  if (more === 0) return;
  sums[to + 2] += more;
  if (more > 0 ? sums[to + 2] === 0 : sums[to + 2] === -1) sums[to + 3] += more;
}

function appendAverage(builder: ColumnBuilder, sum: bigint, scale: number, count: number): void {
  const average = divideNumeric(new Numeric(sum, scale), new Numeric(BigInt(count), 0));
  (builder as BytesBuilder).appendString(average.toString());
}

function appendSum(builder: ColumnBuilder, sums: Int32Array, group: number): void {
  const at = 4 * group;
  const sign = sums[at + 1] >> 31;
  const isShort = sums[at + 2] === sign && sums[at + 3] === sign;
  if (builder.layout === 'int64') {
    if (!isShort) throw new ValueError('22003', 'bigint out of range');
    builder.appendWords(sums[at], sums[at + 1]);
    return;
  }
  if (builder.layout !== 'decimal128') return;
  if (isShort) {
    builder.appendWords4(sums[at], sums[at + 1], sign, sign);
    return;
  }
  const sum = decimalToBigInt(sums, group);
  const limit = powerOfTen(38);
  if (sum >= limit || sum <= -limit)
    throw new ValueError('22003', 'numeric field overflow: a sum of more than 38 digits');
  builder.appendBigInt(sum);
}

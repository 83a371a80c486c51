/**
 * sum and avg of `numeric`, and variance and deviation of all exact numbers: sums and sums of squares of any length.
 * Results have as many digits as PostgreSQL's numeric_stddev_internal gives them.
 */
import { grown } from '../../columnar/base-builder.js';
import { isValid, type BytesColumn, type Column } from '../../columnar/column.js';
import type { BytesBuilder } from '../../columnar/column-builder.js';
import type { DataType } from '../../columnar/data-type.js';
import { decimalToBigInt } from '../../columnar/decimal.js';
import { RowErrors } from '../../columnar/row-errors.js';
import {
  addNumeric,
  compareNumeric,
  divideNumeric,
  multiplyNumeric,
  Numeric,
  numericNaN,
  parseNumeric,
  sqrtToScale,
  subtractNumeric,
} from '../../expr/numeric.js';
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import { addCounts, countColumn } from './count-state.js';
import type { GroupState } from './group-state.js';
import { buildResults } from './state-results.js';

type Statistic = Extract<AggregateCall, { kind: 'statistic' }>;

const numericType: DataType = { kind: 'numeric' };
const zero = new Numeric(0n, 0);
/** An object and its BigInt, without the digits. */
const OBJECT_BYTES = 64;

export function numericState({ statistic, argument, type }: Statistic): GroupState {
  const needsSquares = statistic !== 'sum' && statistic !== 'avg';
  let sums: Numeric[] = [];
  let squares: Numeric[] = [];
  let counts = new Float64Array(0);
  let digitBytes = 0;
  const add = (list: Numeric[], group: number, value: Numeric): void => {
    const before = list[group] ?? zero;
    list[group] = addNumeric(before, value);
    digitBytes += Math.max(0, sizeOfNumeric(list[group]) - sizeOfNumeric(before));
  };
  const columnOf = (list: Numeric[], groups: Int32Array): Column =>
    buildResults(numericType, groups, new RowErrors(), (group, builder) =>
      (builder as BytesBuilder).appendString((list[group] ?? zero).toString()),
    );
  return {
    bytesPerGroup: 8 + (needsSquares ? 2 : 1) * OBJECT_BYTES,
    get bytes() {
      return digitBytes;
    },
    resize(capacity) {
      counts = grown(counts, new Float64Array(capacity));
    },
    clear() {
      sums = [];
      squares = [];
      counts = new Float64Array(0);
      digitBytes = 0;
    },
    update(columns, groups, length) {
      const column = columns[argument.column];
      const read = numericReader(column);
      for (let i = 0; i < length; i++) {
        const group = groups[i];
        if (group < 0 || !isValid(column, i)) continue;
        const value = read(i);
        counts[group]++;
        add(sums, group, value);
        if (needsSquares) add(squares, group, multiplyNumeric(value, value));
      }
    },
    merge([count, sum, square], groups, length) {
      addCounts(count, groups, length, counts);
      const readSum = numericReader(sum);
      const readSquare = needsSquares ? numericReader(square) : null;
      for (let i = 0; i < length; i++) {
        add(sums, groups[i], readSum(i));
        if (readSquare !== null) add(squares, groups[i], readSquare(i));
      }
    },
    states: (groups) => [
      countColumn(counts, groups),
      columnOf(sums, groups),
      ...(needsSquares ? [columnOf(squares, groups)] : []),
    ],
    results: (groups, errors) => [
      buildResults(type, groups, errors, (group, builder) => {
        const value = resultOf(statistic, counts[group], sums[group] ?? zero, squares[group] ?? zero);
        if (value === null) builder.appendNull();
        else (builder as BytesBuilder).appendString(value.toString());
      }),
    ],
  };
}

function resultOf(statistic: Statistic['statistic'], count: number, sum: Numeric, squares: Numeric): Numeric | null {
  if (count === 0) return null;
  const n = new Numeric(BigInt(count), 0);
  switch (statistic) {
    case 'sum':
      return sum;
    case 'avg':
      return divideNumeric(sum, n);
    case 'var_samp':
    case 'stddev_samp':
      return count === 1
        ? null
        : spread(n, new Numeric(BigInt(count - 1), 0), sum, squares, statistic === 'stddev_samp');
    case 'var_pop':
    case 'stddev_pop':
      return spread(n, n, sum, squares, statistic === 'stddev_pop');
    default:
      return statistic satisfies never;
  }
}

/** (n · Σx² − (Σx)²) / (n · divisor), or its root. */
function spread(n: Numeric, divisor: Numeric, sum: Numeric, squares: Numeric, isRoot: boolean): Numeric {
  if (sum.special !== null || squares.special !== null) return numericNaN;
  const above = subtractNumeric(multiplyNumeric(n, squares), multiplyNumeric(sum, sum));
  if (compareNumeric(above, zero) <= 0) return zero;
  const variance = divideNumeric(above, multiplyNumeric(n, divisor));
  return isRoot ? sqrtToScale(variance, variance.scale) : variance;
}

function numericReader(column: Column): (row: number) => Numeric {
  switch (column.layout) {
    case 'int32':
      return (row) => new Numeric(BigInt(column.values[row]), 0);
    case 'int64':
      return (row) => new Numeric(column.values[row], 0);
    case 'decimal128': {
      const scale = column.type.kind === 'decimal' ? column.type.scale : 0;
      return (row) => new Numeric(decimalToBigInt(column.words, row), scale);
    }
    default: {
      const { data, offsets } = column as BytesColumn;
      return (row) => parseNumeric(data, offsets[row], offsets[row + 1]);
    }
  }
}

/** Of its digits, about. */
function sizeOfNumeric({ unscaled }: Numeric): number {
  const isShort = BigInt.asIntN(64, unscaled) === unscaled;
  return isShort ? 0 : unscaled.toString(16).length >> 1;
}

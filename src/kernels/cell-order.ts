/**
 * The order of two cells that are not NULL, as a function chosen once per key. Columns of both sides are of one type.
 *
 * PostgreSQL's order: NaN equals NaN and is above all numbers, -0 equals 0, text and uuid as bytes, numbers by value, intervals
 * by length, arrays element by element with NULL elements last. Text of a collation is in its order, what is equal there as bytes.
 */
import { spanDays, spanMicros } from '../columnar/interval-span.js';
import { getBit } from '../columnar/bitmap.js';
import {
  isValid,
  type BitsColumn,
  type BytesColumn,
  type Column,
  type Decimal128Column,
  type Float64Column,
  type Int32Column,
  type Int64Column,
  type IntervalColumn,
  type ListColumn,
} from '../columnar/column.js';
import { layoutOf, type DataType } from '../columnar/data-type.js';
import { leafColumn, leafOffset } from '../columnar/list-leaves.js';
import { compareBytes, compareNumericText } from './compare-bytes.js';
import { collatorOf } from './collation.js';
import { compareJsonb } from './jsonb-order.js';

/** Negative when cell `i` of `a` comes before cell `j` of `b`, positive when behind, 0 when they are equal. */
export type CellOrder<C extends Column = Column> = (a: C, i: number, b: C, j: number) => number;

export function cellOrderOf(type: DataType): CellOrder {
  switch (layoutOf(type)) {
    case 'bits':
      return compareBits as CellOrder;
    case 'int32':
      return compareInt32 as CellOrder;
    case 'int64':
      return compareInt64 as CellOrder;
    case 'decimal128':
      return compareDecimals as CellOrder;
    case 'float64':
      return compareFloats as CellOrder;
    case 'bytes':
      if (type.kind === 'text' && type.collation !== undefined) return collatedOrder(type.collation) as CellOrder;
      return (
        type.kind === 'numeric' ? compareNumerics : type.kind === 'jsonb' ? compareJson : compareText
      ) as CellOrder;
    case 'interval':
      return compareIntervals as CellOrder;
    case 'list':
      return compareLists as CellOrder;
  }
}

/** Decodes both texts for each comparison. */
function collatedOrder(collation: string): CellOrder<BytesColumn> {
  const collator = collatorOf(collation)!;
  const textOf = ({ data, offsets }: BytesColumn, row: number): string =>
    Buffer.from(data.buffer, data.byteOffset + offsets[row], offsets[row + 1] - offsets[row]).toString();
  return (a, i, b, j) => collator.compare(textOf(a, i), textOf(b, j)) || compareText(a, i, b, j);
}

const compareBits: CellOrder<BitsColumn> = (a, i, b, j) => Number(getBit(a.values, i)) - Number(getBit(b.values, j));

const compareInt32: CellOrder<Int32Column> = (a, i, b, j) => a.values[i] - b.values[j];

const compareInt64: CellOrder<Int64Column> = (a, i, b, j) => {
  const high = a.words[2 * i + 1] - b.words[2 * j + 1];
  return high !== 0 ? high : (a.words[2 * i] >>> 0) - (b.words[2 * j] >>> 0);
};

const compareDecimals: CellOrder<Decimal128Column> = (a, i, b, j) => {
  const top = a.words[4 * i + 3] - b.words[4 * j + 3];
  if (top !== 0) return top;
  for (let word = 2; word >= 0; word--) {
    const difference = (a.words[4 * i + word] >>> 0) - (b.words[4 * j + word] >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const compareFloats: CellOrder<Float64Column> = (a, i, b, j) => {
  const x = a.values[i];
  const y = b.values[j];
  if (x < y) return -1;
  if (x > y) return 1;
  return x === y ? 0 : Number(x !== x) - Number(y !== y);
};

const compareText: CellOrder<BytesColumn> = (a, i, b, j) =>
  compareBytes(a.data, a.offsets[i], a.offsets[i + 1], b.data, b.offsets[j], b.offsets[j + 1]);

const compareNumerics: CellOrder<BytesColumn> = (a, i, b, j) =>
  compareNumericText(a.data, a.offsets[i], a.offsets[i + 1], b.data, b.offsets[j], b.offsets[j + 1]);

const compareJson: CellOrder<BytesColumn> = (a, i, b, j) =>
  compareJsonb(a.data, a.offsets[i], a.offsets[i + 1], b.data, b.offsets[j], b.offsets[j + 1]);

const compareIntervals: CellOrder<IntervalColumn> = (a, i, b, j) => {
  const days = spanDays(a.words, i) - spanDays(b.words, j);
  return days !== 0 ? days : spanMicros(a.words, i) - spanMicros(b.words, j);
};

/** Element by element, then the shorter first, then by dimensions (array_cmp). */
const compareLists: CellOrder<ListColumn> = (a, i, b, j) => {
  const left = leafColumn(a);
  const right = leafColumn(b);
  const order = cellOrderOf(left.type);
  const from = leafOffset(a, i);
  const other = leafOffset(b, j);
  const count = leafOffset(a, i + 1) - from;
  const otherCount = leafOffset(b, j + 1) - other;
  for (let at = 0; at < Math.min(count, otherCount); at++) {
    const x = isValid(left, from + at);
    const y = isValid(right, other + at);
    const difference = x && y ? order(left, from + at, right, other + at) : Number(y) - Number(x);
    if (difference !== 0) return difference;
  }
  return count !== otherCount || count === 0 ? count - otherCount : compareDimensions(a, i, b, j);
};

/** Of arrays with as many elements, at least one: the outer length, then that of the first element, and so on. */
function compareDimensions(a: ListColumn, i: number, b: ListColumn, j: number): number {
  const length = a.offsets[i + 1] - a.offsets[i];
  const otherLength = b.offsets[j + 1] - b.offsets[j];
  if (length !== otherLength || a.child.layout !== 'list' || b.child.layout !== 'list') return length - otherLength;
  return compareDimensions(a.child, a.offsets[i], b.child, b.offsets[j]);
}

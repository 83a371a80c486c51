/**
 * Growing columns: one class a layout, the same shape for all.
 *
 * Arrays are public for hot loops (`reserve(n)`, then store and raise `length`), which is right only while `validity`
 * is null; the append methods also keep the bitmap. `validity` appears with the first NULL. `truncate` takes back the
 * last rows, so that a row that fails half way leaves nothing. `finish` hands the arrays over and starts fresh.
 */
import { BaseBuilder, DEFAULT_CAPACITY, grown } from './base-builder.js';
import { bitmapBytes, clearBit, setBit } from './bitmap.js';
import { BytesBuilder } from './bytes-builder.js';
import type {
  BitsColumn,
  Decimal128Column,
  Float64Column,
  Int32Column,
  Int64Column,
  IntervalColumn,
  ListColumn,
} from './column.js';
import { layoutOf, type DataType } from './data-type.js';
import { storeNumber } from './int64.js';

export { BytesBuilder };

export type ColumnBuilder =
  | BitsBuilder
  | Int32Builder
  | Int64Builder
  | Float64Builder
  | Decimal128Builder
  | BytesBuilder
  | IntervalBuilder
  | ListBuilder;

export function createBuilder(type: DataType, capacity = DEFAULT_CAPACITY): ColumnBuilder {
  switch (layoutOf(type)) {
    case 'bits':
      return new BitsBuilder(type, capacity);
    case 'int32':
      return new Int32Builder(type, capacity);
    case 'int64':
      return new Int64Builder(type, capacity);
    case 'float64':
      return new Float64Builder(type, capacity);
    case 'decimal128':
      return new Decimal128Builder(type, capacity);
    case 'bytes':
      return new BytesBuilder(type, capacity);
    case 'interval':
      return new IntervalBuilder(type, capacity);
    case 'list':
      return new ListBuilder(type, capacity);
  }
}

export class BitsBuilder extends BaseBuilder {
  readonly layout = 'bits';
  values: Uint8Array;

  constructor(type: DataType, capacity = DEFAULT_CAPACITY) {
    super(type, capacity);
    this.values = new Uint8Array(bitmapBytes(this.capacity));
  }

  protected override resize(capacity: number): void {
    this.values = grown(this.values, new Uint8Array(bitmapBytes(capacity)));
  }

  append(value: boolean): void {
    const row = this.beginRow();
    if (value) setBit(this.values, row);
    else clearBit(this.values, row);
  }

  get byteSize(): number {
    return bitmapBytes(this.length);
  }

  finish(): BitsColumn {
    const column: BitsColumn = { layout: 'bits', type: this.type, values: this.values, ...this.takeValidity() };
    this.values = new Uint8Array(bitmapBytes(this.capacity));
    return column;
  }
}

export class Int32Builder extends BaseBuilder {
  readonly layout = 'int32';
  values: Int32Array;

  constructor(type: DataType, capacity = DEFAULT_CAPACITY) {
    super(type, capacity);
    this.values = new Int32Array(this.capacity);
  }

  protected override resize(capacity: number): void {
    this.values = grown(this.values, new Int32Array(capacity));
  }

  append(value: number): void {
    const row = this.beginRow();
    this.values[row] = value;
  }

  get byteSize(): number {
    return this.length * 4;
  }

  finish(): Int32Column {
    const column: Int32Column = { layout: 'int32', type: this.type, values: this.values, ...this.takeValidity() };
    this.values = new Int32Array(this.capacity);
    return column;
  }
}

export class Int64Builder extends BaseBuilder {
  readonly layout = 'int64';
  values: BigInt64Array;
  /** The same memory as `values`: low word at `2 * row`, high word behind it. */
  words: Int32Array;

  constructor(type: DataType, capacity = DEFAULT_CAPACITY) {
    super(type, capacity);
    this.values = new BigInt64Array(this.capacity);
    this.words = new Int32Array(this.values.buffer);
  }

  protected override resize(capacity: number): void {
    const values = new BigInt64Array(capacity);
    const words = new Int32Array(values.buffer);
    words.set(this.words);
    this.values = values;
    this.words = words;
  }

  appendWords(low: number, high: number): void {
    const row = this.beginRow();
    this.words[2 * row] = low;
    this.words[2 * row + 1] = high;
  }

  appendBigInt(value: bigint): void {
    const row = this.beginRow();
    this.values[row] = value;
  }

  /** `value` is a safe integer. */
  appendNumber(value: number): void {
    const row = this.beginRow();
    storeNumber(value, this.words, 2 * row);
  }

  get byteSize(): number {
    return this.length * 8;
  }

  finish(): Int64Column {
    const column: Int64Column = {
      layout: 'int64',
      type: this.type,
      values: this.values,
      words: this.words,
      ...this.takeValidity(),
    };
    this.values = new BigInt64Array(this.capacity);
    this.words = new Int32Array(this.values.buffer);
    return column;
  }
}

export class Float64Builder extends BaseBuilder {
  readonly layout = 'float64';
  values: Float64Array;

  constructor(type: DataType, capacity = DEFAULT_CAPACITY) {
    super(type, capacity);
    this.values = new Float64Array(this.capacity);
  }

  protected override resize(capacity: number): void {
    this.values = grown(this.values, new Float64Array(capacity));
  }

  append(value: number): void {
    const row = this.beginRow();
    this.values[row] = value;
  }

  get byteSize(): number {
    return this.length * 8;
  }

  finish(): Float64Column {
    const column: Float64Column = { layout: 'float64', type: this.type, values: this.values, ...this.takeValidity() };
    this.values = new Float64Array(this.capacity);
    return column;
  }
}

export class Decimal128Builder extends BaseBuilder {
  readonly layout = 'decimal128';
  words: Int32Array;

  constructor(type: DataType, capacity = DEFAULT_CAPACITY) {
    super(type, capacity);
    this.words = new Int32Array(4 * this.capacity);
  }

  protected override resize(capacity: number): void {
    this.words = grown(this.words, new Int32Array(4 * capacity));
  }

  appendWords4(word0: number, word1: number, word2: number, word3: number): void {
    const at = 4 * this.beginRow();
    this.words[at] = word0;
    this.words[at + 1] = word1;
    this.words[at + 2] = word2;
    this.words[at + 3] = word3;
  }

  /** The unscaled integer; the caller has checked it against the precision. */
  appendBigInt(unscaled: bigint): void {
    this.appendWords4(
      Number(BigInt.asIntN(32, unscaled)),
      Number(BigInt.asIntN(32, unscaled >> 32n)),
      Number(BigInt.asIntN(32, unscaled >> 64n)),
      Number(BigInt.asIntN(32, unscaled >> 96n)),
    );
  }

  /** The unscaled integer, when it is safe. */
  appendNumber(unscaled: number): void {
    const at = 4 * this.beginRow();
    storeNumber(unscaled, this.words, at);
    this.words[at + 2] = this.words[at + 3] = unscaled < 0 ? -1 : 0;
  }

  get byteSize(): number {
    return this.length * 16;
  }

  finish(): Decimal128Column {
    const column: Decimal128Column = {
      layout: 'decimal128',
      type: this.type,
      words: this.words,
      ...this.takeValidity(),
    };
    this.words = new Int32Array(4 * this.capacity);
    return column;
  }
}

export class IntervalBuilder extends BaseBuilder {
  readonly layout = 'interval';
  words: Int32Array;

  constructor(type: DataType, capacity = DEFAULT_CAPACITY) {
    super(type, capacity);
    this.words = new Int32Array(4 * this.capacity);
  }

  protected override resize(capacity: number): void {
    this.words = grown(this.words, new Int32Array(4 * capacity));
  }

  append(months: number, days: number, micros: bigint): void {
    this.appendWords4(months, days, Number(BigInt.asIntN(32, micros)), Number(BigInt.asIntN(32, micros >> 32n)));
  }

  appendWords4(months: number, days: number, microsLow: number, microsHigh: number): void {
    const at = 4 * this.beginRow();
    this.words[at] = months;
    this.words[at + 1] = days;
    this.words[at + 2] = microsLow;
    this.words[at + 3] = microsHigh;
  }

  get byteSize(): number {
    return this.length * 16;
  }

  finish(): IntervalColumn {
    const column: IntervalColumn = { layout: 'interval', type: this.type, words: this.words, ...this.takeValidity() };
    this.words = new Int32Array(4 * this.capacity);
    return column;
  }
}

/** Append a row's elements to `child`, then call `endList`. */
export class ListBuilder extends BaseBuilder {
  readonly layout = 'list';
  offsets: Int32Array;
  readonly child: ColumnBuilder;

  constructor(type: DataType, capacity = DEFAULT_CAPACITY) {
    super(type, capacity);
    if (type.kind !== 'list') throw new TypeError(`a list builder of ${type.kind}`);
    this.offsets = new Int32Array(this.capacity + 1);
    this.child = createBuilder(type.element, capacity);
  }

  protected override resize(capacity: number): void {
    this.offsets = grown(this.offsets, new Int32Array(capacity + 1));
  }

  override appendNull(): void {
    super.appendNull();
    this.child.truncate(this.offsets[this.length - 1]);
    this.offsets[this.length] = this.child.length;
  }

  endList(): void {
    const row = this.beginRow();
    this.offsets[row + 1] = this.child.length;
  }

  override truncate(length: number): void {
    super.truncate(length);
    this.child.truncate(this.offsets[length]);
  }

  get byteSize(): number {
    return this.length * 4 + this.child.byteSize;
  }

  finish(): ListColumn {
    const column: ListColumn = {
      layout: 'list',
      type: this.type,
      offsets: this.offsets,
      child: this.child.finish(),
      ...this.takeValidity(),
    };
    this.offsets = new Int32Array(this.capacity + 1);
    return column;
  }
}

/**
 * One column's values from the fields of a chunk: a class a type that is common enough to have a loop of its own; the
 * others go value by value through `textParser`.
 *
 * A value that has no place in its column (NaN in numeric(10,2)) is noted in `errors` and left NULL: the row is taken out
 * by whoever made the batch.
 */
import type { Column } from '../../columnar/column.js';
import {
  BitsBuilder,
  BytesBuilder,
  createBuilder,
  Float64Builder,
  Int32Builder,
  Int64Builder,
  type ColumnBuilder,
} from '../../columnar/column-builder.js';
import { layoutOf, type DataType } from '../../columnar/data-type.js';
import { daysFromCivil } from '../../columnar/datetime.js';
import { textParser, type TextParser } from '../../columnar/parse-text.js';
import { ValueError, type RowErrors } from '../../columnar/row-errors.js';
import type { FieldTable } from './field-table.js';
import { readDouble } from './read-double.js';

export interface ColumnReader {
  /** Appends `rows` values: fields `first`, `first + stride`, … of the table. */
  read(bytes: Buffer, fields: FieldTable, first: number, stride: number, rows: number, errors: RowErrors): void;
  readonly byteSize: number;
  finish(): Column;
}

export function createColumnReader(type: DataType, capacity: number): ColumnReader {
  switch (type.kind) {
    case 'boolean':
      return new BooleanReader(type, capacity);
    case 'int16':
    case 'int32':
      return new Int32Reader(type, capacity);
    case 'int64':
      return new Int64Reader(type, capacity);
    case 'float64':
      return new Float64Reader(type, capacity);
    case 'date':
      return new DateReader(type, capacity);
    case 'timestamp':
    case 'timestamptz':
      return new TimestampReader(type, capacity);
    case 'bytea':
      return new ParsedReader(type, capacity);
    default:
      return layoutOf(type) === 'bytes' ? new TextReader(type, capacity) : new ParsedReader(type, capacity);
  }
}

abstract class BaseReader<Builder extends ColumnBuilder> implements ColumnReader {
  private readonly parse: TextParser;

  constructor(
    type: DataType,
    protected readonly builder: Builder,
  ) {
    this.parse = textParser(type, true);
  }

  abstract read(
    bytes: Buffer,
    fields: FieldTable,
    first: number,
    stride: number,
    rows: number,
    errors: RowErrors,
  ): void;

  /** The long way, for what the fast one does not know. */
  protected parseOne(bytes: Buffer, start: number, end: number, errors: RowErrors): void {
    const row = this.builder.length;
    try {
      this.parse(bytes, start, end, this.builder);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.builder.truncate(row);
      this.builder.appendNull();
      errors.add(row, error.sqlState, error.message);
    }
  }

  get byteSize(): number {
    return this.builder.byteSize;
  }

  finish(): Column {
    return this.builder.finish();
  }
}

class ParsedReader extends BaseReader<ColumnBuilder> {
  constructor(type: DataType, capacity: number) {
    super(type, createBuilder(type, capacity));
  }

  read(
    bytes: Buffer,
    { starts, ends }: FieldTable,
    first: number,
    stride: number,
    rows: number,
    errors: RowErrors,
  ): void {
    for (let row = 0, i = first; row < rows; row++, i += stride) {
      if (starts[i] < 0) this.builder.appendNull();
      else this.parseOne(bytes, starts[i], ends[i], errors);
    }
  }
}

class TextReader extends BaseReader<BytesBuilder> {
  constructor(type: DataType, capacity: number) {
    super(type, new BytesBuilder(type, capacity));
  }

  read(bytes: Buffer, { starts, ends }: FieldTable, first: number, stride: number, rows: number): void {
    const { builder } = this;
    let total = 0;
    for (let row = 0, i = first; row < rows; row++, i += stride) total += ends[i] - starts[i];
    builder.reserveBytes(total);
    for (let row = 0, i = first; row < rows; row++, i += stride) {
      if (starts[i] < 0) builder.appendNull();
      else builder.appendBytes(bytes, starts[i], ends[i]);
    }
  }
}

class BooleanReader extends BaseReader<BitsBuilder> {
  constructor(type: DataType, capacity: number) {
    super(type, new BitsBuilder(type, capacity));
  }

  read(bytes: Buffer, { starts }: FieldTable, first: number, stride: number, rows: number): void {
    const { builder } = this;
    for (let row = 0, i = first; row < rows; row++, i += stride) {
      if (starts[i] < 0) builder.appendNull();
      else builder.append(bytes[starts[i]] === 116); // t or f
    }
  }
}

class Int32Reader extends BaseReader<Int32Builder> {
  constructor(type: DataType, capacity: number) {
    super(type, new Int32Builder(type, capacity));
  }

  read(
    bytes: Buffer,
    { starts, ends }: FieldTable,
    first: number,
    stride: number,
    rows: number,
    errors: RowErrors,
  ): void {
    const { builder } = this;
    for (let row = 0, i = first; row < rows; row++, i += stride) {
      let at = starts[i];
      if (at < 0) {
        builder.appendNull();
        continue;
      }
      const end = ends[i];
      const negative = bytes[at] === 45;
      if (negative) at++;
      if (end - at > 9) {
        this.parseOne(bytes, starts[i], end, errors);
        continue;
      }
      let value = 0;
      while (at < end) value = (Math.imul(value, 10) + bytes[at++] - 48) | 0;
      builder.append(negative ? -value | 0 : value);
    }
  }
}

class Int64Reader extends BaseReader<Int64Builder> {
  constructor(type: DataType, capacity: number) {
    super(type, new Int64Builder(type, capacity));
  }

  read(
    bytes: Buffer,
    { starts, ends }: FieldTable,
    first: number,
    stride: number,
    rows: number,
    errors: RowErrors,
  ): void {
    const { builder } = this;
    for (let row = 0, i = first; row < rows; row++, i += stride) {
      let at = starts[i];
      if (at < 0) {
        builder.appendNull();
        continue;
      }
      const end = ends[i];
      const negative = bytes[at] === 45;
      if (negative) at++;
      const digits = end - at;
      if (digits <= 9) {
        let value = 0;
        while (at < end) value = (Math.imul(value, 10) + bytes[at++] - 48) | 0;
        if (negative) value = -value | 0;
        builder.appendWords(value, value >> 31);
      } else if (digits <= 15) {
        let value = 0;
        while (at < end) value = value * 10 + (bytes[at++] - 48);
        builder.appendNumber(negative ? -value : value);
      } else {
        this.parseOne(bytes, starts[i], end, errors);
      }
    }
  }
}

class Float64Reader extends BaseReader<Float64Builder> {
  constructor(type: DataType, capacity: number) {
    super(type, new Float64Builder(type, capacity));
  }

  read(
    bytes: Buffer,
    { starts, ends }: FieldTable,
    first: number,
    stride: number,
    rows: number,
    errors: RowErrors,
  ): void {
    const { builder } = this;
    for (let row = 0, i = first; row < rows; row++, i += stride) {
      if (starts[i] < 0) {
        builder.appendNull();
        continue;
      }
      const value = readDouble(bytes, starts[i], ends[i]);
      if (value === value) builder.append(value);
      else this.parseOne(bytes, starts[i], ends[i], errors);
    }
  }
}

class DateReader extends BaseReader<Int32Builder> {
  constructor(type: DataType, capacity: number) {
    super(type, new Int32Builder(type, capacity));
  }

  read(
    bytes: Buffer,
    { starts, ends }: FieldTable,
    first: number,
    stride: number,
    rows: number,
    errors: RowErrors,
  ): void {
    const { builder } = this;
    for (let row = 0, i = first; row < rows; row++, i += stride) {
      const start = starts[i];
      if (start < 0) builder.appendNull();
      else if (ends[i] - start === 10 && bytes[start + 4] === 45) builder.append(isoDays(bytes, start));
      else this.parseOne(bytes, start, ends[i], errors);
    }
  }
}

/** `2026-01-31 04:05:06[.789][+00]`; other years, BC and infinity take the long way. */
class TimestampReader extends BaseReader<Int64Builder> {
  constructor(type: DataType, capacity: number) {
    super(type, new Int64Builder(type, capacity));
  }

  read(
    bytes: Buffer,
    { starts, ends }: FieldTable,
    first: number,
    stride: number,
    rows: number,
    errors: RowErrors,
  ): void {
    const { builder } = this;
    const zoneBytes = builder.type.kind === 'timestamptz' ? 3 : 0;
    for (let row = 0, i = first; row < rows; row++, i += stride) {
      const start = starts[i];
      if (start < 0) {
        builder.appendNull();
        continue;
      }
      const end = ends[i] - zoneBytes;
      const isShort = end >= start + 19 && end <= start + 26 && bytes[start + 4] === 45 && bytes[start + 10] === 32;
      if (!isShort || (end > start + 19 && bytes[start + 19] !== 46) || (zoneBytes > 0 && bytes[end] !== 43)) {
        this.parseOne(bytes, start, ends[i], errors);
        continue;
      }
      const secondsOfDay =
        (twoDigits(bytes, start + 11) * 60 + twoDigits(bytes, start + 14)) * 60 + twoDigits(bytes, start + 17);
      let micros = 0;
      for (let at = start + 20; at < start + 26; at++) micros = micros * 10 + (at < end ? bytes[at] - 48 : 0);
      // 10^6 = 15625 · 64: seconds · 15625 is exact in a double for every year of four digits, and · 64 is a shift of words.
      const seconds = isoDays(bytes, start) * 86400 + secondsOfDay;
      const scaled = seconds * 15625;
      const top = Math.floor(scaled / 67108864);
      const low = (scaled - top * 67108864) * 64 + micros;
      const carry = low >= 4294967296 ? 1 : 0;
      builder.appendWords(low | 0, top + carry);
    }
  }
}

function isoDays(bytes: Buffer, at: number): number {
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  return daysFromCivil(year, twoDigits(bytes, at + 5), twoDigits(bytes, at + 8));
}

function twoDigits(bytes: Buffer, at: number): number {
  return bytes[at] * 10 + bytes[at + 1] - 528;
}

/**
 * Values as the driver gives them (bigint, number, string, Buffer, null) into columns; each exactly, or not at all.
 *
 * A reader appends one row, or throws `ValueError` for a value that is none of its type's: 22P02, or what the text parser says.
 */
import type { BytesBuilder, ColumnBuilder, Float64Builder, Int64Builder } from '../../columnar/column-builder.js';
import { typeName, type DataType } from '../../columnar/data-type.js';
import { textParser } from '../../columnar/parse-text.js';
import { ValueError } from '../../columnar/row-errors.js';

export type SqliteValue = bigint | number | string | Buffer | null;

export type CellReader = (value: SqliteValue, builder: ColumnBuilder) => void;

export function cellReader(type: DataType): CellReader {
  const read = valueReader(type);
  return (value, builder) => {
    if (value === null) builder.appendNull();
    else if (!read(value, builder))
      throw new ValueError('22P02', `${storageClass(value)} ${shown(value)} in a column of ${typeName(type)}`);
  };
}

type ValueReader = (value: Exclude<SqliteValue, null>, builder: ColumnBuilder) => boolean;

function valueReader(type: DataType): ValueReader {
  const parse = textParser(type);
  const fromText = (text: string, builder: ColumnBuilder): boolean => {
    const bytes = Buffer.from(text);
    parse(bytes, 0, bytes.length, builder);
    return true;
  };
  switch (type.kind) {
    case 'int64':
      return (value, builder) => {
        if (typeof value === 'bigint') (builder as Int64Builder).appendBigInt(value);
        else if (typeof value === 'number' && Number.isSafeInteger(value))
          (builder as Int64Builder).appendNumber(value);
        else return false;
        return true;
      };
    case 'float64':
      return (value, builder) => {
        if (typeof value === 'number') (builder as Float64Builder).append(value);
        else if (typeof value === 'bigint' && BigInt(Number(value)) === value)
          (builder as Float64Builder).append(Number(value));
        else return false;
        return true;
      };
    case 'text':
      return (value, builder) => {
        if (Buffer.isBuffer(value)) return false;
        (builder as BytesBuilder).appendString(String(value));
        return true;
      };
    case 'bytea':
      return (value, builder) => {
        if (!Buffer.isBuffer(value)) return false;
        (builder as BytesBuilder).appendBytes(value, 0, value.length);
        return true;
      };
    case 'boolean':
      return (value, builder) => {
        if (value !== 0n && value !== 1n && typeof value !== 'string') return false;
        return fromText(String(value), builder);
      };
    case 'numeric':
    case 'decimal':
    case 'int16':
    case 'int32':
    case 'float32':
      return (value, builder) => !Buffer.isBuffer(value) && fromText(String(value), builder);
    default:
      return (value, builder) => typeof value === 'string' && fromText(value, builder);
  }
}

function storageClass(value: Exclude<SqliteValue, null>): string {
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return 'real';
  return typeof value === 'string' ? 'text' : 'blob';
}

function shown(value: Exclude<SqliteValue, null>): string {
  const text = Buffer.isBuffer(value)
    ? `x'${value.toString('hex')}'`
    : typeof value === 'string'
      ? JSON.stringify(value)
      : String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

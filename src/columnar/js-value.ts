/**
 * Cells ↔ JavaScript values: the border to user functions, previews and messages; never on a built-in path.
 *
 * | SQL | JavaScript |
 * |---|---|
 * | boolean | boolean |
 * | smallint, integer, real, double precision | number |
 * | bigint | bigint |
 * | numeric, interval, time, uuid, text | string |
 * | date, timestamp, timestamptz | string, ISO 8601 (`2026-01-31T04:05:06.789Z`) |
 * | json, jsonb | the parsed value |
 * | bytea | Uint8Array |
 * | arrays | array |
 *
 * On the way back a `Date` is taken for any date or time, a number for a bigint if it is a safe integer, and a string
 * for everything that can be read from text.
 */
import { getBit } from './bitmap.js';
import { ByteWriter } from './byte-writer.js';
import { isValid, type Column } from './column.js';
import type { ColumnBuilder } from './column-builder.js';
import { typeName } from './data-type.js';
import { writeTimestamp } from './datetime.js';
import { textParser } from './parse-text.js';
import { ValueError } from './row-errors.js';
import { textWriter } from './write-text.js';

export function cellToJs(column: Column, row: number): unknown {
  if (!isValid(column, row)) return null;
  switch (column.layout) {
    case 'bits':
      return getBit(column.values, row);
    case 'int32':
      return column.type.kind === 'date' ? cellText(column, row) : column.values[row];
    case 'int64':
      if (column.type.kind === 'int64') return column.values[row];
      return column.type.kind === 'time' ? cellText(column, row) : isoText(column, row);
    case 'float64':
      return column.values[row];
    case 'bytes': {
      if (column.type.kind === 'bytea')
        return Uint8Array.from(column.data.subarray(column.offsets[row], column.offsets[row + 1]));
      const text = cellText(column, row);
      return column.type.kind === 'json' || column.type.kind === 'jsonb' ? JSON.parse(text) : text;
    }
    case 'list': {
      const values: unknown[] = [];
      for (let at = column.offsets[row]; at < column.offsets[row + 1]; at++) values.push(cellToJs(column.child, at));
      return values;
    }
    case 'decimal128':
    case 'interval':
      return cellText(column, row);
    default:
      return column satisfies never;
  }
}

/** PostgreSQL's text of a cell that is not NULL. */
export function cellText(column: Column, row: number): string {
  const out = new ByteWriter(64);
  textWriter(column)(row, out);
  return out.view().toString();
}

/** Appends a value that a user's function returned; undefined is NULL. 42804 where it has no place in the type. */
export function appendJs(builder: ColumnBuilder, value: unknown): void {
  if (value === null || value === undefined) return builder.appendNull();
  const { kind } = builder.type;
  switch (builder.layout) {
    case 'bits':
      if (typeof value === 'boolean') return builder.append(value);
      break;
    case 'float64':
      if (typeof value === 'number' && kind === 'float64') return builder.append(value);
      break;
    case 'int64':
      if (typeof value === 'bigint' && kind === 'int64' && BigInt.asIntN(64, value) === value)
        return builder.appendBigInt(value);
      break;
    case 'bytes':
      if (kind === 'text' && typeof value === 'string') return builder.appendString(value);
      if (kind === 'json' || kind === 'jsonb') return appendText(builder, jsonText(builder, value));
      if (value instanceof Uint8Array) {
        if (kind !== 'bytea') throw mismatch(builder, value);
        return builder.appendBytes(value, 0, value.length);
      }
      break;
    case 'list': {
      if (!Array.isArray(value)) break;
      const start = builder.length;
      try {
        for (const element of value) appendJs(builder.child, element);
      } catch (error) {
        builder.truncate(start);
        throw error;
      }
      return builder.endList();
    }
    default:
      break;
  }
  if (value instanceof Date && (kind === 'date' || kind === 'time' || kind === 'timestamp' || kind === 'timestamptz')) {
    if (Number.isNaN(value.getTime())) throw mismatch(builder, value);
    return appendText(builder, dateText(value, kind));
  }
  if (
    typeof value !== 'string' &&
    typeof value !== 'number' &&
    typeof value !== 'bigint' &&
    typeof value !== 'boolean'
  ) {
    throw mismatch(builder, value);
  }
  if (typeof value === 'boolean' && kind !== 'text') throw mismatch(builder, value);
  if (typeof value === 'number' && kind === 'int64' && !Number.isSafeInteger(value)) throw mismatch(builder, value);
  if (typeof value !== 'string' && !isNumeric(kind) && kind !== 'text') throw mismatch(builder, value);
  appendText(builder, String(value));
}

function appendText(builder: ColumnBuilder, text: string): void {
  const bytes = Buffer.from(text);
  textParser(builder.type)(bytes, 0, bytes.length, builder);
}

function isNumeric(kind: string): boolean {
  return ['int16', 'int32', 'int64', 'float32', 'float64', 'decimal', 'numeric'].includes(kind);
}

function isoText(column: Column & { layout: 'int64' }, row: number): string {
  const out = new ByteWriter(48);
  writeTimestamp(column.words[2 * row], column.words[2 * row + 1], 'T', '', out);
  const text = out.view().toString('latin1');
  if (column.type.kind === 'timestamp' || text.endsWith('infinity')) return text;
  return text.endsWith(' BC') ? `${text.slice(0, -3)}Z BC` : `${text}Z`;
}

/** UTC parts of a JavaScript date; its years are astronomical and may have a sign and six digits. */
function dateText(date: Date, kind: 'date' | 'time' | 'timestamp' | 'timestamptz'): string {
  const iso = date.toISOString();
  const year = date.getUTCFullYear();
  const day = `${String(year > 0 ? year : 1 - year).padStart(4, '0')}${iso.slice(iso.indexOf('-', 1), iso.indexOf('T'))}`;
  const era = year > 0 ? '' : ' BC';
  const time = iso.slice(iso.indexOf('T') + 1, -1);
  if (kind === 'time') return time;
  return kind === 'date' ? day + era : `${day} ${time}${era}`;
}

function jsonText(builder: ColumnBuilder, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_, part: unknown) => {
      // JSON has no bigint; its digits are a JSON number where they are exact, else a string.
      if (typeof part !== 'bigint') return part;
      return BigInt(Number(part)) === part && Number.isSafeInteger(Number(part)) ? Number(part) : String(part);
    });
  } catch (error) {
    throw new ValueError(
      '22032',
      `no JSON can be made of the value: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (text === undefined) throw mismatch(builder, value);
  return text;
}

function mismatch(builder: ColumnBuilder, value: unknown): ValueError {
  const shown =
    typeof value === 'object'
      ? (value?.constructor?.name ?? 'object')
      : `${typeof value} ${String(value).slice(0, 100)}`;
  return new ValueError('42804', `a value of type ${typeName(builder.type)} cannot be made of ${shown}`);
}

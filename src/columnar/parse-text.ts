/**
 * PostgreSQL's text input of each type, from bytes straight into a builder.
 *
 * A parser appends exactly one row or throws a `ValueError` with PostgreSQL's condition (22P02 bad text, 22003 out of
 * range, 2200x dates); after an error the builder may hold half a list: the caller truncates to the row it began.
 */
import { ByteWriter } from './byte-writer.js';
import { checkJson, hexValue } from './check-json.js';
import type {
  BytesBuilder,
  ColumnBuilder,
  Decimal128Builder,
  Float64Builder,
  Int32Builder,
  Int64Builder,
} from './column-builder.js';
import type { DataType } from './data-type.js';
import { isSpace, parseDecimal } from './decimal.js';
import { parseFloat32, parseFloat64 } from './float-text.js';
import { storeProduct } from './int64.js';
import { parseInterval } from './interval.js';
import { jsonbWriter } from './jsonb-text.js';
import { isPlainNumeric, writeNumeric } from './numeric-text.js';
import { parseDate, parseTime, parseTimestamp } from './parse-datetime.js';
import { listParser } from './parse-list.js';
import { ValueError } from './row-errors.js';

/** Appends the value at `bytes[start, end)` to a builder of the parser's type. */
export type TextParser = (bytes: Uint8Array, start: number, end: number, builder: ColumnBuilder) => void;

/** `trusted`: the text was written by PostgreSQL, so json is not checked and jsonb not normalized again. */
export function textParser(type: DataType, trusted = false): TextParser {
  switch (type.kind) {
    case 'boolean':
      return parseBooleanCell;
    case 'int16':
      return int32Parser('smallint', 0x7fff);
    case 'int32':
      return int32Parser('integer', 0x7fffffff);
    case 'int64':
      return parseInt64Cell;
    case 'float32':
      return (bytes, start, end, builder) => (builder as Float64Builder).append(parseFloat32(bytes, start, end));
    case 'float64':
      return (bytes, start, end, builder) => (builder as Float64Builder).append(parseFloat64(bytes, start, end));
    case 'decimal':
      return decimalParser(type.precision, type.scale);
    case 'numeric':
      return rewriter(isPlainNumeric, writeNumeric);
    case 'text':
      return copyCell;
    case 'json':
      return trusted ? copyCell : parseJsonCell;
    case 'jsonb':
      return trusted ? copyCell : rewriter(() => false, jsonbWriter());
    case 'uuid':
      return parseUuidCell;
    case 'bytea':
      return parseByteaCell;
    case 'date':
      return (bytes, start, end, builder) => (builder as Int32Builder).append(parseDate(bytes, start, end));
    case 'time':
      return (bytes, start, end, builder) => (builder as Int64Builder).appendNumber(parseTime(bytes, start, end));
    case 'timestamp':
    case 'timestamptz':
      return timestampParser(type.kind === 'timestamptz');
    case 'interval':
      return parseIntervalCell;
    case 'list':
      return listParser(type, textParser(type.element, trusted));
    default:
      return type satisfies never;
  }
}

function parseBooleanCell(bytes: Uint8Array, start: number, end: number, builder: ColumnBuilder): void {
  const target = builder as ColumnBuilder & { layout: 'bits' };
  if (end - start === 1) {
    const letter = bytes[start];
    if (letter === 116 || letter === 49) return target.append(true);
    if (letter === 102 || letter === 48) return target.append(false);
  }
  const word = shown(bytes, start, end).trim().toLowerCase();
  // PostgreSQL takes any beginning that tells the words apart; `o` does not.
  if (word !== '') {
    if ('true'.startsWith(word) || 'yes'.startsWith(word) || word === 'on' || word === '1') return target.append(true);
    if ('false'.startsWith(word) || 'no'.startsWith(word) || word === 'of' || word === 'off' || word === '0') {
      return target.append(false);
    }
  }
  throw invalid('boolean', bytes, start, end);
}

/** Integers of up to 32 bits; `max` is the largest. */
function int32Parser(name: string, max: number): TextParser {
  return (bytes, start, end, builder) => {
    let at = start;
    let stop = end;
    while (at < stop && isSpace(bytes[at])) at++;
    while (stop > at && isSpace(bytes[stop - 1])) stop--;
    const negative = bytes[at] === 45;
    if (at < stop && (negative || bytes[at] === 43)) at++;
    if (at === stop) throw invalid(name, bytes, start, end);
    let value = 0;
    for (; at < stop; at++) {
      const digit = bytes[at] - 48;
      if (digit < 0 || digit > 9) throw invalid(name, bytes, start, end);
      value = value * 10 + digit;
    }
    if (value > (negative ? max + 1 : max)) throw outOfRange(name, bytes, start, end);
    (builder as Int32Builder).append(negative ? -value : value);
  };
}

function parseInt64Cell(bytes: Uint8Array, start: number, end: number, builder: ColumnBuilder): void {
  const target = builder as Int64Builder;
  target.reserve(1);
  parseInt64(bytes, start, end, target.words, 2 * target.length);
  target.appendWords(target.words[2 * target.length], target.words[2 * target.length + 1]);
}

/** Stores a bigint's words at `words[to]`. 22P02, 22003. */
export function parseInt64(bytes: Uint8Array, start: number, end: number, words: Int32Array, to: number): void {
  let at = start;
  let stop = end;
  while (at < stop && isSpace(bytes[at])) at++;
  while (stop > at && isSpace(bytes[stop - 1])) stop--;
  const negative = bytes[at] === 45;
  if (at < stop && (negative || bytes[at] === 43)) at++;
  if (at === stop) throw invalid('bigint', bytes, start, end);
  while (at < stop - 1 && bytes[at] === 48) at++;
  // Two halves: the last nine digits, and what stands before them. A negative number is the mirror, to reach -2^63.
  const middle = Math.max(at, stop - 9);
  let head = 0;
  let tail = 0;
  for (; at < middle; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) throw invalid('bigint', bytes, start, end);
    head = head * 10 + digit;
  }
  for (; at < stop; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) throw invalid('bigint', bytes, start, end);
    tail = tail * 10 + digit;
  }
  if (negative && tail > 0) {
    head++;
    tail = 1000000000 - tail;
  }
  if (head > 9300000000 || !storeProduct(negative ? -head : head, 1000000000, tail, words, to)) {
    throw outOfRange('bigint', bytes, start, end);
  }
}

function decimalParser(precision: number, scale: number): TextParser {
  return (bytes, start, end, builder) => {
    const target = builder as Decimal128Builder;
    target.reserve(1);
    const { words, length } = target;
    parseDecimal(bytes, start, end, precision, scale, words, length);
    target.appendWords4(words[4 * length], words[4 * length + 1], words[4 * length + 2], words[4 * length + 3]);
  };
}

function timestampParser(zoned: boolean): TextParser {
  return (bytes, start, end, builder) => {
    const target = builder as Int64Builder;
    target.reserve(1);
    const at = 2 * target.length;
    parseTimestamp(bytes, start, end, zoned, target.words, at);
    target.appendWords(target.words[at], target.words[at + 1]);
  };
}

function copyCell(bytes: Uint8Array, start: number, end: number, builder: ColumnBuilder): void {
  (builder as BytesBuilder).appendBytes(bytes, start, end);
}

/** Copies what is in normal form already, else rewrites it. */
function rewriter(
  isNormal: (bytes: Uint8Array, start: number, end: number) => boolean,
  write: (bytes: Uint8Array, start: number, end: number, out: ByteWriter) => void,
): TextParser {
  const scratch = new ByteWriter(64);
  return (bytes, start, end, builder) => {
    if (isNormal(bytes, start, end)) return copyCell(bytes, start, end, builder);
    scratch.clear();
    write(bytes, start, end, scratch);
    copyCell(scratch.bytes, 0, scratch.length, builder);
  };
}

function parseJsonCell(bytes: Uint8Array, start: number, end: number, builder: ColumnBuilder): void {
  if (checkJson(bytes, start, end) >= 0) throw invalid('json', bytes, start, end);
  copyCell(bytes, start, end, builder);
}

/** Any case, braces, hyphens after any group of four digits; kept as `8-4-4-4-12` lower-case digits. */
function parseUuidCell(bytes: Uint8Array, start: number, end: number, builder: ColumnBuilder): void {
  const target = builder as BytesBuilder;
  target.reserveBytes(36);
  const { data } = target;
  let to = target.offsets[target.length];
  const braces = bytes[start] === 123 && bytes[end - 1] === 125;
  let at = braces ? start + 1 : start;
  const stop = braces ? end - 1 : end;
  let digits = 0;
  for (; at < stop && digits < 32; at++) {
    const value = hexValue(bytes[at]);
    if (value < 0) {
      if (bytes[at] === 45 && digits > 0 && digits % 4 === 0 && bytes[at - 1] !== 45) continue;
      break;
    }
    if (digits === 8 || digits === 12 || digits === 16 || digits === 20) data[to++] = 45;
    data[to++] = value < 10 ? 48 + value : 87 + value;
    digits++;
  }
  if (digits !== 32 || at !== stop) throw invalid('uuid', bytes, start, end);
  target.endRow(36);
}

/** `\x` hexadecimal, or the old escape form with `\\` and `\ooo`. */
function parseByteaCell(bytes: Uint8Array, start: number, end: number, builder: ColumnBuilder): void {
  const target = builder as BytesBuilder;
  target.reserveBytes(end - start);
  const { data } = target;
  const first = target.offsets[target.length];
  let to = first;
  if (bytes[start] === 92 && bytes[start + 1] === 120 && end - start >= 2) {
    for (let at = start + 2; at < end; at++) {
      if (isSpace(bytes[at])) continue;
      const high = hexValue(bytes[at]);
      const low = at + 1 < end ? hexValue(bytes[++at]) : -1;
      if (high < 0 || low < 0) {
        throw new ValueError(
          '22023',
          low === -1 && at + 1 >= end ? 'invalid hexadecimal data: odd number of digits' : 'invalid hexadecimal digit',
        );
      }
      data[to++] = high * 16 + low;
    }
  } else {
    for (let at = start; at < end; at++) {
      if (bytes[at] !== 92) data[to++] = bytes[at];
      else if (bytes[at + 1] === 92 && at + 1 < end) {
        data[to++] = 92;
        at++;
      } else {
        const [a, b, c] = [bytes[at + 1] - 48, bytes[at + 2] - 48, bytes[at + 3] - 48];
        if (!(at + 3 < end && a >= 0 && a <= 3 && b >= 0 && b <= 7 && c >= 0 && c <= 7))
          throw invalid('bytea', bytes, start, end);
        data[to++] = a * 64 + b * 8 + c;
        at += 3;
      }
    }
  }
  target.endRow(to - first);
}

function parseIntervalCell(bytes: Uint8Array, start: number, end: number, builder: ColumnBuilder): void {
  const { months, days, micros } = parseInterval(shown(bytes, start, end));
  (builder as ColumnBuilder & { layout: 'interval' }).append(months, days, micros);
}

/** The beginning of a text, for messages and rare forms. */
function shown(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, Math.min(end, start + 200))).toString();
}

function invalid(type: string, bytes: Uint8Array, start: number, end: number): ValueError {
  return new ValueError('22P02', `invalid input syntax for type ${type}: "${shown(bytes, start, end)}"`);
}

function outOfRange(type: string, bytes: Uint8Array, start: number, end: number): ValueError {
  return new ValueError('22003', `value "${shown(bytes, start, end)}" is out of range for type ${type}`);
}

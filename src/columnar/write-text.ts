/** PostgreSQL's text output of a cell that is not NULL (`DateStyle` ISO, time zone UTC, `IntervalStyle` postgres). */
import { getBit } from './bitmap.js';
import { ByteWriter } from './byte-writer.js';
import { isValid, type BytesColumn, type Column, type Int64Column, type ListColumn } from './column.js';
import { writeDate, writeTime, writeTimestamp } from './datetime.js';
import { decimalWriter, isSpace } from './decimal.js';
import { writeFloat32, writeFloat64 } from './float-text.js';
import { writeInt64 } from './int64.js';
import { writeInterval } from './interval.js';

/** Appends the text of one row's cell; the caller has asked `isValid`. */
export type CellWriter = (row: number, out: ByteWriter) => void;

export function textWriter(column: Column): CellWriter {
  switch (column.layout) {
    case 'bits': {
      const { values } = column;
      return (row, out) => out.byte(getBit(values, row) ? 116 : 102);
    }
    case 'int32': {
      const { values } = column;
      if (column.type.kind === 'date') return (row, out) => writeDate(values[row], out);
      return (row, out) => out.integer(values[row]);
    }
    case 'int64':
      return int64Writer(column);
    case 'float64': {
      const { values } = column;
      if (column.type.kind === 'float32') return (row, out) => writeFloat32(values[row], out);
      return (row, out) => writeFloat64(values[row], out);
    }
    case 'decimal128':
      return decimalWriter(column.words, column.type.kind === 'decimal' ? column.type.scale : 0);
    case 'bytes':
      return column.type.kind === 'bytea' ? byteaWriter(column) : bytesWriter(column);
    case 'interval': {
      const { words } = column;
      return (row, out) => writeInterval(words, row, out);
    }
    case 'list':
      return listWriter(column);
    default:
      return column satisfies never;
  }
}

function int64Writer(column: Int64Column): CellWriter {
  const { words } = column;
  switch (column.type.kind) {
    case 'time':
      return (row, out) => writeTime(words[2 * row + 1] * 4294967296 + (words[2 * row] >>> 0), out);
    case 'timestamp':
      return (row, out) => writeTimestamp(words[2 * row], words[2 * row + 1], ' ', '', out);
    case 'timestamptz':
      return (row, out) => writeTimestamp(words[2 * row], words[2 * row + 1], ' ', '+00', out);
    default:
      return (row, out) => writeInt64(words[2 * row], words[2 * row + 1], out);
  }
}

function bytesWriter(column: BytesColumn): CellWriter {
  const { offsets, data } = column;
  return (row, out) => out.copy(data, offsets[row], offsets[row + 1]);
}

/** `\x00ff`. */
function byteaWriter(column: BytesColumn): CellWriter {
  const { offsets, data } = column;
  return (row, out) => {
    const end = offsets[row + 1];
    out.reserve(2 + 2 * (end - offsets[row]));
    const target = out.bytes;
    let to = out.length;
    target[to++] = 92;
    target[to++] = 120;
    for (let at = offsets[row]; at < end; at++) {
      target[to++] = hexDigit(data[at] >> 4);
      target[to++] = hexDigit(data[at] & 15);
    }
    out.length = to;
  };
}

/** `{1,NULL,"a b"}`, elements in their own text, quoted where a reader would stumble. */
function listWriter(column: ListColumn): CellWriter {
  const { offsets, child } = column;
  const writeElement = textWriter(child);
  const nested = child.layout === 'list';
  const scratch = new ByteWriter(64);
  return (row, out) => {
    out.byte(123);
    for (let element = offsets[row]; element < offsets[row + 1]; element++) {
      if (element > offsets[row]) out.byte(44);
      if (!isValid(child, element)) out.ascii('NULL');
      else if (nested) writeElement(element, out);
      else {
        scratch.clear();
        writeElement(element, scratch);
        writeElementText(scratch, out);
      }
    }
    out.byte(125);
  };
}

function writeElementText(text: ByteWriter, out: ByteWriter): void {
  const { bytes, length } = text;
  let quoted = length === 0 || isNullWord(bytes, length);
  for (let i = 0; i < length && !quoted; i++) quoted = needsQuotes(bytes[i]);
  if (!quoted) return out.copy(bytes, 0, length);
  out.reserve(2 + 2 * length);
  const target = out.bytes;
  let to = out.length;
  target[to++] = 34;
  for (let i = 0; i < length; i++) {
    if (bytes[i] === 34 || bytes[i] === 92) target[to++] = 92;
    target[to++] = bytes[i];
  }
  target[to++] = 34;
  out.length = to;
}

/** `"` `\` `{` `}` `,` and white space. */
function needsQuotes(byte: number): boolean {
  return byte === 34 || byte === 92 || byte === 123 || byte === 125 || byte === 44 || isSpace(byte);
}

function isNullWord(bytes: Uint8Array, length: number): boolean {
  return (
    length === 4 &&
    (bytes[0] | 32) === 110 &&
    (bytes[1] | 32) === 117 &&
    (bytes[2] | 32) === 108 &&
    (bytes[3] | 32) === 108
  );
}

function hexDigit(value: number): number {
  return value < 10 ? 48 + value : 87 + value;
}

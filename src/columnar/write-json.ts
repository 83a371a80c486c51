/**
 * The JSON value of a cell, as PostgreSQL's `to_json` gives it.
 *
 * Numbers are JSON numbers with all their digits (NaN and infinities are strings), json and jsonb are put in as they
 * are, timestamps are ISO 8601 with `T`, everything else is its text output as a string; NULL is `null`.
 */
import { getBit } from './bitmap.js';
import { ByteWriter } from './byte-writer.js';
import { isValid, type BytesColumn, type Column, type ListColumn } from './column.js';
import { writeTimestamp } from './datetime.js';
import { textWriter, type CellWriter } from './write-text.js';

export function jsonWriter(column: Column): CellWriter {
  const write = valueWriter(column);
  if (column.validity === null) return write;
  return (row, out) => (isValid(column, row) ? write(row, out) : out.ascii('null'));
}

function valueWriter(column: Column): CellWriter {
  switch (column.type.kind) {
    case 'boolean': {
      const { values } = column as Column & { layout: 'bits' };
      return (row, out) => out.ascii(getBit(values, row) ? 'true' : 'false');
    }
    case 'int16':
    case 'int32':
    case 'int64':
    case 'decimal':
    case 'json':
    case 'jsonb':
      return textWriter(column);
    case 'float32':
    case 'float64': {
      const { values } = column as Column & { layout: 'float64' };
      const write = textWriter(column);
      return (row, out) => (Number.isFinite(values[row]) ? write(row, out) : quoted(write, row, out));
    }
    case 'numeric': {
      const { offsets, data } = column as BytesColumn;
      const write = textWriter(column);
      // `NaN`, `Infinity` and `-Infinity` end in a letter.
      return (row, out) => (data[offsets[row + 1] - 1] <= 57 ? write(row, out) : quoted(write, row, out));
    }
    case 'text': {
      const { offsets, data } = column as BytesColumn;
      return (row, out) => writeJsonString(data, offsets[row], offsets[row + 1], out);
    }
    case 'bytea': {
      const write = textWriter(column);
      const scratch = new ByteWriter(64);
      return (row, out) => {
        scratch.clear();
        write(row, scratch);
        writeJsonString(scratch.bytes, 0, scratch.length, out);
      };
    }
    case 'timestamp':
    case 'timestamptz': {
      const { words } = column as Column & { layout: 'int64' };
      const zone = column.type.kind === 'timestamptz' ? '+00:00' : '';
      return (row, out) => {
        out.byte(34);
        writeTimestamp(words[2 * row], words[2 * row + 1], 'T', zone, out);
        out.byte(34);
      };
    }
    case 'date':
    case 'time':
    case 'uuid':
    case 'interval': {
      const write = textWriter(column);
      return (row, out) => quoted(write, row, out);
    }
    case 'list':
      return listWriter(column as ListColumn);
    default:
      return column.type satisfies never;
  }
}

/** For texts that need no escaping. */
function quoted(write: CellWriter, row: number, out: ByteWriter): void {
  out.byte(34);
  write(row, out);
  out.byte(34);
}

function listWriter(column: ListColumn): CellWriter {
  const { offsets } = column;
  const write = jsonWriter(column.child);
  return (row, out) => {
    out.byte(91);
    for (let element = offsets[row]; element < offsets[row + 1]; element++) {
      if (element > offsets[row]) out.byte(44);
      write(element, out);
    }
    out.byte(93);
  };
}

/** `bytes[start, end)`, UTF-8, as a JSON string: clean runs are copied whole. */
export function writeJsonString(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.byte(34);
  let from = start;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte >= 32 && byte !== 34 && byte !== 92) continue;
    if (at > from) out.copy(bytes, from, at);
    from = at + 1;
    const letter = escapeLetter(byte);
    out.reserve(6);
    out.bytes[out.length++] = 92;
    if (letter !== 0) out.bytes[out.length++] = letter;
    else out.ascii(byte < 16 ? `u000${byte.toString(16)}` : `u00${byte.toString(16)}`);
  }
  if (end > from) out.copy(bytes, from, end);
  out.byte(34);
}

/** The byte behind the backslash, or 0 where there is no short form. */
function escapeLetter(byte: number): number {
  switch (byte) {
    case 34:
    case 92:
      return byte;
    case 8:
      return 98;
    case 9:
      return 116;
    case 10:
      return 110;
    case 12:
      return 102;
    case 13:
      return 114;
    default:
      return 0;
  }
}

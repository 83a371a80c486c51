/**
 * Finds the fields of one row: of COPY's text format, or of a DataRow message. Both leave raw bytes of the server's output.
 *
 *     COPY      1 \t a\\b \t \N \n         fields end at tabs; escapes are undone in place (they only shrink)
 *     DataRow   n=3 · 1 '1' · 3 'a\b' · -1  fields have lengths
 */
import type { FieldTable } from './field-table.js';

const TAB = 9;
const BACKSLASH = 92;
const LETTER_N = 78;

/** Bytes looked at one by one before a native search takes over: a call costs about as much as that. */
const LONG_FIELD = 96;

export interface FieldFinder {
  /** A new chunk; positions of an older one are forgotten. */
  begin(bytes: Buffer): void;
  /** Appends the fields of the row in `bytes[start, end)` to `fields`; false when they are not as many as there must be. */
  find(start: number, end: number, fields: FieldTable): boolean;
}

export class CopyFieldFinder implements FieldFinder {
  private bytes: Buffer = Buffer.alloc(0);
  /** First backslash at or behind what was looked at; the length of the chunk when there is none. */
  private backslash = 0;

  constructor(private readonly columns: number) {}

  begin(bytes: Buffer): void {
    this.bytes = bytes;
    this.backslash = -1;
  }

  find(start: number, end: number, fields: FieldTable): boolean {
    const { bytes, columns } = this;
    const last = end - 1; // the line feed
    if (columns === 0) return last === start;
    if (this.backslash < start) this.seekBackslash(start);
    if (this.backslash < last) return this.findEscaped(start, last, fields);
    fields.reserve(columns);
    const { starts, ends } = fields;
    let count = fields.count;
    const full = count + columns - 1;
    let from = start;
    while (count < full) {
      let at = from;
      const near = at + LONG_FIELD < last ? at + LONG_FIELD : last;
      while (at < near && bytes[at] !== TAB) at++;
      if (at === near) {
        at = near < last ? bytes.indexOf(TAB, near) : -1;
        if (at < 0 || at >= last) return false;
      }
      starts[count] = from;
      ends[count++] = at;
      from = at + 1;
    }
    starts[count] = from;
    ends[count++] = last;
    fields.count = count;
    return true;
  }

  private seekBackslash(from: number): void {
    const found = this.bytes.indexOf(BACKSLASH, from);
    this.backslash = found < 0 ? this.bytes.length : found;
  }

  /** A row with a NULL or an escape. */
  private findEscaped(start: number, last: number, fields: FieldTable): boolean {
    const { bytes, columns } = this;
    fields.reserve(columns);
    const { starts, ends } = fields;
    const full = fields.count + columns;
    let count = fields.count;
    let at = start;
    while (at <= last) {
      if (count === full) return false;
      if (bytes[at] === BACKSLASH && bytes[at + 1] === LETTER_N) {
        starts[count] = ends[count] = -1;
        at += 2;
      } else {
        starts[count] = at;
        while (at < last && bytes[at] !== TAB && bytes[at] !== BACKSLASH) at++;
        let to = at;
        while (at < last && bytes[at] !== TAB) {
          let byte = bytes[at++];
          if (byte === BACKSLASH) byte = unescaped(bytes[at++]);
          bytes[to++] = byte;
        }
        ends[count] = to;
      }
      count++;
      at++; // the tab, or the line feed
    }
    fields.count = count;
    return count === full;
  }
}

/** The server escapes these six control characters and the backslash, nothing else. */
function unescaped(letter: number): number {
  switch (letter) {
    case 98:
      return 8;
    case 116:
      return 9;
    case 110:
      return 10;
    case 118:
      return 11;
    case 102:
      return 12;
    case 114:
      return 13;
    default:
      return letter;
  }
}

export class DataRowFieldFinder implements FieldFinder {
  private bytes: Buffer = Buffer.alloc(0);

  constructor(private readonly columns: number) {}

  begin(bytes: Buffer): void {
    this.bytes = bytes;
  }

  find(start: number, end: number, fields: FieldTable): boolean {
    const { bytes, columns } = this;
    if (bytes.readUInt16BE(start) !== columns) return false;
    fields.reserve(columns);
    const { starts, ends } = fields;
    let count = fields.count;
    let at = start + 2;
    for (let column = 0; column < columns; column++) {
      if (at + 4 > end) return false;
      const length = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
      at += 4;
      if (length < 0) {
        starts[count] = ends[count] = -1;
      } else {
        starts[count] = at;
        ends[count] = at += length;
      }
      count++;
    }
    fields.count = count;
    return at === end;
  }
}

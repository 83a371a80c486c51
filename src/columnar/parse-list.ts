/**
 * PostgreSQL's array text: `{1,NULL,"a \"b\""}`, nested braces for lists of lists, `[0:2]={…}` for other lower bounds
 * (which a list does not keep).
 */
import type { ColumnBuilder, ListBuilder } from './column-builder.js';
import type { DataType } from './data-type.js';
import { isSpace } from './decimal.js';
import { ValueError } from './row-errors.js';

const COMMA = 44;
const OPEN = 123;
const CLOSE = 125;
const QUOTE = 34;
const BACKSLASH = 92;

type TextParser = (bytes: Uint8Array, start: number, end: number, builder: ColumnBuilder) => void;

/** `parseElement` reads one element (for a list of lists: the inner list, braces included). */
export function listParser(type: DataType & { kind: 'list' }, parseElement: TextParser): TextParser {
  const nested = type.element.kind === 'list';
  let scratch = Buffer.alloc(64);

  return (bytes, start, end, builder) => {
    const list = builder as ListBuilder;
    const { child } = list;
    let stop = end;
    while (stop > start && isSpace(bytes[stop - 1])) stop--;
    let at = skipBounds(bytes, skipSpaces(bytes, start, stop), stop);
    if (bytes[at] !== OPEN || at >= stop) throw malformed(bytes, start, end);
    at = skipSpaces(bytes, at + 1, stop);
    if (at === stop - 1 && bytes[at] === CLOSE) return list.endList();
    for (;;) {
      at = nested ? inner(at) : element(at);
      at = skipSpaces(bytes, at, stop);
      if (at >= stop) throw malformed(bytes, start, end);
      if (bytes[at] === CLOSE && at === stop - 1) return list.endList();
      if (bytes[at] !== COMMA) throw malformed(bytes, start, end);
      at = skipSpaces(bytes, at + 1, stop);
    }

    /** One element that is a list itself; returns the offset behind it. */
    function inner(from: number): number {
      const behind = skipBraces(bytes, from, stop);
      if (behind < 0) throw malformed(bytes, start, end);
      parseElement(bytes, from, behind, child);
      return behind;
    }

    function element(from: number): number {
      if (bytes[from] === OPEN) {
        throw new ValueError('0A000', 'an array of more than one dimension in a column of one dimension');
      }
      if (bytes[from] === QUOTE) return quoted(from + 1);
      let to = from;
      let escaped = false;
      for (; to < stop && bytes[to] !== COMMA && bytes[to] !== CLOSE; to++) {
        if (bytes[to] === QUOTE || bytes[to] === OPEN) throw malformed(bytes, start, end);
        if (bytes[to] === BACKSLASH) {
          escaped = true;
          to++;
        }
      }
      if (to >= stop) throw malformed(bytes, start, end);
      if (escaped) unescape(from, to);
      else {
        let last = to;
        while (last > from && isSpace(bytes[last - 1])) last--;
        if (last === from) throw malformed(bytes, start, end);
        if (isNull(bytes, from, last)) child.appendNull();
        else parseElement(bytes, from, last, child);
      }
      return to;
    }

    function quoted(from: number): number {
      let to = from;
      let escaped = false;
      for (; to < stop && bytes[to] !== QUOTE; to++) {
        if (bytes[to] === BACKSLASH) {
          escaped = true;
          to++;
        }
      }
      if (to >= stop) throw malformed(bytes, start, end);
      if (escaped) unescape(from, to);
      else parseElement(bytes, from, to, child);
      return to + 1;
    }

    function unescape(from: number, to: number): void {
      if (scratch.length < to - from) scratch = Buffer.alloc(2 * (to - from));
      let length = 0;
      for (let i = from; i < to; i++) {
        if (bytes[i] === BACKSLASH) i++;
        scratch[length++] = bytes[i];
      }
      parseElement(scratch, 0, length, child);
    }
  };
}

function skipSpaces(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(bytes[at])) at++;
  return at;
}

/** Behind `[1:2][0:3]=`, if it stands there. */
function skipBounds(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== 91) return start;
  let at = start;
  while (at < end && bytes[at] !== 61) at++;
  return skipSpaces(bytes, at + 1, end);
}

/** Behind the closing brace of the list that opens at `start`, or -1. */
function skipBraces(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== OPEN) return -1;
  let depth = 0;
  let inQuotes = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) inQuotes = !inQuotes;
    else if (inQuotes) continue;
    else if (byte === OPEN) depth++;
    else if (byte === CLOSE && --depth === 0) return at + 1;
  }
  return -1;
}

function isNull(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start === 4 &&
    (bytes[start] | 32) === 110 &&
    (bytes[start + 1] | 32) === 117 &&
    (bytes[start + 2] | 32) === 108 &&
    (bytes[start + 3] | 32) === 108
  );
}

function malformed(bytes: Uint8Array, start: number, end: number): ValueError {
  const text = Buffer.from(bytes.subarray(start, Math.min(end, start + 200))).toString();
  return new ValueError('22P02', `malformed array literal: "${text}"`);
}

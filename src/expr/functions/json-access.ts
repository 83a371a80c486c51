/**
 * `->`, `->>`, `#>`, `#>>` and what asks about a json value.
 *
 * Each function is made once per expression, because it keeps a place and the last key it has prepared. Over json the
 * whole text is looked at for escapes that a text cannot hold, as PostgreSQL does; jsonb has none of them.
 */
import { ByteWriter } from '../../columnar/byte-writer.js';
import { skipSpace } from '../../columnar/check-json.js';
import { getBit } from '../../columnar/bitmap.js';
import type { Column } from '../../columnar/column.js';
import { unescape } from '../../columnar/jsonb-text.js';
import { ValueError } from '../../columnar/row-errors.js';
import {
  behindString,
  canonicalKey,
  countElements,
  findElement,
  findLastMember,
  findMember,
  type Place,
} from './json-scan.js';
import { equalBytes } from './utf8.js';

/** What is done with the value that was found. */
export type Take = (bytes: Uint8Array, start: number, end: number, out: ByteWriter) => void | false;

/** `->`: the value itself. */
export const takeJson: Take = (bytes, start, end, out) => out.copy(bytes, start, end);

/** `->>`: a string without quotes and escapes, NULL for null, else the value's text. */
export const takeText: Take = (bytes, start, end, out) => {
  if (bytes[start] === 110) return false;
  if (bytes[start] !== 34) return out.copy(bytes, start, end);
  return hasBackslash(bytes, start, end)
    ? unescape(bytes, start + 1, end - 1, out)
    : out.copy(bytes, start + 1, end - 1);
};

/** jsonb `-> key` and `->> key`. */
export function jsonbField(take: Take) {
  const place: Place = { start: 0, end: 0 };
  const prepare = keyMemo();
  return (
    bytes: Uint8Array,
    start: number,
    end: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    out: ByteWriter,
  ): void | false =>
    findMember(bytes, start, end, prepare(key, keyStart, keyEnd), place)
      ? take(bytes, place.start, place.end, out)
      : false;
}

/** json `-> key` and `->> key`. */
export function jsonField(take: Take) {
  const place: Place = { start: 0, end: 0 };
  const scratch = new ByteWriter(64);
  return (
    bytes: Uint8Array,
    start: number,
    end: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    out: ByteWriter,
  ): void | false => {
    checkEscapes(bytes, start, end, scratch);
    return findLastMember(bytes, start, end, key, keyStart, keyEnd, place, scratch)
      ? take(bytes, place.start, place.end, out)
      : false;
  };
}

/** `-> index` and `->> index` of both. A scalar of jsonb is an array of one, as PostgreSQL stores it. */
export function elementAt(take: Take, isJson: boolean) {
  const place: Place = { start: 0, end: 0 };
  const scratch = new ByteWriter(64);
  return (bytes: Uint8Array, start: number, end: number, index: number, out: ByteWriter): void | false => {
    if (isJson) checkEscapes(bytes, start, end, scratch);
    else if ((index === 0 || index === -1) && bytes[start] !== 91 && bytes[start] !== 123)
      return take(bytes, start, end, out);
    return findElement(bytes, start, end, index, place) ? take(bytes, place.start, place.end, out) : false;
  };
}

interface PathStep {
  readonly key: Uint8Array;
  readonly canonical: Uint8Array;
  /** The step as an array index; null when it is no integer. */
  readonly index: number | null;
}

/** `#> path` and `#>> path`; a NULL in the path makes it NULL. */
export function valueAtPath(take: Take, isJson: boolean) {
  const place: Place = { start: 0, end: 0 };
  const scratch = new ByteWriter(64);
  const prepare = pathMemo();
  return (
    bytes: Uint8Array,
    start: number,
    end: number,
    path: Column,
    pathStart: number,
    pathEnd: number,
    out: ByteWriter,
  ): void | false => {
    const steps = prepare(path, pathStart, pathEnd);
    if (steps === null) return false;
    if (isJson) checkEscapes(bytes, start, end, scratch);
    trim(bytes, start, end, place);
    for (const step of steps) {
      const { start: from, end: to } = place;
      const isObject = bytes[skipSpace(bytes, from, to)] === 123;
      const found = !isObject
        ? step.index !== null && findElement(bytes, from, to, step.index, place)
        : isJson
          ? findLastMember(bytes, from, to, step.key, 0, step.key.length, place, scratch)
          : findMember(bytes, from, to, step.canonical, place);
      if (!found) return false;
    }
    // A number or word with an empty path keeps the white space before it, as in PostgreSQL.
    const isWhole = steps.length === 0 && bytes[place.start] !== 34 && (bytes[place.start]! | 32) !== 123;
    if (isWhole && !(take === takeText && bytes[place.start] === 110)) place.start = start;
    return take(bytes, place.start, place.end, out);
  };
}

/** jsonb_exists: a key of an object, a string of an array, or the string itself. */
export function jsonbHasKey() {
  const prepare = keyMemo();
  const place: Place = { start: 0, end: 0 };
  return (
    bytes: Uint8Array,
    start: number,
    end: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
  ): boolean => {
    const wanted = prepare(key, keyStart, keyEnd);
    const at = skipSpace(bytes, start, end);
    if (bytes[at] === 123) return findMember(bytes, at, end, wanted, place);
    if (bytes[at] === 34) return equalBytes(bytes, at, behindString(bytes, at, end), wanted, 0, wanted.length);
    for (let index = 0; findElement(bytes, at, end, index, place); index++) {
      if (bytes[place.start] === 34 && equalBytes(bytes, place.start, place.end, wanted, 0, wanted.length)) return true;
    }
    return false;
  };
}

export function jsonTypeof(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.ascii(typeNames[String.fromCharCode(bytes[skipSpace(bytes, start, end)]!)] ?? 'number');
}

const typeNames: Readonly<Record<string, string | undefined>> = {
  '{': 'object',
  '[': 'array',
  '"': 'string',
  t: 'boolean',
  f: 'boolean',
  n: 'null',
};

export function jsonArrayLength(bytes: Uint8Array, start: number, end: number): number {
  const at = skipSpace(bytes, start, end);
  if (bytes[at] === 91) return countElements(bytes, at, end);
  throw new ValueError(
    '22023',
    bytes[at] === 123 ? 'cannot get array length of a non-array' : 'cannot get array length of a scalar',
  );
}

function hasBackslash(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === 92) return true;
  return false;
}

/** Throws for a `\u0000` (22P05) or half a surrogate pair (22P02) anywhere in valid json. */
export function checkEscapes(bytes: Uint8Array, start: number, end: number, scratch: ByteWriter): void {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== 92) continue;
    if (bytes[at + 1] !== 117) {
      at++;
      continue;
    }
    // From here to the end of the string; what stood before it had no escapes of this sort.
    let close = at;
    while (close < end && bytes[close] !== 34) close += bytes[close] === 92 ? 2 : 1;
    scratch.clear();
    unescape(bytes, at, close, scratch);
    at = close;
  }
}

/** The canonical form of the last key asked for: most keys are constants. */
function keyMemo() {
  let key: Uint8Array = new Uint8Array(0);
  let canonical = canonicalKey(key, 0, 0);
  return (bytes: Uint8Array, start: number, end: number): Uint8Array => {
    if (!equalBytes(bytes, start, end, key, 0, key.length)) {
      key = Uint8Array.prototype.slice.call(bytes, start, end);
      canonical = canonicalKey(key, 0, key.length);
    }
    return canonical;
  };
}

function pathMemo() {
  let column: Column | null = null;
  let from = 0;
  let to = 0;
  let steps: PathStep[] | null = null;
  return (path: Column, start: number, end: number): readonly PathStep[] | null => {
    if (path !== column || start !== from || end !== to) {
      steps = readPath(path, start, end);
      column = path;
      from = start;
      to = end;
    }
    return steps;
  };
}

function readPath(path: Column, start: number, end: number): PathStep[] | null {
  if (path.layout !== 'bytes') throw new TypeError('a path is a list of text');
  const steps: PathStep[] = [];
  for (let row = start; row < end; row++) {
    if (path.validity !== null && !getBit(path.validity, row)) return null;
    const key = Uint8Array.prototype.slice.call(path.data, path.offsets[row], path.offsets[row + 1]);
    const text = Buffer.from(key).toString();
    const index = /^[ \t\n\v\f\r]*[+-]?\d+$/.test(text) ? Number(text) : null;
    steps.push({
      key,
      canonical: canonicalKey(key, 0, key.length),
      index: index !== null && Math.abs(index) <= 0x7fffffff ? index : null,
    });
  }
  return steps;
}

/** The value without the white space around it. */
function trim(bytes: Uint8Array, start: number, end: number, place: Place): void {
  place.start = skipSpace(bytes, start, end);
  let to = end;
  while (to > place.start && bytes[to - 1]! <= 32) to--;
  place.end = to;
}

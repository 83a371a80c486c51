/**
 * jsonb `||`, and `-` of a key or an element.
 *
 * Values come in jsonb's one way of being written (`{"a": 1, "b": [2, 3]}`), so parts are copied byte by byte; only a merge
 * of two objects has to be sorted again.
 */
import { ByteWriter } from '../../columnar/byte-writer.js';
import { jsonbWriter, type JsonbWriter } from '../../columnar/jsonb-text.js';
import { ValueError } from '../../columnar/row-errors.js';
import { asOperator, bound, define, run, type Overload, type RunFunction } from '../overload.js';
import { behindString, behindValue, canonicalKey, countElements } from './json-scan.js';
import { checkResultBytes } from './limits.js';
import { equalBytes } from './utf8.js';

const OPEN_OBJECT = 123;
const OPEN_ARRAY = 91;

export const jsonEditFunctions: readonly Overload[] = [
  define(
    '||',
    ['jsonb', 'jsonb'],
    'jsonb',
    bound(() => concatJsonb(new ByteWriter(256), jsonbWriter())),
    asOperator,
  ),
  define('-', ['jsonb', 'text'], 'jsonb', run(deleteKey), asOperator),
  define('-', ['jsonb', 'int32'], 'jsonb', run(deleteElement), asOperator),
];

/** Two objects: the members of both, those of the right one win. Else two arrays: what is none becomes its one element. */
function concatJsonb(merged: ByteWriter, writeJsonb: JsonbWriter): RunFunction {
  return (
    a: Uint8Array,
    aStart: number,
    aEnd: number,
    b: Uint8Array,
    bStart: number,
    bEnd: number,
    out: ByteWriter,
  ): void => {
    checkResultBytes(aEnd - aStart + bEnd - bStart);
    const isObject = a[aStart] === OPEN_OBJECT && b[bStart] === OPEN_OBJECT;
    const [aFrom, aTo] = inside(a, aStart, aEnd, isObject);
    const [bFrom, bTo] = inside(b, bStart, bEnd, isObject);
    const target = isObject ? merged : out;
    if (isObject) merged.clear();
    target.byte(isObject ? OPEN_OBJECT : OPEN_ARRAY);
    target.copy(a, aFrom, aTo);
    if (aTo > aFrom && bTo > bFrom) target.ascii(', ');
    target.copy(b, bFrom, bTo);
    target.byte(isObject ? 125 : 93);
    if (isObject) writeJsonb(merged.bytes, 0, merged.length, out);
  };
}

/** What stands between the brackets of an array (or object); any other value is its own only element. */
function inside(bytes: Uint8Array, start: number, end: number, isObject: boolean): [number, number] {
  return isObject || bytes[start] === OPEN_ARRAY ? [start + 1, end - 1] : [start, end];
}

/** Of an object the member of this key, of an array every string that is equal. */
function deleteKey(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: Uint8Array,
  keyStart: number,
  keyEnd: number,
  out: ByteWriter,
): void {
  const wanted = canonicalKey(key, keyStart, keyEnd);
  const isObject = bytes[start] === OPEN_OBJECT;
  copyExcept(bytes, start, end, out, (from, to) => {
    const behind = isObject ? behindString(bytes, from, to) : to;
    return equalBytes(bytes, from, behind, wanted, 0, wanted.length);
  });
}

/** Counted from 0, or backwards from -1. */
function deleteElement(bytes: Uint8Array, start: number, end: number, index: number, out: ByteWriter): void {
  if (bytes[start] === OPEN_OBJECT) throw new ValueError('22023', 'cannot delete from object using integer index');
  let left = index;
  if (index < 0 && bytes[start] === OPEN_ARRAY) left += countElements(bytes, start, end);
  copyExcept(bytes, start, end, out, () => left-- === 0);
}

/** Copies the array or object without the parts (an element, or `"key": value`) that `isGone`. */
function copyExcept(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: ByteWriter,
  isGone: (from: number, to: number) => boolean,
): void {
  const open = bytes[start]!;
  if (open !== OPEN_OBJECT && open !== OPEN_ARRAY) throw new ValueError('22023', 'cannot delete from scalar');
  out.byte(open);
  let isFirst = true;
  for (let from = start + 1; from < end - 1;) {
    const valueAt = open === OPEN_OBJECT ? behindString(bytes, from, end) + 2 : from;
    const to = behindValue(bytes, valueAt, end);
    if (!isGone(from, to)) {
      if (!isFirst) out.ascii(', ');
      isFirst = false;
      out.copy(bytes, from, to);
    }
    from = to + 2;
  }
  out.byte(open + 2);
}

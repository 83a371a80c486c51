/** Columns one behind the other as one. */
import { bitmapBytes, copyBits, setBits } from './bitmap.js';
import type { BytesColumn, Column, ListColumn } from './column.js';
import { copyBytes } from './copy-bytes.js';
import { ValueError } from './row-errors.js';

/** The rows `[from, to)` of one of several columns: those of a list's child. `column` is its place among these. */
interface Range {
  readonly column: number;
  readonly from: number;
  readonly to: number;
}

/** A native copy needs a view of the source, which costs about as much as storing so many words by hand. */
const NATIVE_FROM = 64;

/** One column of all rows, in order. The columns are of one type; at least one. */
export function concatColumns(columns: readonly Column[]): Column {
  if (columns.length === 1) return columns[0];
  return concat(
    columns,
    columns.map(({ length }, column) => ({ column, from: 0, to: length })),
  );
}

function concat(columns: readonly Column[], ranges: readonly Range[]): Column {
  const [first] = columns;
  let length = 0;
  for (const { from, to } of ranges) length += to - from;
  const base = { type: first.type, length, validity: joinValidity(columns, ranges, length) };
  switch (first.layout) {
    case 'bits': {
      const values = new Uint8Array(bitmapBytes(length));
      let at = 0;
      for (const { column, from, to } of ranges) {
        copyBits((columns[column] as typeof first).values, from, to - from, values, at);
        at += to - from;
      }
      return { ...base, layout: 'bits', values };
    }
    case 'int32': {
      const sources = (columns as readonly (typeof first)[]).map((column) => column.values);
      return { ...base, layout: 'int32', values: joinWords(sources, ranges, 1, new Int32Array(length)) };
    }
    case 'float64': {
      const sources = (columns as readonly (typeof first)[]).map((column) => column.values);
      return { ...base, layout: 'float64', values: joinWords(sources, ranges, 1, new Float64Array(length)) };
    }
    case 'int64': {
      const sources = (columns as readonly (typeof first)[]).map((column) => column.words);
      const words = joinWords(sources, ranges, 2, new Int32Array(2 * length));
      return { ...base, layout: 'int64', values: new BigInt64Array(words.buffer), words };
    }
    case 'decimal128':
    case 'interval': {
      const sources = (columns as readonly (typeof first)[]).map((column) => column.words);
      const words = joinWords(sources, ranges, 4, new Int32Array(4 * length));
      return { ...base, layout: first.layout, words };
    }
    case 'bytes': {
      const sources = columns as readonly BytesColumn[];
      const offsets = joinOffsets(sources, ranges, length);
      const data = Buffer.allocUnsafeSlow(offsets[length]);
      let at = 0;
      for (const { column, from, to } of ranges) {
        const { offsets: given, data: bytes } = sources[column];
        copyBytes(bytes, given[from], given[to], data, at);
        at += given[to] - given[from];
      }
      return { ...base, layout: 'bytes', offsets, data };
    }
    case 'list': {
      const sources = columns as readonly ListColumn[];
      const elements = ranges.map(({ column, from, to }): Range => {
        const { offsets } = sources[column];
        return { column, from: offsets[from], to: offsets[to] };
      });
      const children = sources.map(({ child }) => child);
      return {
        ...base,
        layout: 'list',
        offsets: joinOffsets(sources, ranges, length),
        child: concat(children, elements),
      };
    }
    default:
      return first satisfies never;
  }
}

function joinValidity(columns: readonly Column[], ranges: readonly Range[], length: number): Uint8Array | null {
  if (columns.every((column) => column.validity === null)) return null;
  const joined = new Uint8Array(bitmapBytes(length));
  let at = 0;
  for (const { column, from, to } of ranges) {
    const { validity } = columns[column];
    if (validity === null) setBits(joined, at, to - from);
    else copyBits(validity, from, to - from, joined, at);
    at += to - from;
  }
  return joined;
}

function joinWords<T extends Int32Array | Float64Array>(
  sources: readonly T[],
  ranges: readonly Range[],
  perRow: number,
  joined: T,
): T {
  let at = 0;
  for (const { column, from, to } of ranges) {
    const source = sources[column];
    const end = perRow * to;
    if (end - perRow * from > NATIVE_FROM) {
      joined.set(source.subarray(perRow * from, end), at);
      at += end - perRow * from;
    } else for (let word = perRow * from; word < end; word++) joined[at++] = source[word];
  }
  return joined;
}

function joinOffsets(
  sources: readonly { readonly offsets: Int32Array }[],
  ranges: readonly Range[],
  length: number,
): Int32Array {
  const joined = new Int32Array(length + 1);
  let at = 0;
  let total = 0;
  for (const { column, from, to } of ranges) {
    const { offsets } = sources[column];
    const shift = total - offsets[from];
    for (let row = from + 1; row <= to; row++) joined[++at] = shift + offsets[row];
    total += offsets[to] - offsets[from];
    if (total > 0x7fffffff) throw new ValueError('54000', 'the values of a batch take more than 2 GiB');
  }
  return joined;
}

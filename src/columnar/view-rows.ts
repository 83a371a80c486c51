/** Some rows of a column over the same memory, to be concatenated with others: only bits, which lie anywhere in a byte, are copied. */
import { bitmapBytes, copyBits } from './bitmap.js';
import type { Column } from './column.js';

/** The rows `[from, to)`. The offsets of bytes and lists need not begin with 0. */
export function viewRows(column: Column, from: number, to: number): Column {
  if (from === 0 && to === column.length) return column;
  const length = to - from;
  const validity = column.validity === null ? null : bitsBetween(column.validity, from, to);
  const base = { type: column.type, length, validity };
  switch (column.layout) {
    case 'bits':
      return { ...base, layout: 'bits', values: bitsBetween(column.values, from, to) };
    case 'int32':
      return { ...base, layout: 'int32', values: column.values.subarray(from, to) };
    case 'float64':
      return { ...base, layout: 'float64', values: column.values.subarray(from, to) };
    case 'int64': {
      const words = column.words.subarray(2 * from, 2 * to);
      return { ...base, layout: 'int64', words, values: column.values.subarray(from, to) };
    }
    case 'decimal128':
    case 'interval':
      return { ...base, layout: column.layout, words: column.words.subarray(4 * from, 4 * to) };
    case 'bytes':
      return { ...base, layout: 'bytes', offsets: column.offsets.subarray(from, to + 1), data: column.data };
    case 'list':
      return { ...base, layout: 'list', offsets: column.offsets.subarray(from, to + 1), child: column.child };
    default:
      return column satisfies never;
  }
}

function bitsBetween(bits: Uint8Array, from: number, to: number): Uint8Array {
  const taken = new Uint8Array(bitmapBytes(to - from));
  copyBits(bits, from, to - from, taken, 0);
  return taken;
}

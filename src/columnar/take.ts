/** Copies of columns with other rows: gather, compact, slice, concatenate. */
import { bitmapBytes, getBit, setBit } from './bitmap.js';
import { rowCount, type Batch } from './batch.js';
import type { BytesColumn, Column } from './column.js';
import { copyBytes } from './copy-bytes.js';
import { ValueError } from './row-errors.js';

/** The cells of `rows`, in that order; a row may be taken more than once. A negative row is NULL. */
export function takeColumn(column: Column, rows: Int32Array): Column {
  const length = rows.length;
  const base = { type: column.type, length, validity: takeValidity(column, rows) };
  switch (column.layout) {
    case 'bits':
      return { ...base, layout: 'bits', values: takeBits(column.values, rows) };
    case 'int32':
      return { ...base, layout: 'int32', values: takeNumbers(column.values, rows, new Int32Array(length)) };
    case 'float64':
      return { ...base, layout: 'float64', values: takeNumbers(column.values, rows, new Float64Array(length)) };
    case 'int64': {
      const words = takeWords(column.words, rows, 2);
      return { ...base, layout: 'int64', values: new BigInt64Array(words.buffer), words };
    }
    case 'decimal128':
      return { ...base, layout: 'decimal128', words: takeWords(column.words, rows, 4) };
    case 'interval':
      return { ...base, layout: 'interval', words: takeWords(column.words, rows, 4) };
    case 'bytes':
      return { ...base, layout: 'bytes', ...takeBytes(column, rows) };
    case 'list': {
      const offsets = takeOffsets(column.offsets, rows);
      const elements = new Int32Array(offsets[length]);
      let to = 0;
      for (let i = 0; i < length; i++) {
        const row = rows[i];
        if (row < 0) continue;
        for (let at = column.offsets[row]; at < column.offsets[row + 1]; at++) elements[to++] = at;
      }
      return { ...base, layout: 'list', offsets, child: takeColumn(column.child, elements) };
    }
    default:
      return column satisfies never;
  }
}

/** The same rows without a selection: columns without holes. */
export function compactBatch(batch: Batch): Batch {
  const { selection } = batch;
  if (selection === null) return batch;
  return {
    schema: batch.schema,
    columns: batch.columns.map((column) => takeColumn(column, selection)),
    length: selection.length,
    selection: null,
  };
}

/** The counted rows `[from, to)` of a batch, over the same columns. */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === rowCount(batch)) return batch;
  const selection =
    batch.selection === null
      ? Int32Array.from({ length: to - from }, (_, i) => from + i)
      : batch.selection.subarray(from, to);
  return { ...batch, selection };
}

/** One column of all rows, in order. The columns are of one type; at least one. */
export function concatColumns(columns: readonly Column[]): Column {
  const first = columns[0];
  if (columns.length === 1) return first;
  const length = columns.reduce((sum, column) => sum + column.length, 0);
  const base = { type: first.type, length, validity: concatValidity(columns, length) };
  switch (first.layout) {
    case 'bits': {
      const values = new Uint8Array(bitmapBytes(length));
      let to = 0;
      for (const column of columns as readonly (typeof first)[]) {
        for (let row = 0; row < column.length; row++, to++) if (getBit(column.values, row)) setBit(values, to);
      }
      return { ...base, layout: 'bits', values };
    }
    case 'int32': {
      const parts = columns as readonly (typeof first)[];
      return { ...base, layout: 'int32', values: join(parts, new Int32Array(length), 1, (part) => part.values) };
    }
    case 'float64': {
      const parts = columns as readonly (typeof first)[];
      return { ...base, layout: 'float64', values: join(parts, new Float64Array(length), 1, (part) => part.values) };
    }
    case 'int64': {
      const parts = columns as readonly (typeof first)[];
      const words = join(parts, new Int32Array(2 * length), 2, (part) => part.words);
      return { ...base, layout: 'int64', values: new BigInt64Array(words.buffer), words };
    }
    case 'decimal128':
    case 'interval': {
      const parts = columns as readonly (typeof first)[];
      return { ...base, layout: first.layout, words: join(parts, new Int32Array(4 * length), 4, (part) => part.words) };
    }
    case 'bytes': {
      const parts = columns as readonly (typeof first)[];
      const offsets = concatOffsets(parts, length);
      const data = Buffer.allocUnsafeSlow(offsets[length]);
      let to = 0;
      for (const part of parts) {
        const used = part.data.subarray(part.offsets[0], part.offsets[part.length]);
        data.set(used, to);
        to += used.length;
      }
      return { ...base, layout: 'bytes', offsets, data };
    }
    case 'list': {
      const parts = columns as readonly (typeof first)[];
      const children = parts.map((part) => rowsBetween(part.child, part.offsets[0], part.offsets[part.length]));
      return { ...base, layout: 'list', offsets: concatOffsets(parts, length), child: concatColumns(children) };
    }
    default:
      return first satisfies never;
  }
}

function takeValidity(column: Column, rows: Int32Array): Uint8Array | null {
  const { validity } = column;
  if (validity === null && !rows.some((row) => row < 0)) return null;
  const taken = new Uint8Array(bitmapBytes(rows.length));
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row >= 0 && (validity === null || getBit(validity, row))) setBit(taken, i);
  }
  return taken;
}

function takeBits(values: Uint8Array, rows: Int32Array): Uint8Array {
  const taken = new Uint8Array(bitmapBytes(rows.length));
  for (let i = 0; i < rows.length; i++) if (rows[i] >= 0 && getBit(values, rows[i])) setBit(taken, i);
  return taken;
}

function takeNumbers<T extends Int32Array | Float64Array>(values: T, rows: Int32Array, taken: T): T {
  // A row before the first reads undefined, which a typed array stores as 0 or NaN: a NULL's value is unspecified.
  for (let i = 0; i < rows.length; i++) taken[i] = rows[i] < 0 ? 0 : values[rows[i]];
  return taken;
}

function takeWords(words: Int32Array, rows: Int32Array, perRow: 2 | 4): Int32Array<ArrayBuffer> {
  const taken = new Int32Array(perRow * rows.length);
  for (let i = 0, to = 0; i < rows.length; i++) {
    let from = perRow * rows[i];
    if (from < 0) {
      to += perRow;
      continue;
    }
    for (let word = 0; word < perRow; word++) taken[to++] = words[from++];
  }
  return taken;
}

/** Offsets of the taken rows' ranges, laid end to end. */
function takeOffsets(offsets: Int32Array, rows: Int32Array): Int32Array {
  const taken = new Int32Array(rows.length + 1);
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row >= 0) total += offsets[row + 1] - offsets[row];
    if (total > 0x7fffffff) throw new ValueError('54000', 'the values of a batch take more than 2 GiB');
    taken[i + 1] = total;
  }
  return taken;
}

function takeBytes(column: BytesColumn, rows: Int32Array): { offsets: Int32Array; data: Uint8Array } {
  const { offsets: from, data: source } = column;
  const offsets = takeOffsets(from, rows);
  const data = Buffer.allocUnsafeSlow(offsets[rows.length]);
  let to = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row < 0) continue;
    // Neighbours are copied in one go.
    const start = from[row];
    let end = from[row + 1];
    while (i + 1 < rows.length && rows[i + 1] === rows[i] + 1) end = from[rows[++i] + 1];
    copyBytes(source, start, end, data, to);
    to += end - start;
  }
  return { offsets, data };
}

function concatValidity(columns: readonly Column[], length: number): Uint8Array | null {
  if (columns.every((column) => column.validity === null)) return null;
  const joined = new Uint8Array(bitmapBytes(length));
  let to = 0;
  for (const { validity, length: rows } of columns) {
    for (let row = 0; row < rows; row++, to++) if (validity === null || getBit(validity, row)) setBit(joined, to);
  }
  return joined;
}

function concatOffsets(
  parts: readonly { readonly offsets: Int32Array; readonly length: number }[],
  length: number,
): Int32Array {
  const joined = new Int32Array(length + 1);
  let to = 0;
  let total = 0;
  for (const { offsets, length: rows } of parts) {
    for (let row = 0; row < rows; row++) joined[++to] = total + (offsets[row + 1] - offsets[0]);
    total += offsets[rows] - offsets[0];
    if (total > 0x7fffffff) throw new ValueError('54000', 'the values of a batch take more than 2 GiB');
  }
  return joined;
}

function join<Part extends { readonly length: number }, T extends Int32Array | Float64Array>(
  parts: readonly Part[],
  joined: T,
  perRow: number,
  valuesOf: (part: Part) => T,
): T {
  let to = 0;
  for (const part of parts) {
    joined.set(valuesOf(part).subarray(0, perRow * part.length), to);
    to += perRow * part.length;
  }
  return joined;
}

function rowsBetween(column: Column, from: number, to: number): Column {
  if (from === 0 && to === column.length) return column;
  return takeColumn(
    column,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  );
}

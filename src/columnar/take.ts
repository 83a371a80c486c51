/** Copies of columns with other rows: gather, compact, slice. */
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

function takeValidity(column: Column, rows: Int32Array): Uint8Array | null {
  const { validity } = column;
  if (validity === null && !hasAbsent(rows)) return null;
  const taken = new Uint8Array(bitmapBytes(rows.length));
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row >= 0 && (validity === null || getBit(validity, row))) setBit(taken, i);
  }
  return taken;
}

/** Is there a row of NULLs among them? */
export function hasAbsent(rows: Int32Array): boolean {
  for (let i = 0; i < rows.length; i++) if (rows[i] < 0) return true;
  return false;
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
  for (let i = 0, to = 0; i < rows.length; i++, to += perRow) {
    const from = perRow * rows[i];
    if (from < 0) continue;
    taken[to] = words[from];
    taken[to + 1] = words[from + 1];
    if (perRow === 2) continue;
    taken[to + 2] = words[from + 2];
    taken[to + 3] = words[from + 3];
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

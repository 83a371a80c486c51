/**
 * A batch of any size in batches of the usual size that own their memory, so that who keeps one of them keeps no more.
 * Runs of memory are copied, not rows: cuts are at multiples of 8 rows wherever that is possible, so that bitmaps have no rest.
 */
import { bitmapBytes } from './bitmap.js';
import { TARGET_BATCH_BYTES, type Batch } from './batch.js';
import { sizeOfBatch } from './batch-size.js';
import type { Column } from './column.js';
import { takeColumn } from './take.js';

/** At most `most` rows, and about `TARGET_BATCH_BYTES`. A batch that is no larger comes as it is; it has no selection. */
export function* cutCopies(batch: Batch, most: number): Generator<Batch, void> {
  const bytes = sizeOfBatch(batch);
  if (batch.length <= most && bytes <= 2 * TARGET_BATCH_BYTES) {
    yield batch;
    return;
  }
  const fitting = Math.min(most, Math.floor(TARGET_BATCH_BYTES / Math.max(1, bytes / batch.length)));
  const step = fitting >= 8 ? fitting - (fitting & 7) : Math.max(1, fitting);
  for (let from = 0; from < batch.length; from += step) {
    const to = Math.min(batch.length, from + step);
    const columns = batch.columns.map((column) => copyRows(column, from, to));
    yield { schema: batch.schema, columns, length: to - from, selection: null };
  }
}

/** The rows `[from, to)`. */
export function copyRows(column: Column, from: number, to: number): Column {
  if ((from & 7) !== 0)
    return takeColumn(
      column,
      Int32Array.from({ length: to - from }, (_, i) => from + i),
    );
  const length = to - from;
  const bits = (bytes: Uint8Array): Uint8Array => bytes.slice(from >> 3, (from >> 3) + bitmapBytes(length));
  const base = { type: column.type, length, validity: column.validity === null ? null : bits(column.validity) };
  switch (column.layout) {
    case 'bits':
      return { ...base, layout: 'bits', values: bits(column.values) };
    case 'int32':
      return { ...base, layout: 'int32', values: column.values.slice(from, to) };
    case 'float64':
      return { ...base, layout: 'float64', values: column.values.slice(from, to) };
    case 'int64': {
      const values = column.values.slice(from, to);
      return { ...base, layout: 'int64', values, words: new Int32Array(values.buffer, values.byteOffset, 2 * length) };
    }
    case 'decimal128':
    case 'interval':
      return { ...base, layout: column.layout, words: column.words.slice(4 * from, 4 * to) };
    case 'bytes': {
      const { offsets, data } = column;
      const copied = Uint8Array.prototype.slice.call(data, offsets[from], offsets[to]);
      return { ...base, layout: 'bytes', offsets: rebased(offsets, from, to), data: copied };
    }
    case 'list': {
      const { offsets, child } = column;
      const elements = copyRows(child, offsets[from], offsets[to]);
      return { ...base, layout: 'list', offsets: rebased(offsets, from, to), child: elements };
    }
    default:
      return column satisfies never;
  }
}

function rebased(offsets: Int32Array, from: number, to: number): Int32Array {
  const first = offsets[from];
  const copied = offsets.slice(from, to + 1);
  if (first !== 0) for (let i = 0; i < copied.length; i++) copied[i] -= first;
  return copied;
}

/** The memory that batches hold, for whoever has to account for it. */
import type { Batch } from './batch.js';
import { bitmapBytes } from './bitmap.js';
import type { Column } from './column.js';

/**
 * Bytes of the buffers behind a batch's arrays, in full: arrays may be longer than the batch, or windows of something larger that
 * stays alive for them. A buffer counts once per `seen`; pass one set for batches that share buffers (slices, a decoded file).
 */
export function sizeOfBatch(batch: Batch, seen: Set<ArrayBufferLike> = new Set()): number {
  let bytes = batch.selection === null ? 0 : sizeOf(batch.selection, seen);
  for (const column of batch.columns) bytes += sizeOfColumn(column, seen);
  return bytes;
}

export function sizeOfColumn(column: Column, seen: Set<ArrayBufferLike>): number {
  const bytes = column.validity === null ? 0 : sizeOf(column.validity, seen);
  switch (column.layout) {
    case 'bits':
    case 'int32':
    case 'int64':
    case 'float64':
      return bytes + sizeOf(column.values, seen);
    case 'decimal128':
    case 'interval':
      return bytes + sizeOf(column.words, seen);
    case 'bytes':
      return bytes + sizeOf(column.offsets, seen) + sizeOf(column.data, seen);
    case 'list':
      return bytes + sizeOf(column.offsets, seen) + sizeOfColumn(column.child, seen);
    default:
      return column satisfies never;
  }
}

/** Bytes of a copy of the rows, whatever they lie in. */
export function dataBytes(column: Column): number {
  const { length } = column;
  const bytes = column.validity === null ? 0 : bitmapBytes(length);
  switch (column.layout) {
    case 'bits':
      return bytes + bitmapBytes(length);
    case 'int32':
      return bytes + 4 * length;
    case 'int64':
    case 'float64':
      return bytes + 8 * length;
    case 'decimal128':
    case 'interval':
      return bytes + 16 * length;
    case 'bytes':
      return bytes + 4 * (length + 1) + column.offsets[length] - column.offsets[0];
    case 'list':
      return bytes + 4 * (length + 1) + dataBytes(column.child);
    default:
      return column satisfies never;
  }
}

function sizeOf(array: ArrayBufferView, seen: Set<ArrayBufferLike>): number {
  if (seen.has(array.buffer)) return 0;
  seen.add(array.buffer);
  return array.buffer.byteLength;
}

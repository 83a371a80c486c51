/**
 * Rows of ours, and rows as the package `apache-arrow` reads them, in one form: cells as they lie in memory. Its getters
 * round times to milliseconds.
 */
import type { Table, Vector } from 'apache-arrow';
import type { Batch } from '../../../src/columnar/batch.js';
import { isValid, type Column } from '../../../src/columnar/column.js';
import { compactBatch } from '../../../src/columnar/take.js';

export function rawRows(batch: Batch): unknown[][] {
  const dense = compactBatch(batch);
  return Array.from({ length: dense.length }, (_, row) => dense.columns.map((column) => rawCell(column, row)));
}

function rawCell(column: Column, row: number): unknown {
  if (!isValid(column, row)) return null;
  switch (column.layout) {
    case 'bits':
      return ((column.values[row >> 3] >> (row & 7)) & 1) === 1;
    case 'bytes':
      return Buffer.from(column.data.subarray(column.offsets[row], column.offsets[row + 1])).toString('latin1');
    case 'list':
      return Array.from({ length: column.offsets[row + 1] - column.offsets[row] }, (_, i) =>
        rawCell(column.child, column.offsets[row] + i),
      );
    case 'decimal128':
    case 'interval':
      return [...column.words.subarray(4 * row, 4 * row + 4)];
    default:
      return column.values[row];
  }
}

export function arrowRows(table: Table): unknown[][] {
  const names = table.schema.fields.map((field) => field.name);
  const rows: unknown[][] = [];
  for (const batch of table.batches) {
    const vectors = names.map((name) => batch.getChild(name)!);
    for (let row = 0; row < batch.numRows; row++) rows.push(vectors.map((vector) => arrowCell(vector, row)));
  }
  return rows;
}

function arrowCell(vector: Vector, row: number): unknown {
  if (!vector.isValid(row)) return null;
  const kind = vector.type.toString();
  if (/^(Date|Time)/.test(kind)) return (vector.data[0] as { values: Int32Array | BigInt64Array }).values[row];
  const value: unknown = vector.get(row);
  if (typeof value === 'string') return Buffer.from(value).toString('latin1');
  if (/^(Decimal|FixedSizeBinary)/.test(kind)) {
    const { buffer, byteOffset } = value as Uint32Array;
    return [...new Int32Array(buffer.slice(byteOffset, byteOffset + 16))];
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (kind.startsWith('List')) {
    const items = value as Vector;
    return Array.from({ length: items.length }, (_, i) => arrowCell(items, i));
  }
  return value;
}

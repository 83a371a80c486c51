/** unnest: a row for each element of an array; the other columns are repeated. NULL and empty arrays give no row, or one with NULL. */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch } from '../columnar/batch.js';
import { sizeOfBatch } from '../columnar/batch-size.js';
import { isValid, type Column, type Int64Column, type ListColumn } from '../columnar/column.js';
import { storeNumber } from '../columnar/int64.js';
import { compactBatch, takeColumn } from '../columnar/take.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import type { Operator } from './operator.js';

type Descriptor = Extract<OperatorDescriptor, { kind: 'unnest' }>;

export function prepareUnnest(descriptor: Descriptor): Operator {
  return {
    id: descriptor.id,
    async *run([batches], { counters, resources }) {
      for await (const given of batches) {
        const batch = compactBatch(given);
        counters.in += batch.length;
        const { rows, elements, kept } = elementsOf(
          batch.columns[descriptor.column] as ListColumn,
          descriptor.keepEmpty,
        );
        counters.filtered += batch.length - kept;
        counters.added += rows.length - kept;
        counters.out += rows.length;
        for (let from = 0; from < rows.length;) {
          const to = from + fittingRows(batch, Math.min(MAX_BATCH_ROWS, resources.batchRows), rows.length - from);
          yield repeated(descriptor, batch, rows.subarray(from, to), elements.subarray(from, to));
          from = to;
        }
      }
    },
  };
}

interface Elements {
  /** By row that comes out: the row it comes from, and where its element is; negative: NULL. */
  readonly rows: Int32Array;
  readonly elements: Int32Array;
  /** Rows that give any. */
  readonly kept: number;
}

function elementsOf(list: ListColumn, keepsEmpty: boolean): Elements {
  const { offsets, length } = list;
  const sizeOf = (row: number): number => (isValid(list, row) ? offsets[row + 1] - offsets[row] : 0);
  let total = 0;
  for (let row = 0; row < length; row++) total += Math.max(sizeOf(row), keepsEmpty ? 1 : 0);
  const rows = new Int32Array(total);
  const elements = new Int32Array(total);
  let to = 0;
  let kept = 0;
  for (let row = 0; row < length; row++) {
    const size = sizeOf(row);
    if (size > 0 || keepsEmpty) kept++;
    if (size === 0 && keepsEmpty) {
      rows[to] = row;
      elements[to++] = -1;
    }
    for (let i = 0; i < size; i++) {
      rows[to] = row;
      elements[to++] = offsets[row] + i;
    }
  }
  return { rows, elements, kept };
}

/** A wide row is repeated: not so often in one batch that it outgrows all others. */
function fittingRows(batch: Batch, most: number, left: number): number {
  const perRow = sizeOfBatch(batch) / Math.max(1, batch.length);
  return Math.min(left, Math.max(1, Math.min(most, Math.floor(TARGET_BATCH_BYTES / Math.max(1, perRow)))));
}

function repeated(
  { schema, column, replaces, position }: Descriptor,
  batch: Batch,
  rows: Int32Array,
  elements: Int32Array,
): Batch {
  const list = batch.columns[column] as ListColumn;
  const element = takeColumn(list.child, elements);
  const columns: Column[] = batch.columns.map((one, i) => (replaces && i === column ? element : takeColumn(one, rows)));
  if (!replaces) columns.push(element);
  if (position) columns.push(places(list, rows, elements));
  return { schema, columns, length: rows.length, selection: null };
}

function places({ offsets }: ListColumn, rows: Int32Array, elements: Int32Array): Column {
  const { length } = rows;
  const words = new Int32Array(2 * length);
  const present = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    present[i] = elements[i] < 0 ? -1 : i;
    storeNumber(elements[i] - offsets[rows[i]] + 1, words, 2 * i);
  }
  const values = new BigInt64Array(words.buffer);
  const column: Int64Column = { layout: 'int64', type: { kind: 'int64' }, length, validity: null, values, words };
  return present.includes(-1) ? takeColumn(column, present) : column;
}

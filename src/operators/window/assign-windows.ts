/**
 * Tumbling and sliding windows: a row comes out once for each window that its time lies in, with the window's start and end. A row
 * without a time, or with an infinite one, lies in none.
 */
import { MAX_BATCH_ROWS, type Batch } from '../../columnar/batch.js';
import { int64ToNumber, isValid, type Column, type Int64Column } from '../../columnar/column.js';
import type { DataType } from '../../columnar/data-type.js';
import { compactBatch, takeColumn } from '../../columnar/take.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import type { Operator } from '../operator.js';
import { windowStarts, windowStartsBig, type WindowGrid } from './window-starts.js';

type Descriptor = Extract<OperatorDescriptor, { kind: 'window' }>;

const INFINITY = 0x7fffffffffffffffn;

export function prepareWindow(descriptor: Descriptor): Operator {
  const { id, schema, time } = descriptor;
  const grid: WindowGrid = {
    size: 1000 * descriptor.sizeMs,
    slide: 1000 * descriptor.slideMs,
    offset: 1000 * descriptor.offsetMs,
  };
  return {
    id,
    async *run([batches], { counters, resources }) {
      const step = Math.min(MAX_BATCH_ROWS, resources.batchRows);
      for await (const given of batches) {
        const batch = compactBatch(given);
        counters.in += batch.length;
        const { rows, starts, kept } = assign(batch.columns[time] as Int64Column, grid);
        counters.filtered += batch.length - kept;
        counters.added += rows.length - kept;
        counters.out += rows.length;
        for (let from = 0; from < rows.length; from += step) {
          const part = rows.subarray(from, from + step);
          const isWhole = part.length === batch.length && kept === batch.length;
          const columns = isWhole ? batch.columns : batch.columns.map((column) => takeColumn(column, part));
          const { type } = batch.columns[time];
          yield batchOf(schema, columns, starts.subarray(from, from + step), grid.size, type);
        }
      }
    },
  };
}

function assign(times: Int64Column, grid: WindowGrid) {
  const rows: number[] = [];
  const starts: bigint[] = [];
  let kept = 0;
  let found: number[] = [];
  for (let row = 0; row < times.length; row++) {
    if (!isValid(times, row)) continue;
    const before = starts.length;
    const micros = int64ToNumber(times.words, row);
    if (Number.isSafeInteger(micros) && Number.isSafeInteger(micros - grid.offset - grid.size)) {
      found = [];
      windowStarts(micros, grid, found);
      for (const start of found) starts.push(BigInt(start));
    } else if (times.values[row] !== INFINITY && times.values[row] !== -INFINITY - 1n) {
      windowStartsBig(times.values[row], grid, starts);
    }
    for (let i = before; i < starts.length; i++) rows.push(row);
    if (starts.length > before) kept++;
  }
  return { rows: Int32Array.from(rows), starts: BigInt64Array.from(starts), kept };
}

function batchOf(
  schema: Batch['schema'],
  columns: readonly Column[],
  starts: BigInt64Array,
  size: number,
  type: DataType,
): Batch {
  const own = starts.slice();
  const ends = own.map((start) => start + BigInt(size));
  return {
    schema,
    columns: [...columns, moments(own, type), moments(ends, type)],
    length: own.length,
    selection: null,
  };
}

export function moments(values: BigInt64Array, type: DataType): Int64Column {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  return { layout: 'int64', type, length: values.length, validity: null, values, words };
}

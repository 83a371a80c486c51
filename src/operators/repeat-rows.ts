/**
 * intersect and except, behind the counting: each row comes out as often as SQL says. `columns` of the input are the row, those
 * behind them say how often each side has it.
 */
import { MAX_BATCH_ROWS, rowCount, type Batch } from '../columnar/batch.js';
import { int64ToNumber, type Int64Column } from '../columnar/column.js';
import { compactBatch, takeColumn } from '../columnar/take.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import type { Operator } from './operator.js';

type Descriptor = Extract<OperatorDescriptor, { kind: 'intersect' | 'except' }>;

export function prepareRepeatRows({ id, kind, all, columns, schema }: Descriptor): Operator {
  return {
    id,
    async *run([batches], { counters, resources }) {
      const most = Math.min(MAX_BATCH_ROWS, resources.batchRows);
      for await (const batch of batches) {
        const rows = compactBatch(batch);
        counters.in += rowCount(rows);
        let out = 0;
        for (const list of repeated(rows, most)) {
          out += list.length;
          counters.out += list.length;
          const taken = rows.columns.slice(0, columns).map((column) => takeColumn(column, list));
          yield { schema, columns: taken, length: list.length, selection: null };
        }
        counters.merged += rowCount(rows);
        counters.added += out;
      }
    },
  };

  function* repeated(batch: Batch, most: number): Generator<Int32Array> {
    const sides = batch.columns.slice(columns) as readonly Int64Column[];
    let list: number[] = [];
    for (let row = 0; row < batch.length; row++) {
      const counts = sides.map(({ words }) => int64ToNumber(words, row));
      for (let left = timesOf(counts); left > 0; left--) {
        list.push(row);
        if (list.length < most) continue;
        yield Int32Array.from(list);
        list = [];
      }
    }
    if (list.length > 0) yield Int32Array.from(list);
  }

  function timesOf([first, ...others]: readonly number[]): number {
    const times = kind === 'intersect' ? Math.min(first, ...others) : withoutOthers(first, others);
    return all ? times : Math.min(times, 1);
  }

  function withoutOthers(first: number, others: readonly number[]): number {
    const sum = others.reduce((total, count) => total + count, 0);
    return all ? Math.max(0, first - sum) : sum > 0 ? 0 : first;
  }
}

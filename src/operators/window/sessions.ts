/**
 * Session windows: rows come sorted by their keys, then by time; where nothing comes for the gap or longer a new session begins. A row
 * gets the time of its session's first one as its start. Rows without a time, or with an infinite one, are in no session.
 */
import type { Batch } from '../../columnar/batch.js';
import { isValid, type Int64Column } from '../../columnar/column.js';
import { compactBatch } from '../../columnar/take.js';
import { likeRowBefore } from '../../kernels/like-row-before.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import type { Operator } from '../operator.js';
import { moments } from './assign-windows.js';

type Descriptor = Extract<OperatorDescriptor, { kind: 'session' }>;

const INFINITY = 0x7fffffffffffffffn;

export function prepareSession({ id, schema, by, time, gapMs }: Descriptor): Operator {
  const gap = 1000n * BigInt(gapMs);
  return {
    id,
    async *run([batches], { counters }) {
      let before: Batch | null = null;
      let start = 0n;
      let last: bigint | null = null;
      for await (const given of batches) {
        const batch = compactBatch(given);
        if (batch.length === 0) continue;
        const times = batch.columns[time] as Int64Column;
        const isSameKey = likeRowBefore(before, batch, by);
        const starts = new BigInt64Array(batch.length);
        const rows = new Int32Array(batch.length);
        let count = 0;
        for (let row = 0; row < batch.length; row++) {
          if (!isSameKey(row)) last = null;
          const at = times.values[row];
          if (!isValid(times, row) || at === INFINITY || at === -INFINITY - 1n) continue;
          if (last === null || at - last >= gap) start = at;
          last = at;
          starts[row] = start;
          rows[count++] = row;
        }
        before = batch;
        counters.in += batch.length;
        counters.filtered += batch.length - count;
        counters.out += count;
        if (count === 0) continue;
        const selection = count === batch.length ? null : rows.slice(0, count);
        yield { schema, columns: [...batch.columns, moments(starts, times.type)], length: batch.length, selection };
      }
    },
  };
}

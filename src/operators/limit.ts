/**
 * limit: lets the first rows pass and then ends the chain.
 *
 * How many are left is the coordinator's number, given with the task: the same for every attempt of a split. The rows
 * of the batch in hand that do not pass are counted as filtered; rows never read are not counted at all.
 */
import { rowCount } from '../columnar/batch.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import type { Operator } from './operator.js';
import { firstRows, withSelection } from './select-rows.js';

export function prepareLimit(descriptor: Extract<OperatorDescriptor, { kind: 'limit' }>): Operator {
  return {
    id: descriptor.id,
    async *run([batches], { counters, limits }) {
      // Even a limit that is used up takes one batch: a chain that never started would not hear that nobody listens.
      for await (const batch of batches) {
        const count = rowCount(batch);
        const passing = Math.min(count, limits[descriptor.limit]!);
        limits[descriptor.limit]! -= passing;
        counters.in += count;
        counters.filtered += count - passing;
        counters.out += passing;
        if (passing > 0) yield passing === count ? batch : withSelection(batch, firstRows(batch, passing));
        if (limits[descriptor.limit]! <= 0) return;
      }
    },
  };
}

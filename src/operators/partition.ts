/** partition: hands on the rows of its partition. The exchange before it has brought them here. */
import { rowCount } from '../columnar/batch.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import type { Operator } from './operator.js';

export function preparePartition({ id }: Extract<OperatorDescriptor, { kind: 'partition' }>): Operator {
  return {
    id,
    async *run([batches], { counters }) {
      for await (const batch of batches) {
        counters.in += rowCount(batch);
        counters.out += rowCount(batch);
        yield batch;
      }
    },
  };
}

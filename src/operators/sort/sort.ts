/** sort: puts the rows of one task in order; of these the first `limit`, or all. */
import { rowCount, type Batch } from '../../columnar/batch.js';
import { compactBatch } from '../../columnar/take.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import type { Operator } from '../operator.js';
import { ExternalSorter } from './external-sorter.js';

export function prepareSort({ id, schema, keys, limit }: Extract<OperatorDescriptor, { kind: 'sort' }>): Operator {
  return {
    id,
    async *run([batches], { counters, memory, resources }): AsyncGenerator<Batch> {
      const sorter = new ExternalSorter({ schema, keys, limit, memory, resources });
      try {
        for await (const batch of batches) {
          counters.in += rowCount(batch);
          if (rowCount(batch) > 0) await sorter.add(compactBatch(batch));
        }
        for await (const batch of sorter.sorted()) {
          counters.out += batch.length;
          yield batch;
        }
        counters.filtered += counters.in - counters.out;
      } finally {
        sorter.close();
      }
    },
  };
}

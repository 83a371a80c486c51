/** iterate: hands on the result of an iteration. What else went round, and what said that it is over, ends here. */
import { rowCount } from '../columnar/batch.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import type { Operator } from './operator.js';

export function prepareIterate({ id }: Extract<OperatorDescriptor, { kind: 'iterate' }>): Operator {
  return {
    id,
    async *run([result, ...others], { counters }) {
      for (const other of others) {
        for await (const batch of other) {
          counters.in += rowCount(batch);
          counters.merged += rowCount(batch);
        }
      }
      for await (const batch of result!) {
        counters.in += rowCount(batch);
        counters.out += rowCount(batch);
        yield batch;
      }
    },
  };
}

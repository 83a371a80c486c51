/** join and cross: pairs of rows of two inputs. */
import { rowCount, type Batch, type Schema } from '../../columnar/batch.js';
import type { NodeCounters } from '../../protocol/task.js';
import type { Operator } from '../operator.js';
import { hashJoin, type KeptTable } from './hash-join.js';
import { mergeJoin } from './merge-join.js';
import { planJoin, type JoinDescriptor } from './join-plan.js';

export function prepareJoin(descriptor: JoinDescriptor, inputs: readonly Schema[]): Operator {
  const plan = planJoin(descriptor, inputs);
  const kept: KeptTable = { table: null, rowsIn: 0, content: '' };
  const buildInput = descriptor.build === 'left' ? 0 : 1;
  return {
    id: descriptor.id,
    holds(input, content) {
      if (input !== buildInput) return false;
      if (kept.content !== content) kept.table = null;
      kept.content = content;
      return kept.table !== null;
    },
    async *run([left, right], run): AsyncGenerator<Batch> {
      const { counters } = run;
      if (kept.table !== null) counters.in += kept.rowsIn;
      const [first, second] = [counted(left, counters), counted(right!, counters)];
      const sides = descriptor.build === 'left' ? { build: first, probe: second } : { build: second, probe: first };
      const pairs = descriptor.isSorted
        ? mergeJoin(plan, sides, run)
        : hashJoin(plan, sides, run, descriptor.isBroadcast ? kept : null);
      for await (const batch of pairs) {
        counters.out += rowCount(batch);
        yield batch;
      }
      // Every row went into pairs, or into nothing; what comes out is new.
      counters.merged += counters.in;
      counters.added += counters.out + counters.rejected;
    },
    release: () => {
      kept.table = null;
      return Promise.resolve();
    },
  };
}

async function* counted(batches: AsyncIterable<Batch>, counters: NodeCounters): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    counters.in += rowCount(batch);
    yield batch;
  }
}

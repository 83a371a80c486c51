/** sort: puts the rows of one task in order; of these the first `limit`, or all. */
import { rowCount, type Batch } from '../../columnar/batch.js';
import { compactBatch } from '../../columnar/take.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import type { Operator, OperatorRun } from '../operator.js';
import { ExternalSorter } from './external-sorter.js';
import { SortBuffer } from './sort-buffer.js';

type SortDescriptor = Extract<OperatorDescriptor, { kind: 'sort' }>;

export function prepareSort(descriptor: SortDescriptor): Operator {
  const sort = descriptor.inRuns ? sortInRuns : sortAll;
  return {
    id: descriptor.id,
    async *run([batches], run): AsyncGenerator<Batch> {
      const { counters } = run;
      for await (const batch of sort(descriptor, counted(batches, counters), run)) {
        counters.out += batch.length;
        yield batch;
      }
      counters.filtered += counters.in - counters.out;
    },
  };
}

async function* sortAll({ schema, keys, limit }: SortDescriptor, batches: AsyncIterable<Batch>, run: OperatorRun) {
  const { memory, resources } = run;
  const sorter = new ExternalSorter({ schema, keys, limit, memory, resources });
  try {
    for await (const batch of batches) await sorter.add(batch);
    yield* sorter.sorted();
  } finally {
    sorter.close();
  }
}

/** Whenever the memory is full, what is in it comes out, in order by itself. */
async function* sortInRuns({ schema, keys }: SortDescriptor, batches: AsyncIterable<Batch>, run: OperatorRun) {
  const { memory, resources } = run;
  const buffer = new SortBuffer(schema, keys);
  try {
    for await (const batch of batches) {
      const bytes = SortBuffer.bytesFor(batch);
      if (!memory.tryGrow(bytes)) {
        yield* buffer.sorted(resources.batchRows);
        buffer.clear();
        memory.free();
        memory.grow(bytes);
      }
      buffer.add(batch);
    }
    yield* buffer.sorted(resources.batchRows);
  } finally {
    memory.free();
  }
}

async function* counted(batches: AsyncIterable<Batch>, counters: OperatorRun['counters']): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    counters.in += rowCount(batch);
    if (rowCount(batch) > 0) yield compactBatch(batch);
  }
}

/**
 * The rows of one partition of an exchange: what each sealed part holds for it, one part after the other; or merged, where
 * the parts are sorted.
 */
import type { Batch } from '../columnar/batch.js';
import type { TaskResources } from '../operators/task-resources.js';
import type { ExchangeInput, TaskDescriptor } from '../protocol/task.js';
import { openPart } from './open-part.js';
import { readSorted } from './read-sorted.js';

/** Can a partition be read in its subpartitions, one after another? */
export function hasSubpartitions(
  { id, subpartitions }: ExchangeInput,
  { parts }: Pick<TaskDescriptor, 'parts'>,
): boolean {
  return subpartitions > 1 && parts[id]!.every((part) => !part.isWhole);
}

type Task = Pick<TaskDescriptor, 'parts' | 'split' | 'splitCount'>;

/** `mostBytes`: of the network memory, what merging may take. `subpartition`: only this one of the partition (`hasSubpartitions`). @throws LostPart for a part that cannot be read or is not what it should be, before a row of the bad batch is used */
export async function* readExchange(
  input: ExchangeInput,
  task: Task,
  resources: TaskResources,
  mostBytes = resources.network.capacityBytes,
  subpartition: number | null = null,
): AsyncGenerator<Batch> {
  const parts = task.parts[input.id]!.filter(({ file }) => file !== null);
  const partition = input.ship.kind === 'BROADCAST' || input.ship.kind === 'RANGE' ? 0 : task.split.index;
  if (input.order.length > 0) {
    const { index } = task.split;
    yield* readSorted(input, { parts, partition, task: index, tasks: task.splitCount, mostBytes }, resources);
    return;
  }
  // What goes round in an iteration may have been left for more tasks than read it behind the last superstep.
  const tasks = input.ship.kind === 'FORWARD' ? task.splitCount : Infinity;
  const { subpartitions } = input;
  const isWanted = (one: number): boolean =>
    Math.floor(one / subpartitions) % tasks === partition &&
    (subpartition === null || one % subpartitions === subpartition);
  for (const part of parts) {
    const open = await openPart(part);
    try {
      for (const batch of open.batchesOf(isWanted)) yield await open.read(batch);
    } finally {
      open.close();
    }
  }
}

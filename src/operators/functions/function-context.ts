/** What a function of the user's gets beside its rows: the sets that were broadcast to it, whole, and where it runs. */
import { rowCount, type Batch, type Schema } from '../../columnar/batch.js';
import { compactBatch } from '../../columnar/take.js';
import type { AccumulatorContext, FunctionContext, RowObject } from '../../protocol/user-function.js';
import type { OperatorRun } from '../operator.js';
import { rowObject } from './row-objects.js';

export interface BroadcastSets {
  readonly names: readonly string[];
  /** By set. */
  readonly schemas: readonly Schema[];
}

type FunctionScope = Pick<OperatorRun, 'counters' | 'accumulators' | 'resources'>;

/** For a function without sets. */
export function plainContext({ accumulators, resources: { subtask, subtasks } }: FunctionScope): FunctionContext {
  return contextOf(accumulators, { broadcast: {}, subtask, subtasks });
}

function contextOf(
  accumulators: AccumulatorContext,
  own: Omit<FunctionContext, keyof AccumulatorContext>,
): FunctionContext {
  const names = ['counter', 'double', 'minimum', 'maximum', 'average', 'histogram', 'list', 'gauge'] as const;
  const bound = Object.fromEntries(names.map((name) => [name, accumulators[name].bind(accumulators)]));
  return Object.freeze({ ...own, ...(bound as unknown as AccumulatorContext) });
}

/** Reads the sets; all their rows count as in, and as merged into what the function makes. */
export async function openContext(
  { names, schemas }: BroadcastSets,
  streams: readonly AsyncIterable<Batch>[],
  { counters, accumulators, resources: { subtask, subtasks } }: FunctionScope,
): Promise<FunctionContext> {
  const sets: [string, readonly RowObject[]][] = [];
  for (const [i, name] of names.entries()) {
    const rows: RowObject[] = [];
    for await (const given of streams[i]) {
      const batch = compactBatch(given);
      counters.in += rowCount(batch);
      counters.merged += batch.length;
      for (let row = 0; row < batch.length; row++) rows.push(rowObject(schemas[i], batch, row));
    }
    sets.push([name, Object.freeze(rows)]);
  }
  return contextOf(accumulators, { broadcast: Object.freeze(Object.fromEntries(sets)), subtask, subtasks });
}

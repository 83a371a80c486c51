/**
 * What vertices left in an exchange must be what the vertex behind it took out: every row once, or once a task (BROADCAST).
 */
import type { VertexDescriptor } from '../protocol/task.js';
import { splitCount } from '../split/split-at.js';
import type { SplitPlan } from '../split/split.js';
import type { EdgeBalance } from './events.js';
import type { CountersByNode } from './totals.js';

export interface SettledVertex {
  readonly descriptor: VertexDescriptor;
  readonly splits: SplitPlan;
  readonly counters: CountersByNode;
}

/** One edge an exchange, by the vertex that reads it. */
export function exchangeEdges(vertices: readonly SettledVertex[]): EdgeBalance[] {
  return vertices.flatMap(({ descriptor, splits, counters }) =>
    descriptor.inputs.flatMap((input): EdgeBalance[] => {
      if (input.kind !== 'exchange') return [];
      const producers = vertices.filter((one) => one.descriptor.outputs.some((output) => output.id === input.id));
      const left = producers.reduce((sum, one) => sum + one.counters[input.id]!.out, 0);
      const times = input.ship.kind === 'BROADCAST' ? Number(splitCount(splits)) : 1;
      return [
        {
          vertex: descriptor.id,
          from: producers.map((one) => one.descriptor.id).join(' + '),
          to: input.id,
          sent: left * times,
          received: counters[input.id]!.in,
        },
      ];
    }),
  );
}

/** Fewer rows are taken out only where a limit further down has enough. */
export function exchangeImbalances(vertices: readonly SettledVertex[]): string[] {
  return exchangeEdges(vertices).flatMap(({ vertex, to, sent, received }) => {
    const { descriptor } = vertices.find((one) => one.descriptor.id === vertex)!;
    const mayStop = descriptor.operators.some((operator) => operator.kind === 'limit');
    const fits = sent === received || (mayStop && received < sent);
    return fits ? [] : [`exchange ${to}: ${sent} rows left in it ≠ ${received} taken out`];
  });
}

/**
 * What vertices left in an exchange must be what the vertex behind it took out: every row once, or once a task (BROADCAST); and in
 * an iteration once a superstep, where what was left stays for all of them.
 */
import type { Iteration } from '../plan/execution-plan.js';
import type { VertexDescriptor } from '../protocol/task.js';
import { splitCount } from '../split/split-at.js';
import type { SplitPlan } from '../split/split.js';
import type { EdgeBalance } from './events.js';
import type { CountersByNode } from './totals.js';

export interface SettledVertex {
  readonly descriptor: VertexDescriptor;
  readonly splits: SplitPlan;
  readonly counters: CountersByNode;
  /** Of a vertex in an iteration: those of all supersteps but the last, and the number of that. */
  readonly earlier: CountersByNode;
  readonly superstep: number | null;
}

/** One edge an exchange, by the vertex that reads it. */
export function exchangeEdges(
  vertices: readonly SettledVertex[],
  iterations: readonly Iteration[] = [],
): EdgeBalance[] {
  return vertices.flatMap((reader) =>
    reader.descriptor.inputs.flatMap((input): EdgeBalance[] => {
      if (input.kind !== 'exchange') return [];
      const producers = writersOf(vertices, input.id);
      const round = iterations.flatMap(({ feedback }) => feedback).filter(({ to }) => to === input.id);
      const left =
        round.length > 0
          ? sum(producers, (one) => one.counters[input.id]!.out) +
            sum(round, ({ from }) => sum(writersOf(vertices, from), (one) => leftForLater(one, from, reader)))
          : sum(producers, (one) => leftFor(one, input.id, reader, iterations));
      const times = input.ship.kind === 'BROADCAST' ? Number(splitCount(reader.splits)) : 1;
      return [
        {
          vertex: reader.descriptor.id,
          from: producers.map((one) => one.descriptor.id).join(' + '),
          to: input.id,
          sent: left * times,
          received: reader.counters[input.id]!.in,
        },
      ];
    }),
  );
}

/** Fewer rows are taken out only where a limit further down has enough. */
export function exchangeImbalances(
  vertices: readonly SettledVertex[],
  iterations: readonly Iteration[] = [],
): string[] {
  return exchangeEdges(vertices, iterations).flatMap(({ vertex, to, sent, received }) => {
    const { descriptor } = vertices.find((one) => one.descriptor.id === vertex)!;
    const mayStop = descriptor.operators.some((operator) => operator.kind === 'limit');
    const fits = sent === received || (mayStop && received < sent);
    return fits ? [] : [`exchange ${to}: ${sent} rows left in it ≠ ${received} taken out`];
  });
}

function writersOf(vertices: readonly SettledVertex[], exchange: string): SettledVertex[] {
  return vertices.filter(({ descriptor }) => descriptor.outputs.some(({ id }) => id === exchange));
}

/** Into an iteration: once for each superstep. Out of it: what the last one left. */
function leftFor(
  writer: SettledVertex,
  exchange: string,
  reader: SettledVertex,
  iterations: readonly Iteration[],
): number {
  const all = writer.counters[exchange]!.out;
  const iterationOf = ({ descriptor }: SettledVertex) =>
    iterations.find(({ vertices }) => vertices.includes(descriptor.id));
  if (iterationOf(writer) === iterationOf(reader)) return all;
  const times = reader.superstep ?? 1;
  return times * (all - (writer.earlier[exchange]?.out ?? 0));
}

/** What the supersteps before the last one left for the next. */
function leftForLater(
  { superstep, counters, earlier }: SettledVertex,
  exchange: string,
  reader: SettledVertex,
): number {
  if (superstep !== null) return earlier[exchange]?.out ?? 0;
  return counters[exchange]!.out * ((reader.superstep ?? 1) - 1);
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

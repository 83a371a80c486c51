/**
 * The counters of a run: those of finished attempts for good, those of running ones for show.
 *
 * Only finished attempts count in the end, so a row counts once however many attempts it took. Everything that a balance
 * needs is here; `edgesOf` and `imbalances` are pure over it.
 */
import type { ExecutionVertex } from '../plan/execution-plan.js';
import { mergeAccumulators, type Accumulators } from '../protocol/accumulators.js';
import type { TaskProgress, TaskResult } from '../protocol/messages.js';
import { addCounters, zeroCounters } from '../protocol/node-counters.js';
import type { NodeCounters, VertexDescriptor } from '../protocol/task.js';
import type { EdgeBalance, RejectCount, RowTotals } from './events.js';

export type CountersByNode = Readonly<Record<string, NodeCounters>>;

export class VertexTotals {
  splitsDone = 0;
  spillBytes = 0;
  retried = 0;
  startedMs: number | null = null;
  finishedMs: number | null = null;
  private readonly counters: Record<string, NodeCounters> = {};
  /** By split: what one that runs again had counted is forgotten. */
  private readonly accumulated = new Map<number, Accumulators>();
  private readonly waitedMs: Record<string, number> = {};
  /** Of splits that may have to run again, because others read what they leave. */
  private readonly finished = new Map<number, CountersByNode>();
  /** Counters of the supersteps before this one. */
  earlier: CountersByNode = {};
  /** What was accumulated in them. */
  private accumulatedBefore: Accumulators = {};

  /** `superstep`: the one that runs, of a vertex in an iteration. */
  constructor(
    readonly vertex: ExecutionVertex,
    public superstep: number | null = null,
  ) {
    for (const id of nodesOf(vertex.descriptor)) {
      this.counters[id] = zeroCounters();
      this.waitedMs[id] = 0;
    }
  }

  finish(split: number, result: TaskResult): void {
    this.splitsDone++;
    this.spillBytes += result.spillBytes;
    for (const [id, counters] of Object.entries(result.counters)) addCounters(this.counters[id]!, counters);
    for (const [id, ms] of Object.entries(result.waitedMs)) this.waitedMs[id]! += ms;
    if (Object.keys(result.accumulators).length > 0) this.accumulated.set(split, result.accumulators);
    if (this.vertex.descriptor.outputs.length > 0) this.finished.set(split, result.counters);
  }

  /** Takes back what a finished split counted: it runs again. */
  forget(split: number): void {
    this.splitsDone--;
    this.finishedMs = null;
    for (const [id, counters] of Object.entries(this.finished.get(split) ?? {})) {
      addCounters(this.counters[id]!, counters, -1);
    }
    this.finished.delete(split);
    this.accumulated.delete(split);
  }

  /** All splits start over; none of the last superstep will be forgotten. */
  nextSuperstep(): void {
    this.superstep = this.superstep! + 1;
    this.splitsDone = 0;
    this.finishedMs = null;
    this.earlier = structuredClone(this.counters);
    this.accumulatedBefore = this.accumulators();
    this.accumulated.clear();
    this.finished.clear();
  }

  /** Of finished splits. */
  accumulators(): Accumulators {
    return mergeAccumulators([this.accumulatedBefore, ...this.accumulated.values()]);
  }

  /** Counters with those of attempts still running. */
  withRunning(running: readonly TaskProgress[]): {
    counters: CountersByNode;
    waitedMs: Readonly<Record<string, number>>;
  } {
    const counters = structuredClone(this.counters);
    const waitedMs = { ...this.waitedMs };
    for (const progress of running) {
      for (const [id, counter] of Object.entries(progress.counters)) addCounters(counters[id]!, counter);
      for (const [id, ms] of Object.entries(progress.waitedMs)) waitedMs[id]! += ms;
    }
    return { counters, waitedMs };
  }
}

export function nodesOf(descriptor: VertexDescriptor): string[] {
  const { inputs, operators, sinks, outputs } = descriptor;
  return [...inputs, ...operators, ...sinks, ...outputs].map((node) => node.id);
}

/** Of one stage: what it read from sources and exchanges, and wrote to sinks and exchanges. */
export function stageTotals(descriptor: VertexDescriptor, counters: CountersByNode): RowTotals {
  return totalsOf(descriptor, counters, descriptor.inputs, [...descriptor.sinks, ...descriptor.outputs]);
}

/** Of a stage's part in the run: what it read from sources and wrote to sinks. */
export function runTotals(descriptor: VertexDescriptor, counters: CountersByNode): RowTotals {
  const sources = descriptor.inputs.filter((input) => input.kind === 'source');
  return totalsOf(descriptor, counters, sources, descriptor.sinks);
}

function totalsOf(
  { inputs, operators, sinks, outputs }: VertexDescriptor,
  counters: CountersByNode,
  read: readonly { readonly id: string }[],
  written: readonly { readonly id: string }[],
): RowTotals {
  const sum = (pick: (counter: NodeCounters) => number, nodes: readonly { readonly id: string }[]): number =>
    nodes.reduce((total, node) => total + pick(counters[node.id]!), 0);
  const all = [...inputs, ...operators, ...sinks, ...outputs];
  const added = sum((c) => c.added, all);
  const merged = sum((c) => c.merged, all);
  return {
    read: sum((c) => c.in, read),
    filtered: sum((c) => c.filtered, all),
    rejected: sum((c) => c.rejected, all),
    written: sum((c) => c.out, written),
    ...(added > 0 && { added }),
    ...(merged > 0 && { merged }),
  };
}

export function edgesOf(descriptor: VertexDescriptor, counters: CountersByNode): EdgeBalance[] {
  const vertex = descriptor.id;
  const { operators, sinks, outputs } = descriptor;
  const edge = (from: string, to: string, received: number): EdgeBalance => ({
    vertex,
    from,
    to,
    sent: counters[from]!.out,
    received,
  });
  return [
    ...operators.flatMap(({ id, inputs }) => {
      // What came in by each of several inputs is not counted apart: such an operator has one edge, of them all.
      if (inputs.length === 1) return [edge(inputs[0]!, id, counters[id]!.in)];
      const sent = inputs.reduce((sum, input) => sum + counters[input]!.out, 0);
      return [{ vertex, from: inputs.join(' + '), to: id, sent, received: counters[id]!.in }];
    }),
    ...[...sinks, ...outputs.filter(({ isSelective }) => !isSelective)].map(({ id, input }) =>
      edge(input, id, counters[id]!.in),
    ),
    ...selectiveEdges(descriptor, counters),
  ];
}

/** Exchanges that share what one node puts out: one edge for all of them. */
function selectiveEdges({ id: vertex, outputs }: VertexDescriptor, counters: CountersByNode): EdgeBalance[] {
  const selective = outputs.filter(({ isSelective }) => isSelective);
  return [...new Set(selective.map(({ input }) => input))].map((from) => {
    const ids = selective.filter(({ input }) => input === from).map(({ id }) => id);
    const received = ids.reduce((sum, id) => sum + counters[id]!.in, 0);
    return { vertex, from, to: ids.join(' + '), sent: counters[from]!.out, received };
  });
}

/**
 * What does not add up, in words; empty when all is well. Every node: in + added = out + filtered + rejected + merged. Every edge:
 * received = sent, or less where a limit further down stopped listening while other branches went on.
 */
export function imbalances(descriptor: VertexDescriptor, counters: CountersByNode): string[] {
  const problems: string[] = [];
  for (const id of nodesOf(descriptor)) {
    const c = counters[id]!;
    if (c.in + c.added !== c.out + c.filtered + c.rejected + c.merged) {
      problems.push(
        `${id}: ${c.in} in + ${c.added} added ≠ ${c.out} out + ${c.filtered} filtered + ${c.rejected} rejected${c.merged === 0 ? '' : ` + ${c.merged} merged`}`,
      );
    }
  }
  const mayStop = descriptor.operators.some((operator) => operator.kind === 'limit');
  for (const edge of edgesOf(descriptor, counters)) {
    if (edge.received !== edge.sent && !(mayStop && edge.received < edge.sent)) {
      problems.push(`${edge.from} → ${edge.to}: ${edge.sent} sent ≠ ${edge.received} received`);
    }
  }
  return problems;
}

export function mergeRejects(sum: readonly RejectCount[], more: readonly RejectCount[]): RejectCount[] {
  const merged = new Map(sum.map((one) => [`${one.code} ${one.message}`, one]));
  for (const one of more) {
    const key = `${one.code} ${one.message}`;
    merged.set(key, { ...one, count: one.count + (merged.get(key)?.count ?? 0) });
  }
  return [...merged.values()].sort((a, b) => b.count - a.count);
}

/**
 * The counters of a run: those of finished attempts for good, those of running ones for show.
 *
 * Only finished attempts count in the end, so a row counts once however many attempts it took. Everything that a balance
 * needs is here; `edgesOf` and `imbalances` are pure over it.
 */
import type { ExecutionVertex } from '../plan/execution-plan.js';
import type { TaskProgress, TaskResult } from '../protocol/messages.js';
import type { NodeCounters, VertexDescriptor } from '../protocol/task.js';
import type { EdgeBalance, RejectCount, RowTotals } from './events.js';

export type CountersByNode = Readonly<Record<string, NodeCounters>>;

export class VertexTotals {
  splitsDone = 0;
  retried = 0;
  startedMs: number | null = null;
  finishedMs: number | null = null;
  private readonly counters: Record<string, NodeCounters> = {};
  private readonly waitedMs: Record<string, number> = {};

  constructor(readonly vertex: ExecutionVertex) {
    for (const id of nodesOf(vertex.descriptor)) {
      this.counters[id] = { in: 0, out: 0, filtered: 0, rejected: 0, added: 0 };
      this.waitedMs[id] = 0;
    }
  }

  finish(result: TaskResult): void {
    this.splitsDone++;
    for (const [id, counters] of Object.entries(result.counters)) addCounters(this.counters[id]!, counters);
    for (const [id, ms] of Object.entries(result.waitedMs)) this.waitedMs[id]! += ms;
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
  return [descriptor.source, ...descriptor.operators, ...descriptor.sinks].map((node) => node.id);
}

function addCounters(sum: NodeCounters, more: NodeCounters): void {
  sum.in += more.in;
  sum.out += more.out;
  sum.filtered += more.filtered;
  sum.rejected += more.rejected;
  sum.added += more.added;
}

export function rowTotals(descriptor: VertexDescriptor, counters: CountersByNode): RowTotals {
  const sum = (pick: (counter: NodeCounters) => number, nodes: readonly { id: string }[]): number =>
    nodes.reduce((total, node) => total + pick(counters[node.id]!), 0);
  const all = [descriptor.source, ...descriptor.operators, ...descriptor.sinks];
  return {
    read: counters[descriptor.source.id]!.in,
    filtered: sum((c) => c.filtered, all),
    rejected: sum((c) => c.rejected, all),
    written: sum((c) => c.out, descriptor.sinks),
  };
}

export function edgesOf(descriptor: VertexDescriptor, counters: CountersByNode): EdgeBalance[] {
  return [...descriptor.operators, ...descriptor.sinks].map((node) => ({
    vertex: descriptor.id,
    from: node.input,
    to: node.id,
    sent: counters[node.input]!.out,
    received: counters[node.id]!.in,
  }));
}

/**
 * What does not add up, in words; empty when all is well. Every node: in + added = out + filtered + rejected. Every edge:
 * received = sent, or less where a limit further down stopped listening while other branches went on.
 */
export function imbalances(descriptor: VertexDescriptor, counters: CountersByNode): string[] {
  const problems: string[] = [];
  for (const id of nodesOf(descriptor)) {
    const c = counters[id]!;
    if (c.in + c.added !== c.out + c.filtered + c.rejected) {
      problems.push(
        `${id}: ${c.in} in + ${c.added} added ≠ ${c.out} out + ${c.filtered} filtered + ${c.rejected} rejected`,
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

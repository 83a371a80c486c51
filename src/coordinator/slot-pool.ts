/**
 * The slot processes of a run, by index: started when the scheduler says so, told what they need to know once, and given
 * their tasks.
 *
 * Invariant: a process hears of a vertex before its first task of it; a new process in a slot has heard of none.
 */
import type { Json } from '../connectors/connector.js';
import type { ErrorData } from '../errors/etl-error.js';
import type { ExecutionPlan, ExecutionVertex } from '../plan/execution-plan.js';
import type { FromSlot, ToSlot } from '../protocol/messages.js';
import type { ExchangePart, SubtaskCommittables } from '../protocol/task.js';
import { splitAt, splitCount } from '../split/split-at.js';
import type { SchedulerAction } from './scheduler-state.js';
import { startSlotProcess, type SlotProcess, type SlotProcessOptions } from './slot-process.js';

type Deploy = Extract<SchedulerAction, { type: 'deploy' }>;
type FinishSink = Extract<SchedulerAction, { type: 'finish-sink' }>;

export interface SlotPoolOptions extends Pick<
  SlotProcessOptions,
  'heapMb' | 'semiSpaceMb' | 'heartbeatTimeoutMs' | 'entry' | 'environment'
> {
  readonly plan: ExecutionPlan;
  /** Snapshots that splits join, by connection id. */
  readonly snapshots: Readonly<Record<string, Json>>;
  readonly welcome: Omit<Extract<ToSlot, { type: 'welcome' }>, 'slot'>;
  readonly onOutput: (slot: number, text: string) => void;
  readonly onReady: (slot: number) => void;
  readonly onMessage: (slot: number, message: FromSlot) => void;
  readonly onLost: (slot: number, error: ErrorData, killed: boolean) => void;
}

export class SlotPool {
  private readonly slots: (SlotProcess | null)[];
  /** Vertices that the process in each slot was told of. */
  private readonly announced: Set<string>[];

  constructor(private readonly options: SlotPoolOptions) {
    this.slots = Array.from({ length: options.plan.parallelism }, () => null);
    this.announced = this.slots.map(() => new Set());
  }

  start(index: number): void {
    const { options } = this;
    this.announced[index]!.clear();
    this.slots[index] = startSlotProcess({
      ...options,
      index,
      welcome: { ...options.welcome, slot: index },
      onOutput: (text) => options.onOutput(index, text),
      onReady: () => options.onReady(index),
      onMessage: (message) => options.onMessage(index, message),
      onLost: (error, killed) => {
        this.slots[index] = null;
        options.onLost(index, error, killed);
      },
    });
  }

  /** `committables`: of all splits finished so far; a new process needs those of its slot. */
  deploy({ slot, id, limits, halved }: Deploy, committables: readonly SubtaskCommittables[]): void {
    const vertex = this.vertex(id.vertex);
    const told = this.announced[slot]!;
    if (!told.has(id.vertex)) {
      told.add(id.vertex);
      const own = committables.filter((entry) => entry.subtask === slot);
      const committed = Object.fromEntries(own.map((entry) => [entry.sink, entry.committables]));
      this.send(slot, { type: 'vertex', vertex: vertex.descriptor, subtask: slot, committed });
    }
    this.send(slot, {
      type: 'task',
      task: {
        id,
        split: splitAt(vertex.splits, BigInt(id.split)),
        splitCount: Number(splitCount(vertex.splits)),
        parts: partsOf(vertex.descriptor, committables),
        snapshot: vertex.snapshotOf === null ? null : (this.options.snapshots[vertex.snapshotOf] ?? null),
        limits,
        halved,
        sourceLimit: vertex.sourceLimit === null ? null : (limits[vertex.sourceLimit] ?? null),
      },
    });
  }

  finishSink({ slot, sink, action }: FinishSink, committables: readonly SubtaskCommittables[]): void {
    const vertex = this.options.plan.vertices.find((one) => one.descriptor.sinks.some(({ id }) => id === sink))!;
    this.send(slot, { type: 'finish-sink', vertex: vertex.descriptor, sink, action, committables });
  }

  /** A slot that is gone leaves its files to the end of the run. */
  release(slot: number, parts: readonly ExchangePart[]): void {
    this.send(slot, { type: 'release', files: parts.flatMap(({ file }) => (file === null ? [] : [file])) });
  }

  send(slot: number, message: ToSlot): void {
    this.slots[slot]?.send(message);
  }

  kill(slot: number): void {
    this.slots[slot]?.kill();
  }

  killAll(): void {
    this.slots.forEach((slot) => slot?.kill());
  }

  async stopAll(graceMs: number): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot?.stop(graceMs)));
  }

  private vertex(id: string): ExecutionVertex {
    return this.options.plan.vertices.find((vertex) => vertex.descriptor.id === id)!;
  }
}

/** The sealed parts of the exchanges that a vertex reads. An exchange's parts are committables under its id. */
function partsOf(
  { inputs }: ExecutionVertex['descriptor'],
  committables: readonly SubtaskCommittables[],
): Record<string, ExchangePart[]> {
  const parts = (id: string): ExchangePart[] =>
    committables.flatMap((entry) => (entry.sink === id ? (entry.committables as unknown as ExchangePart[]) : []));
  return Object.fromEntries(inputs.flatMap(({ kind, id }) => (kind === 'exchange' ? [[id, parts(id)]] : [])));
}

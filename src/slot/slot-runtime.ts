/**
 * A slot: obeys the parent's messages one at a time, and answers each.
 *
 * Modes: `idle` (nothing runs), `running` (one task). The parent never sends a second task while one runs.
 * Held until `close`: open vertices (source connections) and open sinks.
 */
import { EtlError, toEtlError } from '../errors/etl-error.js';
import { LostPart } from '../exchange/open-part.js';
import type { FromSlot, ToSlot } from '../protocol/messages.js';
import type { TaskDescriptor } from '../protocol/task.js';
import type { RunFile } from '../spill/run-file.js';
import { openVertex, rejectSinkId, type OpenSinks, type OpenVertex, type VertexMessage } from './open-vertex.js';
import { loadPart, type SlotScope } from './slot-scope.js';
import { runTask, type RunningTask } from './run-task.js';
import { watchParent } from './watch-parent.js';

type Send = (message: FromSlot) => void;
type FinishSinkMessage = Extract<ToSlot, { type: 'finish-sink' }>;

export class SlotRuntime {
  private readonly announced = new Map<string, VertexMessage>();
  private readonly vertices = new Map<string, OpenVertex>();
  private readonly sinks: OpenSinks = new Map();
  private isParentWatched = false;
  private running: { task: TaskDescriptor; work: RunningTask | null; abort: AbortController } | null = null;

  constructor(
    private readonly scope: SlotScope,
    private readonly send: Send,
    /** Its pid. */
    private readonly parent: number,
  ) {}

  /** Never rejects: what goes wrong is an answer to the parent. */
  async obey(message: ToSlot): Promise<void> {
    switch (message.type) {
      case 'vertex':
        this.announced.set(message.vertex.id, message);
        return;
      case 'task':
        return this.run(message.task);
      case 'cancel':
        this.running?.abort.abort(new EtlError('ETL-6003', 'canceled'));
        return;
      case 'finish-sink':
        return this.finishSink(message);
      case 'release':
        return this.release(message.files as unknown as readonly RunFile[]);
      case 'welcome':
      case 'shutdown':
        return;
      default:
        return message satisfies never;
    }
  }

  heartbeat(): FromSlot {
    return {
      type: 'heartbeat',
      id: this.running?.task.id ?? null,
      progress: this.running?.work?.progress() ?? null,
      rssBytes: process.memoryUsage.rss(),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
  }

  /** What cannot be removed now goes with the run. */
  private release(files: readonly RunFile[]): void {
    for (const file of files) {
      try {
        this.scope.resources.spill.remove(file);
      } catch (error) {
        this.send({ type: 'log', level: 'warn', message: toEtlError(error).message });
      }
    }
  }

  private async run(task: TaskDescriptor): Promise<void> {
    const { id } = task;
    const abort = new AbortController();
    this.running = { task, work: null, abort };
    try {
      const vertex = await this.open(id.vertex);
      abort.signal.throwIfAborted();
      this.send({ type: 'running', id });
      this.running.work = runTask(vertex, task, abort.signal, this.scope.resources);
      const result = await this.running.work.done;
      this.send(this.heartbeat()); // a short task may never have been seen by one
      this.send({ type: 'finished', id, result });
    } catch (error) {
      if (abort.signal.aborted) this.send({ type: 'canceled', id });
      else {
        const lostPart = error instanceof LostPart ? error.part : null;
        this.send({ type: 'failed', id, error: toEtlError(error).toJSON(), lostPart });
      }
    } finally {
      this.running = null;
    }
  }

  private async open(id: string): Promise<OpenVertex> {
    // What one vertex keeps from task to task is not to be held while another one works.
    for (const [other, vertex] of this.vertices) if (other !== id) await releaseOperators(vertex);
    const open = this.vertices.get(id);
    if (open !== undefined) return open;
    const message = this.announced.get(id);
    if (message === undefined)
      throw new EtlError('ETL-9001', `task of vertex ${id}, which this slot was never told of`);
    this.watchParentOf(message.vertex);
    const opened = await openVertex(message, this.sinks, this.scope);
    this.vertices.set(id, opened);
    return opened;
  }

  /** Only functions of the user can keep the process from hearing that its parent is gone. */
  private watchParentOf({ operators }: VertexMessage['vertex']): void {
    if (this.isParentWatched || !operators.some(({ kind }) => kind === 'map' || kind === 'flatMap')) return;
    this.isParentWatched = true;
    watchParent(this.parent);
  }

  private async finishSink({ vertex, sink: id, action, committables }: FinishSinkMessage): Promise<void> {
    try {
      const sink = vertex.sinks.find((candidate) => candidate.id === id)!;
      await this.closeSinks(); // staging files are published only when no writer of this slot holds them
      const parts = [{ name: id, connector: sink.connector, params: sink.params }];
      if (sink.rejectParams !== null)
        parts.push({ name: rejectSinkId(id), connector: 'file', params: sink.rejectParams });
      for (const { name, connector, params } of parts) {
        const module = await loadPart(this.scope, connector, 'sink');
        const own = committables.filter((entry) => entry.sink === name).flatMap((entry) => entry.committables);
        if (action === 'commit') await module.commit?.(params, own, this.scope.context);
        else await module.abort?.(params, this.scope.context);
      }
      this.send({ type: 'sink-finished', sink: id, error: null });
    } catch (error) {
      this.send({ type: 'sink-finished', sink: id, error: toEtlError(error).toJSON() });
    }
  }

  private async closeSinks(): Promise<void> {
    const open = [...this.sinks.values()];
    this.sinks.clear();
    this.vertices.forEach((vertex) => void vertex.source?.close().catch(() => undefined));
    await Promise.allSettled([...this.vertices.values()].map(releaseOperators));
    this.vertices.clear();
    for (const sink of open) {
      await sink.writer.close();
      await sink.rejectWriter?.close();
    }
  }

  async close(): Promise<void> {
    this.running?.abort.abort(new EtlError('ETL-6003', 'canceled'));
    await Promise.allSettled([...this.vertices.values()].map((vertex) => vertex.source?.close()));
    await this.closeSinks();
  }
}

async function releaseOperators({ operators }: OpenVertex): Promise<void> {
  for (const operator of operators) await operator.release?.();
}

/**
 * The spine of a run in the parent: feeds events to the scheduler and does what it says, until it says `end`.
 *
 *     slot says ─▶ dispatch(event) ─▶ scheduler.step ─▶ actions ─▶ slots are started, told, stopped; the audience hears
 *
 * The parent plans, schedules and counts; it never touches a row.
 */
import type { Json } from '../connectors/connector.js';
import type { Settings } from '../config/settings.js';
import type { ErrorData } from '../errors/etl-error.js';
import type { ExecutionPlan, ExecutionVertex } from '../plan/execution-plan.js';
import { splitAt, splitCount } from '../split/split-at.js';
import type { FromSlot } from '../protocol/messages.js';
import type { RunEnd, RunEvent } from './events.js';
import { overRejectLimit } from './reject-limits.js';
import { RunReport } from './run-report.js';
import { createScheduler, step } from './scheduler.js';
import type { SchedulerAction, SchedulerEvent, SchedulerPlan, SchedulerState } from './scheduler-state.js';
import { startSlotProcess, type SlotProcess } from './slot-process.js';

export interface RunJobRequest {
  readonly plan: ExecutionPlan;
  readonly settings: Settings;
  readonly runId: string;
  readonly logicalTimeMs: number;
  readonly baseDir: string;
  /** Snapshots that splits join, by connection id. */
  readonly snapshots: Readonly<Record<string, Json>>;
  /** What each slot process gets (config/memory). */
  readonly slotHeapMb: number;
  readonly slotSemiSpaceMb: number;
  readonly slotNetworkBytes: number;
  readonly budgetBytes: number;
  readonly slotEntry: URL;
  readonly slotEnvironment: NodeJS.ProcessEnv;
  readonly emit: (event: RunEvent) => void;
  /** Aborted by the first SIGINT/SIGTERM; its reason is an `ErrorData`. */
  readonly cancel: AbortSignal;
  /** Aborted by the second one: nothing is waited for any more. */
  readonly kill: AbortSignal;
}

const PROGRESS_EVERY_MS = 100;

/** Runs a plan. Resolves with its last event whatever happened; rejects only for bugs. */
export async function runJob(request: RunJobRequest): Promise<RunEnd> {
  const run = new JobRun(request);
  const error = await run.untilEnd();
  const end = run.report.end(request.runId, error);
  request.emit(end);
  return end;
}

class JobRun {
  readonly report: RunReport;
  private state: SchedulerState;
  private readonly slots: (SlotProcess | null)[];
  /** Vertices that the process in each slot was told of. */
  private readonly announced: Set<string>[];
  private readonly queue: SchedulerEvent[] = [];
  private isStepping = false;
  private finish: (error: ErrorData | null) => void = () => undefined;
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly request: RunJobRequest) {
    const { plan, budgetBytes } = request;
    const now = (): number => performance.now();
    this.report = new RunReport(plan, budgetBytes, now(), now, ownRss);
    this.state = createScheduler(schedulerPlan(plan, request.settings));
    this.slots = Array.from({ length: plan.parallelism }, () => null);
    this.announced = this.slots.map(() => new Set());
  }

  async untilEnd(): Promise<ErrorData | null> {
    const { request } = this;
    request.emit(startEvent(request));
    const progress = setInterval(() => this.tellProgress(), PROGRESS_EVERY_MS);
    const cancel = (): void => this.cancel(request.cancel.reason as ErrorData);
    const kill = (): void => this.slots.forEach((slot) => slot?.kill());
    request.cancel.addEventListener('abort', cancel, { once: true });
    request.kill.addEventListener('abort', kill, { once: true });
    try {
      const error = await new Promise<ErrorData | null>((resolve) => {
        this.finish = resolve;
        this.dispatch({ type: 'start' });
        if (request.cancel.aborted) cancel();
      });
      return error ?? this.rejectsOverLimit(true);
    } finally {
      clearInterval(progress);
      this.timers.forEach((timer) => clearTimeout(timer));
      request.cancel.removeEventListener('abort', cancel);
      request.kill.removeEventListener('abort', kill);
      await Promise.all(this.slots.map((slot) => slot?.stop(2000)));
    }
  }

  /** One event at a time: what an action causes at once is queued behind it. */
  private dispatch(event: SchedulerEvent): void {
    this.queue.push(event);
    if (this.isStepping) return;
    this.isStepping = true;
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
        const { state, actions } = step(this.state, next);
        this.state = state;
        actions.forEach((action) => this.perform(action));
      }
    } finally {
      this.isStepping = false;
    }
  }

  private perform(action: SchedulerAction): void {
    const { request, slots } = this;
    switch (action.type) {
      case 'start-slot':
        return this.startSlot(action.slot);
      case 'deploy':
        return this.deploy(action);
      case 'cancel-task':
        return slots[action.slot]?.send({ type: 'cancel', id: action.id });
      case 'schedule-restart':
        this.report.vertices.get(action.vertex)!.retried++;
        return this.later(action.delayMs, () =>
          this.dispatch({ type: 'restart-due', vertex: action.vertex, split: action.split }),
        );
      case 'finish-sink':
        return this.finishSink(action.slot, action.sink, action.action);
      case 'job-state':
        return request.emit(action);
      case 'task-state':
        if (action.to === 'FAILED' && action.error !== undefined) this.warnOfFailure(action.id, action.error);
        return;
      case 'end':
        return this.finish(action.error);
      default:
        return action satisfies never;
    }
  }

  private startSlot(index: number): void {
    const { request } = this;
    this.announced[index]!.clear();
    this.slots[index] = startSlotProcess({
      index,
      heapMb: request.slotHeapMb,
      semiSpaceMb: request.slotSemiSpaceMb,
      heartbeatTimeoutMs: request.settings['heartbeat.timeout'],
      entry: request.slotEntry,
      environment: request.slotEnvironment,
      welcome: {
        type: 'welcome',
        settings: request.settings,
        runId: request.runId,
        slot: index,
        logicalTimeMs: request.logicalTimeMs,
        baseDir: request.baseDir,
        networkBytes: request.slotNetworkBytes,
      },
      onReady: () => this.dispatch({ type: 'slot-ready', slot: index }),
      onMessage: (message) => this.hear(index, message),
      onLost: (error, killed) => {
        this.slots[index] = null;
        this.report.forget(index);
        if (this.state.slots[index]!.kind !== 'busy') this.tell('warn', error.message, error.code);
        this.dispatch({ type: 'slot-lost', slot: index, error, killed });
      },
    });
  }

  private deploy({ slot, id, limits }: Extract<SchedulerAction, { type: 'deploy' }>): void {
    const vertex = this.vertex(id.vertex);
    const told = this.announced[slot]!;
    if (!told.has(id.vertex)) {
      told.add(id.vertex);
      this.slots[slot]?.send({
        type: 'vertex',
        vertex: vertex.descriptor,
        subtask: slot,
        committed: this.committedBy(slot),
      });
    }
    this.report.started(id.vertex);
    this.slots[slot]?.send({
      type: 'task',
      task: {
        id,
        split: splitAt(vertex.splits, BigInt(id.split)),
        snapshot: vertex.snapshotOf === null ? null : (this.request.snapshots[vertex.snapshotOf] ?? null),
        limits,
        sourceLimit: vertex.sourceLimit === null ? null : (limits[vertex.sourceLimit] ?? null),
      },
    });
  }

  /** What splits finished earlier in this slot left with each sink: for the process that takes the slot over. */
  private committedBy(slot: number): Record<string, readonly Json[]> {
    const own = this.state.committables.filter((entry) => entry.subtask === slot);
    return Object.fromEntries(own.map((entry) => [entry.sink, entry.committables]));
  }

  private finishSink(slot: number, sink: string, action: 'commit' | 'abort'): void {
    const vertex = this.request.plan.vertices.find((one) => one.descriptor.sinks.some(({ id }) => id === sink))!;
    const { committables } = this.state;
    this.slots[slot]?.send({ type: 'finish-sink', vertex: vertex.descriptor, sink, action, committables });
  }

  private hear(slot: number, message: FromSlot): void {
    switch (message.type) {
      case 'running':
        return this.dispatch({ type: 'task-running', slot, id: message.id });
      case 'heartbeat':
        this.report.read(slot, { ...message, vertex: message.id?.vertex ?? null });
        return this.checkRejects();
      case 'finished': {
        const { id, result } = message;
        if (!this.isCurrent(slot, id)) return;
        const stage = this.report.finished(slot, id.vertex, result);
        if (stage !== null) this.request.emit({ type: 'stage-finished', stage });
        this.checkRejects();
        return this.dispatch({
          type: 'task-finished',
          slot,
          id,
          limited: result.limited,
          committables: result.committables,
        });
      }
      case 'failed':
        return this.dispatch({ type: 'task-failed', slot, id: message.id, error: message.error });
      case 'canceled':
        return this.dispatch({ type: 'task-canceled', slot, id: message.id });
      case 'sink-finished':
        return this.dispatch({ type: 'sink-finished', slot, sink: message.sink, error: message.error });
      case 'log':
        return this.tell(message.level, message.message);
      case 'hello':
        return;
      default:
        return message satisfies never;
    }
  }

  private isCurrent(slot: number, id: { vertex: string; split: number; attempt: number }): boolean {
    const current = this.state.slots[slot]!;
    if (current.kind !== 'busy') return false;
    const { vertex, split, attempt } = current.task;
    return vertex === id.vertex && split === id.split && attempt === id.attempt;
  }

  /** Asks the tasks to stop, and kills slots that have not within `task.cancellation.timeout`. */
  private cancel(error: ErrorData): void {
    this.dispatch({ type: 'cancel', error });
    this.later(this.request.settings['task.cancellation.timeout'], () => this.slots.forEach((slot) => slot?.kill()));
  }

  private checkRejects(): void {
    const error = this.rejectsOverLimit(false);
    if (error !== null) this.dispatch({ type: 'fail', error });
  }

  private rejectsOverLimit(isFinal: boolean): ErrorData | null {
    for (const { descriptor } of this.request.plan.vertices) {
      for (const policy of [descriptor.onReject, ...descriptor.sinks.map((sink) => sink.onReject)]) {
        if (policy.kind === 'fail' || (policy.maxRows === null && policy.maxRatio === null)) continue;
        const error = overRejectLimit(descriptor.name, policy, this.report.stage(descriptor.id), isFinal);
        if (error !== null) return error;
      }
    }
    return null;
  }

  private warnOfFailure(id: { split: number; attempt: number }, error: ErrorData): void {
    const where = error.at?.what === undefined ? '' : ` (${error.at.what})`;
    this.tell('warn', `split ${id.split} attempt ${id.attempt}: ${error.message}${where}`, error.code);
  }

  private tell(type: 'info' | 'warn', message: string, code?: string): void {
    this.request.emit({ type, message, timeMs: Date.now(), ...(code !== undefined && { code }) });
  }

  private tellProgress(): void {
    const { report, request } = this;
    const stages = report.stages();
    const elapsedMs = Math.max(0, ...stages.map((stage) => stage.elapsedMs));
    request.emit({ type: 'progress', elapsedMs, stages, resources: report.resources() });
  }

  private later(delayMs: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      what();
    }, delayMs);
    this.timers.add(timer);
  }

  private vertex(id: string): ExecutionVertex {
    return this.request.plan.vertices.find((vertex) => vertex.descriptor.id === id)!;
  }
}

function ownRss(): { rssBytes: number; peakRssBytes: number } {
  return { rssBytes: process.memoryUsage.rss(), peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}

function startEvent({ plan, runId, logicalTimeMs, budgetBytes }: RunJobRequest): RunEvent {
  const stages = plan.vertices.map(({ descriptor, splits, rowEstimate }) => ({
    vertex: descriptor.id,
    name: descriptor.name,
    splits: Number(splitCount(splits)),
    rowEstimate,
  }));
  return { type: 'start', runId, job: plan.jobName, slots: plan.parallelism, logicalTimeMs, stages, budgetBytes };
}

function schedulerPlan(plan: ExecutionPlan, settings: Settings): SchedulerPlan {
  return {
    slots: plan.parallelism,
    limits: plan.limits,
    restart: {
      type: settings['restart-strategy.type'],
      attempts: settings['restart-strategy.fixed-delay.attempts'],
      delayMs: settings['restart-strategy.fixed-delay.delay'],
    },
    vertices: plan.vertices.map(({ descriptor, parallelism, splits, sequential, sourceLimit }) => {
      const limits = descriptor.operators.flatMap((operator) => (operator.kind === 'limit' ? [operator.limit] : []));
      return {
        id: descriptor.id,
        parallelism,
        splitCount: Number(splitCount(splits)),
        sequential,
        limits: [...new Set(sourceLimit === null ? limits : [...limits, sourceLimit])],
        exhaustedBy: limitsThatEnd(descriptor),
        sinks: descriptor.sinks.map((sink) => sink.id),
      };
    }),
  };
}

/** The nearest limit above every sink; empty when some sink has none above it, so that the vertex must run to its end. */
function limitsThatEnd({ operators, sinks }: ExecutionVertex['descriptor']): string[] {
  const nearest = (id: string): string | null => {
    const operator = operators.find((one) => one.id === id);
    if (operator === undefined) return null;
    return operator.kind === 'limit' ? operator.limit : nearest(operator.input);
  };
  const found = sinks.map((sink) => nearest(sink.input));
  return found.includes(null) ? [] : [...new Set(found as string[])];
}

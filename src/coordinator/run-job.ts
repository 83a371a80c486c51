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
import type { ExecutionPlan } from '../plan/execution-plan.js';
import { renderSplit } from '../split/render-split.js';
import { splitAt, splitCount } from '../split/split-at.js';
import type { FromSlot } from '../protocol/messages.js';
import { removeSpillDirectories, spillParents, sweepSpillDirectories } from '../spill/spill-directory.js';
import { buildSchedulerPlan } from './build-scheduler-plan.js';
import type { RunEnd, RunEvent } from './events.js';
import { overRejectLimit } from './reject-limits.js';
import { RunReport } from './run-report.js';
import { createScheduler, step } from './scheduler.js';
import type { SchedulerAction, SchedulerEvent, SchedulerState } from './scheduler-state.js';
import { SlotPool } from './slot-pool.js';

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
  readonly slotManagedBytes: number;
  readonly budgetBytes: number;
  readonly slotEntry: URL;
  readonly slotEnvironment: NodeJS.ProcessEnv;
  readonly logFile: string | null;
  /** Takes what slots write to stderr. */
  readonly output: (slot: number, text: string) => void;
  readonly emit: (event: RunEvent) => void;
  /** Aborted by the first SIGINT/SIGTERM; its reason is an `ErrorData`. */
  readonly cancel: AbortSignal;
  /** Aborted by the second one: nothing is waited for any more. */
  readonly kill: AbortSignal;
}

type SuperstepAction = Extract<SchedulerAction, { type: 'superstep' }>;

const PROGRESS_EVERY_MS = 100;
/** For a slot to close its connections once the run is over. */
const SLOT_GRACE_MS = 2000;

/** Runs a plan. Resolves with its last event whatever happened; rejects only for bugs. */
export async function runJob(request: RunJobRequest): Promise<RunEnd> {
  const parents = spillParents(request.settings['io.tmp.dirs']);
  sweepSpillDirectories(parents);
  const run = new JobRun(request);
  const error = await run.untilEnd();
  removeSpillDirectories(parents, request.runId);
  const end = run.report.end(request.runId, error, request.logFile);
  request.emit(end);
  return end;
}

class JobRun {
  readonly report: RunReport;
  private state: SchedulerState;
  private readonly slots: SlotPool;
  private readonly queue: SchedulerEvent[] = [];
  private isStepping = false;
  private finish: (error: ErrorData | null) => void = () => undefined;
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly request: RunJobRequest) {
    const { plan, budgetBytes } = request;
    const now = (): number => performance.now();
    this.report = new RunReport(plan, budgetBytes, now(), now, ownRss);
    this.state = createScheduler(buildSchedulerPlan(plan, request.settings));
    this.slots = this.createPool();
  }

  async untilEnd(): Promise<ErrorData | null> {
    const { request } = this;
    request.emit(startEvent(request));
    const progress = setInterval(() => this.tellProgress(), PROGRESS_EVERY_MS);
    const cancel = (): void => this.cancel(request.cancel.reason as ErrorData);
    const kill = (): void => this.slots.killAll();
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
      await this.slots.stopAll(SLOT_GRACE_MS);
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
        return slots.start(action.slot);
      case 'deploy':
        this.report.started(action.id.vertex);
        return slots.deploy(action, this.state.committables);
      case 'cancel-task':
        return slots.send(action.slot, { type: 'cancel', id: action.id });
      case 'schedule-restart':
        this.report.vertices.get(action.vertex)!.retried++;
        return this.later(action.delayMs, () =>
          this.dispatch({ type: 'restart-due', vertex: action.vertex, split: action.split }),
        );
      case 'rest-slot':
        return this.later(action.delayMs, () => this.dispatch({ type: 'slot-rested', slot: action.slot }));
      case 'forget-split':
        return this.report.forgetSplit(action.vertex, action.split);
      case 'release-parts':
        return slots.release(action.slot, action.parts);
      case 'superstep':
        return this.superstepEnded(action);
      case 'finish-sink':
        return slots.finishSink(action, this.state.committables);
      case 'job-state':
        if (action.to === 'FAILING' || action.to === 'CANCELLING') this.killWhatDoesNotStop();
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

  private createPool(): SlotPool {
    const { request } = this;
    return new SlotPool({
      plan: request.plan,
      snapshots: request.snapshots,
      heapMb: request.slotHeapMb,
      semiSpaceMb: request.slotSemiSpaceMb,
      heartbeatTimeoutMs: request.settings['heartbeat.timeout'],
      entry: request.slotEntry,
      environment: request.slotEnvironment,
      welcome: {
        type: 'welcome',
        settings: request.settings,
        mainPid: process.pid,
        runId: request.runId,
        logicalTimeMs: request.logicalTimeMs,
        baseDir: request.baseDir,
        networkBytes: request.slotNetworkBytes,
        managedBytes: request.slotManagedBytes,
        slots: request.plan.parallelism,
      },
      onOutput: request.output,
      onReady: (slot) => this.dispatch({ type: 'slot-ready', slot }),
      onMessage: (slot, message) => this.hear(slot, message),
      onLost: (slot, error, killed) => {
        this.report.forget(slot);
        if (this.state.slots[slot]!.kind !== 'busy') this.tell('warn', error.message, error.code);
        const before = this.state.slots[slot]!;
        const located = before.kind === 'busy' ? this.withSplit(error, before.task) : error;
        this.dispatch({ type: 'slot-lost', slot, error: located, killed });
      },
    });
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
        const stage = this.report.finished(slot, id, result);
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
        return this.dispatch({
          type: 'task-failed',
          slot,
          id: message.id,
          error: this.withSplit(message.error, message.id),
          lostPart: message.lostPart,
        });
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

  /** Says which rows the split is made of. */
  private withSplit(error: ErrorData, { vertex, split }: { vertex: string; split: number }): ErrorData {
    const { splits } = this.request.plan.vertices.find((one) => one.descriptor.id === vertex)!;
    const range = renderSplit(splits, splitAt(splits, BigInt(split)));
    return { ...error, at: { ...error.at, what: error.at?.what === undefined ? range : `${error.at.what}, ${range}` } };
  }

  private isCurrent(slot: number, id: { vertex: string; split: number; attempt: number }): boolean {
    const current = this.state.slots[slot]!;
    if (current.kind !== 'busy') return false;
    const { vertex, split, attempt } = current.task;
    return vertex === id.vertex && split === id.split && attempt === id.attempt;
  }

  private superstepEnded({ iteration: id, superstep, rows, isLast, isConverged }: SuperstepAction): void {
    const { maxIterations, stop, vertices } = this.request.plan.iterations.find((one) => one.id === id)!;
    this.request.emit({ type: 'superstep', iteration: id, superstep, maxIterations, rows, isLast, timeMs: Date.now() });
    if (!isLast) return this.report.nextSuperstep(vertices);
    for (const vertex of vertices) this.request.emit({ type: 'stage-finished', stage: this.report.stage(vertex) });
    if (stop === null || isConverged) return;
    this.tell('warn', `"${id}" has not converged: it ended with superstep ${superstep}, the last that it may have`);
  }

  private cancel(error: ErrorData): void {
    this.dispatch({ type: 'cancel', error });
  }

  /** Tasks are asked to stop; a slot that still has not within `task.cancellation.timeout` is killed. */
  private killWhatDoesNotStop(): void {
    this.later(this.request.settings['task.cancellation.timeout'], () =>
      this.state.slots.forEach(({ kind }, slot) => {
        if (kind === 'busy' || kind === 'finishing') this.slots.kill(slot);
      }),
    );
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
}

function ownRss(): { rssBytes: number; peakRssBytes: number } {
  return { rssBytes: process.memoryUsage.rss(), peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}

function startEvent({ plan, runId, logicalTimeMs, budgetBytes, logFile }: RunJobRequest): RunEvent {
  const stages = plan.vertices.map(({ descriptor, splits, rowEstimate }) => ({
    vertex: descriptor.id,
    name: descriptor.name,
    splits: Number(splitCount(splits)),
    rowEstimate,
  }));
  const { jobName: job, parallelism: slots } = plan;
  const prints = Object.values(plan.sinks).some(({ connector }) => connector === 'print');
  return { type: 'start', runId, job, logFile, slots, prints, logicalTimeMs, stages, budgetBytes };
}

/**
 * The scheduler: a pure state machine. `step(state, event)` gives the next state and what is to be done.
 *
 * Invariants: a split is finished exactly once; at most one attempt of a split is alive; an event of an attempt that is
 * not the slot's current one is ignored (a late word of a slot that was given up); a sink is committed only when every
 * split of every vertex is finished, and aborted only when no task runs.
 *
 *     start ─▶ slot-ready ─▶ deploy ─▶ task-running ─▶ task-finished ─▶ deploy … ─▶ finish-sink ─▶ end
 */
import type { AttemptId } from '../connectors/connector.js';
import type { ErrorData } from '../errors/etl-error.js';
import { MOST_KILLS, suppressesRestart, type Failure } from './restart-policy.js';
import type {
  JobState,
  PlannedVertex,
  RunningAttempt,
  SchedulerAction,
  SchedulerEvent,
  SchedulerPlan,
  SchedulerState,
  SlotState,
  VertexProgress,
} from './scheduler-state.js';

export interface Step {
  readonly state: SchedulerState;
  readonly actions: readonly SchedulerAction[];
}

const MOST_COMMIT_TRIES = 4;
const MOST_FAILED_STARTS = 3;

export function createScheduler(plan: SchedulerPlan): SchedulerState {
  return {
    plan,
    job: 'CREATED',
    vertices: Object.fromEntries(plan.vertices.map(({ id }) => [id, { next: 0, finished: 0, due: [], waiting: [] }])),
    slots: Array.from({ length: plan.slots }, () => ({ kind: 'absent' as const })),
    failedStarts: Array.from({ length: plan.slots }, () => 0),
    limits: plan.limits,
    failures: 0,
    committables: [],
    finishing: null,
    error: null,
  };
}

export function step(state: SchedulerState, event: SchedulerEvent): Step {
  if (isOver(state.job)) return { state, actions: [] };
  const draft = new Draft(state);
  apply(draft, event);
  assign(draft);
  return { state: draft.state, actions: draft.actions };
}

/** The state while one event is worked on, and the actions gathered so far. */
class Draft {
  readonly actions: SchedulerAction[] = [];
  constructor(public state: SchedulerState) {}

  set(change: Partial<SchedulerState>): void {
    this.state = { ...this.state, ...change };
  }

  setSlot(slot: number, to: SlotState): void {
    this.set({ slots: this.state.slots.map((old, i) => (i === slot ? to : old)) });
  }

  setFailedStarts(slot: number, to: number): void {
    this.set({ failedStarts: this.state.failedStarts.map((old, i) => (i === slot ? to : old)) });
  }

  setVertex(id: string, change: Partial<VertexProgress>): void {
    this.set({ vertices: { ...this.state.vertices, [id]: { ...this.state.vertices[id]!, ...change } } });
  }

  moveJob(to: JobState): void {
    if (this.state.job === to) return;
    this.actions.push({ type: 'job-state', from: this.state.job, to });
    this.set({ job: to });
  }

  do(action: SchedulerAction): void {
    this.actions.push(action);
  }
}

function apply(draft: Draft, event: SchedulerEvent): void {
  switch (event.type) {
    case 'start':
      draft.moveJob('RUNNING');
      return;
    case 'slot-ready':
      if (draft.state.slots[event.slot]!.kind === 'starting') draft.setSlot(event.slot, { kind: 'free' });
      draft.setFailedStarts(event.slot, 0);
      return;
    case 'slot-lost':
      return slotLost(draft, event.slot, event);
    case 'task-running':
      return withCurrent(draft, event, (task) => {
        if (task.state !== 'DEPLOYING') return;
        draft.setSlot(event.slot, { kind: 'busy', task: { ...task, state: 'RUNNING' } });
        draft.do({ type: 'task-state', id: event.id, to: 'RUNNING' });
      });
    case 'task-finished':
      return withCurrent(draft, event, (task) => taskFinished(draft, event, task));
    case 'task-failed':
      return withCurrent(draft, event, (task) => {
        draft.setSlot(event.slot, { kind: 'free' });
        taskFailed(draft, task, { error: event.error, killed: false });
      });
    case 'task-canceled':
      return withCurrent(draft, event, () => {
        draft.setSlot(event.slot, { kind: 'free' });
        draft.do({ type: 'task-state', id: event.id, to: 'CANCELED' });
      });
    case 'restart-due':
      return restartDue(draft, event.vertex, event.split);
    case 'sink-finished':
      return sinkFinished(draft, event.slot, event.sink, event.error);
    case 'cancel':
      return stopTasks(draft, 'CANCELLING', event.error);
    case 'fail':
      return stopTasks(draft, 'FAILING', event.error);
    default:
      return event satisfies never;
  }
}

/** Runs `then` if the event is of the attempt that the slot really runs. */
function withCurrent(draft: Draft, event: { slot: number; id: AttemptId }, then: (task: RunningAttempt) => void): void {
  const slot = draft.state.slots[event.slot]!;
  if (slot.kind === 'busy' && isSame(slot.task, event.id)) then(slot.task);
}

function isSame(task: RunningAttempt, id: AttemptId): boolean {
  return task.vertex === id.vertex && task.split === id.split && task.attempt === id.attempt;
}

function taskFinished(
  draft: Draft,
  event: Extract<SchedulerEvent, { type: 'task-finished' }>,
  task: RunningAttempt,
): void {
  const progress = draft.state.vertices[task.vertex]!;
  draft.setSlot(event.slot, { kind: 'free' });
  draft.setVertex(task.vertex, { finished: progress.finished + 1 });
  const limits = { ...draft.state.limits };
  for (const [id, rows] of Object.entries(event.limited)) limits[id] = limits[id]! - rows;
  const committables = Object.entries(event.committables).filter(([, committable]) => committable !== null);
  draft.set({
    limits,
    committables: committables.reduce(
      (list, [sink, committable]) => addCommittable(list, sink, event.slot, committable),
      draft.state.committables,
    ),
  });
  draft.do({ type: 'task-state', id: event.id, to: 'FINISHED' });
}

function addCommittable(
  list: SchedulerState['committables'],
  sink: string,
  subtask: number,
  committable: unknown,
): SchedulerState['committables'] {
  const known = list.find((entry) => entry.sink === sink && entry.subtask === subtask);
  const added = committable as SchedulerState['committables'][number]['committables'][number];
  if (known === undefined) return [...list, { sink, subtask, committables: [added] }];
  return list.map((entry) => (entry === known ? { ...entry, committables: [...entry.committables, added] } : entry));
}

function slotLost(draft: Draft, slot: number, failure: Failure): void {
  const before = draft.state.slots[slot]!;
  draft.setSlot(slot, { kind: 'absent' });
  if (before.kind === 'busy') taskFailed(draft, before.task, failure);
  else if (before.kind === 'finishing') retryFinishing(draft, failure.error);
  else if (before.kind === 'starting') startFailed(draft, slot, failure);
}

/** A process that cannot even greet is tried a few times; with other slots alive the run then goes on without it. */
function startFailed(draft: Draft, slot: number, failure: Failure): void {
  const failedStarts = draft.state.failedStarts[slot]! + 1;
  draft.setFailedStarts(slot, failedStarts);
  if (failedStarts < (failure.killed ? MOST_KILLS : MOST_FAILED_STARTS)) return;
  draft.setSlot(slot, { kind: 'unusable' });
  if (draft.state.slots.every((other) => other.kind === 'unusable')) stopTasks(draft, 'FAILING', failure.error);
}

function taskFailed(draft: Draft, task: RunningAttempt, failure: Failure): void {
  const id = { vertex: task.vertex, split: task.split, attempt: task.attempt };
  if (task.state === 'CANCELING') {
    draft.do({ type: 'task-state', id, to: 'CANCELED' });
    return;
  }
  draft.do({ type: 'task-state', id, to: 'FAILED', error: failure.error });
  const retry = {
    split: task.split,
    attempt: task.attempt + 1,
    failures: task.failures + (failure.killed ? 0 : 1),
    kills: task.kills + (failure.killed ? 1 : 0),
  };
  draft.set({ failures: draft.state.failures + (failure.killed ? 0 : 1) });
  const { plan, failures } = draft.state;
  const splits = plan.vertices.reduce((sum, vertex) => sum + vertex.splitCount, 0);
  const reason = suppressesRestart(plan.restart, retry, failure, failures, splits);
  if (reason !== null) {
    stopTasks(draft, 'FAILING', explain(failure.error, task, reason));
    return;
  }
  draft.moveJob('RESTARTING');
  const progress = draft.state.vertices[task.vertex]!;
  draft.setVertex(task.vertex, { waiting: [...progress.waiting, retry] });
  const delayMs = failure.killed ? 0 : plan.restart.delayMs;
  draft.do({ type: 'schedule-restart', vertex: task.vertex, split: task.split, delayMs });
}

function explain(error: ErrorData, task: RunningAttempt, reason: string): ErrorData {
  const where = `split ${task.split} attempt ${task.attempt}`;
  const what = error.at?.what === undefined ? where : `${error.at.what}, ${where}`;
  return { ...error, at: { ...error.at, what: `${what} (not repeated: ${reason})` } };
}

function restartDue(draft: Draft, vertex: string, split: number): void {
  const progress = draft.state.vertices[vertex]!;
  const retry = progress.waiting.find((waiting) => waiting.split === split);
  if (retry === undefined) return;
  draft.setVertex(vertex, { waiting: progress.waiting.filter((one) => one !== retry), due: [...progress.due, retry] });
  const isWaiting = Object.values(draft.state.vertices).some((one) => one.waiting.length > 0);
  if (draft.state.job === 'RESTARTING' && !isWaiting) draft.moveJob('RUNNING');
}

/** No new task from here on; running ones are told to stop. */
function stopTasks(draft: Draft, to: 'CANCELLING' | 'FAILING', error: ErrorData): void {
  const { job, finishing } = draft.state;
  if (job === 'CANCELLING' || (job === 'FAILING' && to === 'FAILING')) return;
  if (finishing?.action === 'commit' && to === 'CANCELLING') return; // all rows are in: a commit is finished, not torn
  draft.moveJob(to);
  draft.set({ error: draft.state.error ?? error, finishing: null });
  draft.state.slots.forEach((slot, i) => {
    if (slot.kind !== 'busy' || slot.task.state === 'CANCELING') return;
    const { vertex, split, attempt } = slot.task;
    draft.setSlot(i, { kind: 'busy', task: { ...slot.task, state: 'CANCELING' } });
    draft.do({ type: 'task-state', id: { vertex, split, attempt }, to: 'CANCELING' });
    draft.do({ type: 'cancel-task', slot: i, id: { vertex, split, attempt } });
  });
}

/** Gives work to slots that are free, starts slots that are wanted, and ends what has nothing left to do. */
function assign(draft: Draft): void {
  if (draft.state.job === 'RUNNING' || draft.state.job === 'RESTARTING') {
    for (const vertex of draft.state.plan.vertices) deployVertex(draft, vertex);
    if (draft.state.plan.vertices.every((vertex) => isDone(draft.state, vertex))) beginFinishing(draft, 'commit');
  } else if (draft.state.job === 'FAILING' || draft.state.job === 'CANCELLING') {
    if (!draft.state.slots.some((slot) => slot.kind === 'busy')) beginFinishing(draft, 'abort');
  }
  continueFinishing(draft);
}

function deployVertex(draft: Draft, vertex: PlannedVertex): void {
  for (const slot of slotsOf(draft.state, vertex)) {
    if (!hasWork(draft.state, vertex)) return;
    const { kind } = draft.state.slots[slot]!;
    if (kind === 'absent') {
      // Fork no more processes than there are splits to run.
      const coming = draft.state.slots.filter((one) => one.kind === 'starting' || one.kind === 'free').length;
      if (coming >= workLeft(draft.state)) continue;
      draft.setSlot(slot, { kind: 'starting' });
      draft.do({ type: 'start-slot', slot });
    } else if (kind === 'free') {
      deployNext(draft, vertex, slot);
    }
  }
}

function deployNext(draft: Draft, vertex: PlannedVertex, slot: number): void {
  const progress = draft.state.vertices[vertex.id]!;
  const [retry] = progress.due;
  const work = retry ?? { split: progress.next, attempt: 1, failures: 0, kills: 0 };
  if (retry === undefined) draft.setVertex(vertex.id, { next: progress.next + 1 });
  else draft.setVertex(vertex.id, { due: progress.due.slice(1) });
  const id = { vertex: vertex.id, split: work.split, attempt: work.attempt };
  const limits = Object.fromEntries(vertex.limits.map((limit) => [limit, draft.state.limits[limit]!]));
  draft.setSlot(slot, { kind: 'busy', task: { ...work, vertex: vertex.id, state: 'DEPLOYING' } });
  draft.do({ type: 'task-state', id, to: 'DEPLOYING' });
  draft.do({ type: 'deploy', slot, id, limits });
}

/** The slots a vertex may use: `parallelism` of them, starting elsewhere for each vertex. */
function slotsOf({ plan, slots }: SchedulerState, vertex: PlannedVertex): number[] {
  const offset = plan.vertices.indexOf(vertex);
  const parallelism = Math.min(vertex.sequential ? 1 : vertex.parallelism, slots.length);
  const start = parallelism === slots.length ? 0 : offset;
  return Array.from({ length: parallelism }, (_, i) => (start + i) % slots.length);
}

/** Is there a split of the vertex that could start now? */
function hasWork(state: SchedulerState, vertex: PlannedVertex): boolean {
  const progress = state.vertices[vertex.id]!;
  if (vertex.limits.length > 0) {
    // Vertices with limits run one split at a time, all together: each must know what the one before let pass.
    const limited = new Set(state.plan.vertices.filter((other) => other.limits.length > 0).map((other) => other.id));
    const isRunning = state.slots.some((slot) => slot.kind === 'busy' && limited.has(slot.task.vertex));
    const isRetrying = [...limited].some((id) => state.vertices[id]!.waiting.length > 0);
    if (isRunning || (isRetrying && progress.due.length === 0)) return false;
  }
  return progress.due.length > 0 || (progress.next < vertex.splitCount && !isExhausted(state, vertex));
}

/** Splits that could start now, over all vertices. */
function workLeft(state: SchedulerState): number {
  return state.plan.vertices.reduce((sum, vertex) => {
    if (!hasWork(state, vertex)) return sum;
    const progress = state.vertices[vertex.id]!;
    return sum + (vertex.sequential ? 1 : progress.due.length + vertex.splitCount - progress.next);
  }, 0);
}

/** Nothing of the vertex can reach a sink any more: every path to one passes a limit that is used up. */
function isExhausted(state: SchedulerState, vertex: PlannedVertex): boolean {
  return vertex.exhaustedBy.length > 0 && vertex.exhaustedBy.every((limit) => state.limits[limit]! <= 0);
}

function isDone(state: SchedulerState, vertex: PlannedVertex): boolean {
  const progress = state.vertices[vertex.id]!;
  if (progress.due.length > 0 || progress.waiting.length > 0) return false;
  if (state.slots.some((slot) => slot.kind === 'busy' && slot.task.vertex === vertex.id)) return false;
  return progress.next >= vertex.splitCount || isExhausted(state, vertex);
}

// ── the end: every sink is committed or aborted, one after another, in any slot that lives ────────────────────────────

function beginFinishing(draft: Draft, action: 'commit' | 'abort'): void {
  if (draft.state.finishing !== null) return;
  const sinks = [...new Set(draft.state.plan.vertices.flatMap((vertex) => vertex.sinks))];
  draft.set({ finishing: { action, sinks, tries: 0 } });
}

function continueFinishing(draft: Draft): void {
  const { finishing, slots } = draft.state;
  if (finishing === null || slots.some((slot) => slot.kind === 'finishing')) return;
  const [sink] = finishing.sinks;
  if (sink === undefined) return end(draft);
  const slot = slots.findIndex((one) => one.kind === 'free');
  if (slot >= 0) {
    draft.setSlot(slot, { kind: 'finishing', sink });
    draft.do({ type: 'finish-sink', slot, sink, action: finishing.action });
    return;
  }
  if (slots.some((one) => one.kind === 'starting' || one.kind === 'busy')) return;
  const absent = slots.findIndex((one) => one.kind === 'absent');
  if (absent < 0) return end(draft); // no slot can be started: staging stays for the next run to sweep
  draft.setSlot(absent, { kind: 'starting' });
  draft.do({ type: 'start-slot', slot: absent });
}

function sinkFinished(draft: Draft, slot: number, sink: string, error: ErrorData | null): void {
  const current = draft.state.slots[slot]!;
  if (current.kind !== 'finishing' || current.sink !== sink) return;
  draft.setSlot(slot, { kind: 'free' });
  if (error !== null) return retryFinishing(draft, error);
  const { finishing } = draft.state;
  if (finishing !== null) draft.set({ finishing: { ...finishing, sinks: finishing.sinks.slice(1), tries: 0 } });
}

/** Commit and abort are idempotent: they are tried again, then a commit fails the run and an abort is given up. */
function retryFinishing(draft: Draft, error: ErrorData): void {
  const { finishing } = draft.state;
  if (finishing === null) return;
  const tries = finishing.tries + 1;
  if (tries < MOST_COMMIT_TRIES) draft.set({ finishing: { ...finishing, tries } });
  else if (finishing.action === 'commit') stopTasks(draft, 'FAILING', error);
  else draft.set({ finishing: { ...finishing, sinks: finishing.sinks.slice(1), tries: 0 } });
}

function end(draft: Draft): void {
  const { job, error } = draft.state;
  const to = job === 'FAILING' ? 'FAILED' : job === 'CANCELLING' ? 'CANCELED' : 'FINISHED';
  draft.moveJob(to);
  draft.do({ type: 'end', state: to, error: to === 'FINISHED' ? null : error });
}

function isOver(job: JobState): boolean {
  return job === 'FINISHED' || job === 'FAILED' || job === 'CANCELED';
}

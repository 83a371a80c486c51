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
import { deployVertex, isSettled } from './deploy-splits.js';
import { beginFinishing, continueFinishing, sinkFinished } from './finish-sinks.js';
import { restSlot, shouldRest } from './rest-slot.js';
import { regeneratePart } from './regenerate-parts.js';
import { restartDue, slotLost, taskFailed } from './retry-splits.js';
import { Draft } from './scheduler-draft.js';
import type {
  JobState,
  RunningAttempt,
  SchedulerAction,
  SchedulerEvent,
  SchedulerPlan,
  SchedulerState,
  VertexProgress,
} from './scheduler-state.js';
import { stopTasks } from './stop-tasks.js';
import { endSupersteps } from './supersteps.js';

export interface Step {
  readonly state: SchedulerState;
  readonly actions: readonly SchedulerAction[];
}

export function createScheduler(plan: SchedulerPlan): SchedulerState {
  return {
    plan,
    job: 'CREATED',
    vertices: Object.fromEntries(plan.vertices.map(({ id }) => [id, unstarted])),
    iterations: Object.fromEntries(plan.iterations.map(({ id }) => [id, { superstep: 1, isOver: false }])),
    slots: Array.from({ length: plan.slots }, () => ({ kind: 'absent' as const })),
    failedStarts: Array.from({ length: plan.slots }, () => 0),
    limits: plan.limits,
    failures: 0,
    committables: [],
    finishing: null,
    error: null,
  };
}

const unstarted: VertexProgress = {
  next: 0,
  finished: 0,
  due: [],
  waiting: [],
  regenerated: {},
  firstAttempt: 1,
  lastAttempt: 0,
};

export function step(state: SchedulerState, event: SchedulerEvent): Step {
  if (isOver(state.job)) return { state, actions: [] };
  const draft = new Draft(state);
  apply(draft, event);
  assign(draft);
  return { state: draft.state, actions: draft.actions };
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
        if (task.state !== 'CANCELING' && shouldRest(draft.state, event.slot, event.error)) {
          return restSlot(draft, event.slot, task, event.error);
        }
        draft.setSlot(event.slot, { kind: 'free' });
        if (event.lostPart !== null && regeneratePart(draft, task, event.lostPart, event.error)) return;
        taskFailed(draft, task, { error: event.error, killed: false });
      });
    case 'task-canceled':
      return withCurrent(draft, event, () => {
        draft.setSlot(event.slot, { kind: 'free' });
        draft.do({ type: 'task-state', id: event.id, to: 'CANCELED' });
      });
    case 'restart-due':
      return restartDue(draft, event.vertex, event.split);
    case 'slot-rested':
      if (draft.state.slots[event.slot]!.kind === 'resting') draft.setSlot(event.slot, { kind: 'free' });
      return;
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
  const committables = Object.entries(event.committables).filter(
    ([sink, committable]) => committable !== null && !isReplaced(draft.state, sink),
  );
  draft.set({
    limits,
    committables: committables.reduce(
      (list, [sink, committable]) => addCommittable(list, sink, event.slot, committable),
      draft.state.committables,
    ),
  });
  draft.do({ type: 'task-state', id: event.id, to: 'FINISHED' });
}

/** A split from before an iteration that ran again: what it leaves for the first superstep is not what a later one reads. */
function isReplaced({ plan, iterations }: SchedulerState, exchange: string): boolean {
  const reader = plan.iterations.find(({ feedback }) => feedback.some(({ to }) => to === exchange));
  return reader !== undefined && iterations[reader.id]!.superstep > 1;
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

/** Gives work to slots that are free, starts slots that are wanted, and ends what has nothing left to do. */
function assign(draft: Draft): void {
  if (draft.state.job === 'RUNNING' || draft.state.job === 'RESTARTING') {
    endSupersteps(draft);
    for (const vertex of draft.state.plan.vertices) deployVertex(draft, vertex);
    if (draft.state.plan.vertices.every((vertex) => isSettled(draft.state, vertex))) beginFinishing(draft, 'commit');
  } else if (draft.state.job === 'FAILING' || draft.state.job === 'CANCELLING') {
    if (!draft.state.slots.some((slot) => slot.kind === 'busy')) beginFinishing(draft, 'abort');
  }
  continueFinishing(draft);
}

function isOver(job: JobState): boolean {
  return job === 'FINISHED' || job === 'FAILED' || job === 'CANCELED';
}

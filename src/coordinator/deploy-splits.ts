/**
 * Which split goes into which slot: a free slot gets the next one of a vertex that may use it, retries first; a slot that
 * is not there is started when there is a split for it.
 */
import type { Draft } from './scheduler-draft.js';
import type { PlannedVertex, SchedulerState, SlotState } from './scheduler-state.js';

export function deployVertex(draft: Draft, vertex: PlannedVertex): void {
  const usable = slotsOf(draft.state, vertex);
  for (const slot of usable) {
    if (!hasWork(draft.state, vertex)) return;
    const { kind } = draft.state.slots[slot]!;
    if (kind === 'absent') {
      // Fork no more processes than there are splits to run.
      const coming = usable.filter((one) => isComing(draft.state.slots[one]!)).length;
      if (coming >= workLeft(draft.state)) continue;
      draft.setSlot(slot, { kind: 'starting' });
      draft.do({ type: 'start-slot', slot });
    } else if (kind === 'free') {
      deployNext(draft, vertex, slot);
    }
  }
}

function isComing({ kind }: SlotState): boolean {
  return kind === 'starting' || kind === 'free';
}

function deployNext(draft: Draft, vertex: PlannedVertex, slot: number): void {
  const progress = draft.state.vertices[vertex.id]!;
  const [retry] = progress.due;
  const work = retry ?? { split: progress.next, attempt: progress.firstAttempt, failures: 0, kills: 0, halved: false };
  if (retry === undefined) draft.setVertex(vertex.id, { next: progress.next + 1 });
  else draft.setVertex(vertex.id, { due: progress.due.slice(1) });
  draft.setVertex(vertex.id, { lastAttempt: Math.max(progress.lastAttempt, work.attempt) });
  const id = { vertex: vertex.id, split: work.split, attempt: work.attempt };
  const limits = Object.fromEntries(vertex.limits.map((limit) => [limit, draft.state.limits[limit]!]));
  draft.setSlot(slot, { kind: 'busy', task: { ...work, vertex: vertex.id, state: 'DEPLOYING' } });
  draft.do({ type: 'task-state', id, to: 'DEPLOYING' });
  draft.do({ type: 'deploy', slot, id, limits, halved: work.halved });
}

/** The slots a vertex may use: `parallelism` of them, starting elsewhere for each of those that run side by side. */
function slotsOf({ plan, slots }: SchedulerState, vertex: PlannedVertex): number[] {
  const offset = vertex.after.length > 0 ? 0 : plan.vertices.indexOf(vertex);
  const parallelism = Math.min(vertex.sequential ? 1 : vertex.parallelism, slots.length);
  const start = parallelism === slots.length ? 0 : offset;
  return Array.from({ length: parallelism }, (_, i) => (start + i) % slots.length);
}

/** Is there a split of the vertex that could start now? */
function hasWork(state: SchedulerState, vertex: PlannedVertex): boolean {
  const progress = state.vertices[vertex.id]!;
  if (!vertex.after.every((id) => isReady(state, plannedVertex(state, id), vertex))) return false;
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

function plannedVertex({ plan }: SchedulerState, id: string): PlannedVertex {
  return plan.vertices.find((vertex) => vertex.id === id)!;
}

/** Those of one iteration wait for each other in each superstep, others for its end. */
function isReady(state: SchedulerState, before: PlannedVertex, vertex: PlannedVertex): boolean {
  const iteration = iterationOf(state, before);
  return iteration !== undefined && iteration.vertices.includes(vertex.id)
    ? isDone(state, before)
    : isSettled(state, before);
}

/** Done for good. */
export function isSettled(state: SchedulerState, vertex: PlannedVertex): boolean {
  const iteration = iterationOf(state, vertex);
  return isDone(state, vertex) && (iteration === undefined || state.iterations[iteration.id]!.isOver);
}

function iterationOf({ plan }: SchedulerState, { id }: PlannedVertex) {
  return plan.iterations.find(({ vertices }) => vertices.includes(id));
}

/** Nothing of it runs or waits; of an iteration: in this superstep. */
export function isDone(state: SchedulerState, vertex: PlannedVertex): boolean {
  const progress = state.vertices[vertex.id]!;
  if (progress.due.length > 0 || progress.waiting.length > 0) return false;
  if (state.slots.some((slot) => slot.kind === 'busy' && slot.task.vertex === vertex.id)) return false;
  return progress.next >= vertex.splitCount || isExhausted(state, vertex);
}

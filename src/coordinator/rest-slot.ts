/**
 * A slot for which the source has no connection: its split goes to the others, and it looks again later.
 *
 * Nothing was read, so nothing has failed, as long as some other slot is at work. With nobody else at work it is a failure
 * like any other (`retry-splits.ts`).
 */
import type { ErrorData } from '../errors/etl-error.js';
import { registry } from '../errors/registry.js';
import type { Draft } from './scheduler-draft.js';
import type { RunningAttempt, SchedulerState } from './scheduler-state.js';

/** So many restart delays: each look at the server is a warning in the log. */
const RESTS = 10;

export function shouldRest({ slots }: SchedulerState, slot: number, error: ErrorData): boolean {
  return registry[error.code].crowded === true && slots.some(({ kind }, other) => kind === 'busy' && other !== slot);
}

export function restSlot(draft: Draft, slot: number, task: RunningAttempt, error: ErrorData): void {
  const { vertex, split, attempt, failures, kills, halved } = task;
  draft.do({ type: 'task-state', id: { vertex, split, attempt }, to: 'FAILED', error });
  const { due } = draft.state.vertices[vertex]!;
  draft.setVertex(vertex, { due: [...due, { split, attempt: attempt + 1, failures, kills, halved }] });
  draft.setSlot(slot, { kind: 'resting' });
  draft.do({ type: 'rest-slot', slot, delayMs: RESTS * draft.state.plan.restart.delayMs });
}

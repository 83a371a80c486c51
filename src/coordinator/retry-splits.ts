/** What becomes of a split whose attempt failed, and of a slot that is gone: another try, or the end of the run. */
import type { ErrorData } from '../errors/etl-error.js';
import { retryFinishing } from './finish-sinks.js';
import { MOST_KILLS, OUT_OF_HEAP, suppressesRestart, type Failure } from './restart-policy.js';
import type { Draft } from './scheduler-draft.js';
import type { RunningAttempt } from './scheduler-state.js';
import { stopTasks } from './stop-tasks.js';

const MOST_FAILED_STARTS = 3;

export function slotLost(draft: Draft, slot: number, failure: Failure): void {
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

export function taskFailed(draft: Draft, task: RunningAttempt, failure: Failure): void {
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
    halved: task.halved || failure.error.code === OUT_OF_HEAP,
  };
  draft.set({ failures: draft.state.failures + (failure.killed ? 0 : 1) });
  const { plan, failures } = draft.state;
  const splits = plan.vertices.reduce((sum, vertex) => sum + vertex.splitCount, 0);
  const reason =
    task.halved && failure.error.code === OUT_OF_HEAP
      ? 'half the batch was too much too'
      : suppressesRestart(plan.restart, retry, failure, failures, splits);
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

export function restartDue(draft: Draft, vertex: string, split: number): void {
  const progress = draft.state.vertices[vertex]!;
  const retry = progress.waiting.find((waiting) => waiting.split === split);
  if (retry === undefined) return;
  draft.setVertex(vertex, { waiting: progress.waiting.filter((one) => one !== retry), due: [...progress.due, retry] });
  const isWaiting = Object.values(draft.state.vertices).some((one) => one.waiting.length > 0);
  if (draft.state.job === 'RESTARTING' && !isWaiting) draft.moveJob('RUNNING');
}

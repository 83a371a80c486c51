/** The turn of a run to its end before its work is done: nothing new starts, what runs is told to stop. */
import type { ErrorData } from '../errors/etl-error.js';
import type { Draft } from './scheduler-draft.js';

/** No new task from here on; running ones are told to stop. */
export function stopTasks(draft: Draft, to: 'CANCELLING' | 'FAILING', error: ErrorData): void {
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

/**
 * The end of a run: every sink is committed or aborted, one after another, in any slot that lives.
 *
 *     no task left ─▶ finish-sink ─▶ sink-finished ─▶ next sink … ─▶ end          a slot lost in between: tried again
 */
import type { ErrorData } from '../errors/etl-error.js';
import type { Draft } from './scheduler-draft.js';
import { stopTasks } from './stop-tasks.js';

const MOST_COMMIT_TRIES = 4;

export function beginFinishing(draft: Draft, action: 'commit' | 'abort'): void {
  if (draft.state.finishing !== null) return;
  const sinks = [...new Set(draft.state.plan.vertices.flatMap((vertex) => vertex.sinks))];
  draft.set({ finishing: { action, sinks, tries: 0 } });
}

export function continueFinishing(draft: Draft): void {
  const { finishing, slots } = draft.state;
  if (finishing === null || slots.some((slot) => slot.kind === 'finishing')) return;
  const [sink] = finishing.sinks;
  if (sink === undefined) return end(draft);
  const slot = slots.findIndex((one) => one.kind === 'free' || one.kind === 'resting');
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

export function sinkFinished(draft: Draft, slot: number, sink: string, error: ErrorData | null): void {
  const current = draft.state.slots[slot]!;
  if (current.kind !== 'finishing' || current.sink !== sink) return;
  draft.setSlot(slot, { kind: 'free' });
  if (error !== null) return retryFinishing(draft, error);
  const { finishing } = draft.state;
  if (finishing !== null) draft.set({ finishing: { ...finishing, sinks: finishing.sinks.slice(1), tries: 0 } });
}

/** Commit and abort are idempotent: they are tried again, then a commit fails the run and an abort is given up. */
export function retryFinishing(draft: Draft, error: ErrorData): void {
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

/**
 * Iterations: when all vertices of one are done, its superstep has ended. What went round becomes what the next one begins with, and
 * the vertices start over; or it was the last, and who waits for the result may start.
 *
 * Invariant: at the barrier no task of the iteration runs, so nobody reads the parts that are given up. Those of the last
 * superstep stay: what is lost of its result can be made again.
 */
import type { Iteration } from '../plan/execution-plan.js';
import type { ExchangePart } from '../protocol/task.js';
import { isDone } from './deploy-splits.js';
import type { Draft } from './scheduler-draft.js';
import type { SchedulerState } from './scheduler-state.js';

type Committables = SchedulerState['committables'];

export function endSupersteps(draft: Draft): void {
  for (const iteration of draft.state.plan.iterations) {
    const { isOver, superstep } = draft.state.iterations[iteration.id]!;
    if (isOver || !verticesOf(draft.state, iteration).every((vertex) => isDone(draft.state, vertex))) continue;
    const { committables } = draft.state;
    const rows = rowsIn(committables, iteration.stop?.when === 'empty' ? iteration.stop.exchange : iteration.feedback[0]!.from); // prettier-ignore
    const isConverged = hasConverged(iteration, committables);
    const isLast = isConverged || superstep >= iteration.maxIterations;
    draft.do({ type: 'superstep', iteration: iteration.id, superstep, rows, isLast, isConverged });
    if (isLast) draft.setIteration(iteration.id, { superstep, isOver: true });
    else startOver(draft, iteration, superstep + 1);
  }
}

function hasConverged({ stop }: Iteration, committables: Committables): boolean {
  return stop !== null && (stop.when === 'rows') === rowsIn(committables, stop.exchange) > 0;
}

function startOver(draft: Draft, iteration: Iteration, superstep: number): void {
  const before = draft.state.committables;
  const after = nextCommittables(draft.state, iteration);
  const kept = new Set<string | null>([null, ...after.flatMap((entry) => partsOf(entry).map(pathOf))]);
  const exchanges = exchangesOf(draft.state, iteration);
  const given = new Set<string | null>();
  for (const entry of before) {
    if (!exchanges.has(entry.sink)) continue;
    const parts = partsOf(entry).filter((part) => !kept.has(pathOf(part)) && !given.has(pathOf(part)));
    parts.forEach((part) => given.add(pathOf(part)));
    if (parts.length > 0) draft.do({ type: 'release-parts', slot: entry.subtask, parts });
  }
  for (const { id, limits } of verticesOf(draft.state, iteration)) {
    const { lastAttempt } = draft.state.vertices[id]!;
    const fresh = { next: 0, finished: 0, due: [], waiting: [], regenerated: {} };
    // An attempt of an earlier superstep must not be taken for one of this.
    draft.setVertex(id, { ...fresh, firstAttempt: lastAttempt + 1 });
    const whole = Object.fromEntries(limits.map((limit) => [limit, draft.state.plan.limits[limit]!]));
    draft.set({ limits: { ...draft.state.limits, ...whole } });
  }
  draft.set({ committables: after });
  draft.setIteration(iteration.id, { superstep, isOver: false });
}

/** What the iteration's vertices left is gone, but for what goes round. */
function nextCommittables(state: SchedulerState, { vertices, feedback }: Iteration): Committables {
  const targets = new Set(feedback.map(({ to }) => to));
  const rest = state.committables
    .filter((entry) => !targets.has(entry.sink))
    .map((entry) => ({
      ...entry,
      committables: entry.committables.filter((one) => !vertices.includes((one as unknown as ExchangePart | null)?.vertex ?? '')), // prettier-ignore
    }));
  const round = feedback.flatMap(({ from, to }) =>
    state.committables.filter((entry) => entry.sink === from).map((entry) => ({ ...entry, sink: to })),
  );
  return [...rest, ...round];
}

/** All that the iteration's vertices write, and what they begin with. */
function exchangesOf(state: SchedulerState, iteration: Iteration): ReadonlySet<string> {
  const written = verticesOf(state, iteration).flatMap(({ outputs }) => outputs);
  return new Set([...written, ...iteration.feedback.map(({ to }) => to)]);
}

function verticesOf({ plan }: SchedulerState, iteration: Iteration) {
  return plan.vertices.filter(({ id }) => iteration.vertices.includes(id));
}

function rowsIn(committables: Committables, exchange: string): number {
  const parts = committables.filter(({ sink }) => sink === exchange).flatMap(partsOf);
  return parts.reduce((sum, { file }) => sum + Number(file?.rows ?? 0), 0);
}

function partsOf(entry: Committables[number]): readonly ExchangePart[] {
  return entry.committables as unknown as readonly ExchangePart[];
}

/** Null where there are no rows. */
function pathOf({ file }: ExchangePart): string | null {
  return file === null ? null : String(file.path);
}

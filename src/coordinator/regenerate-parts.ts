/**
 * A sealed part of an exchange that cannot be read any more: a flipped bit, a truncated or missing file.
 *
 * The task that left it runs once more, under a new attempt, and so may those before it; whoever reads the exchange waits,
 * as it did the first time. The reader's failure is not held against it. A part is made anew `MOST_REGENERATIONS` times at
 * the most, and never by a vertex that also writes to a sink: its rows would be there twice. What an earlier superstep of an iteration left cannot be made again either.
 */
import type { AttemptId } from '../connectors/connector.js';
import type { ExchangePart } from '../protocol/task.js';
import type { ErrorData } from '../errors/etl-error.js';
import type { Draft } from './scheduler-draft.js';
import type { PlannedVertex, RunningAttempt, SchedulerState } from './scheduler-state.js';

const MOST_REGENERATIONS = 2;

/** Repeats what left the part, and then the task that could not read it. False: it cannot be made again. */
export function regeneratePart(draft: Draft, reader: RunningAttempt, part: AttemptId, error: ErrorData): boolean {
  const producer = draft.state.plan.vertices.find(({ id }) => id === part.vertex);
  if (producer === undefined || producer.sinks.length > 0 || isOfEarlierSuperstep(draft.state, part)) return false;
  // Another reader may have found it before, and the part may be new by now.
  if (isCurrent(draft.state, producer, part)) {
    const progress = draft.state.vertices[part.vertex]!;
    const times = (progress.regenerated[part.split] ?? 0) + 1;
    if (times > MOST_REGENERATIONS) return false;
    draft.set({ committables: withoutPart(draft.state, producer, part) });
    draft.setVertex(part.vertex, {
      finished: progress.finished - 1,
      regenerated: { ...progress.regenerated, [part.split]: times },
      due: [...progress.due, { split: part.split, attempt: part.attempt + 1, failures: 0, kills: 0, halved: false }],
    });
    draft.do({ type: 'forget-split', vertex: part.vertex, split: part.split });
  }
  const id = { vertex: reader.vertex, split: reader.split, attempt: reader.attempt };
  draft.do({ type: 'task-state', id, to: 'FAILED', error });
  const { split, attempt, failures, kills, halved } = reader;
  const retry = { split, attempt: attempt + 1, failures, kills, halved };
  draft.setVertex(reader.vertex, { due: [...draft.state.vertices[reader.vertex]!.due, retry] });
  return true;
}

/** What went round has been made by a superstep whose inputs are gone. */
function isOfEarlierSuperstep({ plan, vertices }: SchedulerState, { vertex, attempt }: AttemptId): boolean {
  const isInIteration = plan.iterations.some((iteration) => iteration.vertices.includes(vertex));
  return isInIteration && attempt < vertices[vertex]!.firstAttempt;
}

function isCurrent({ committables }: SchedulerState, { outputs }: PlannedVertex, part: AttemptId): boolean {
  return committables.some(
    (entry) =>
      outputs.includes(entry.sink) && partsOf(entry).some((one) => isSame(one, part) && one.attempt === part.attempt),
  );
}

function withoutPart(
  { committables }: SchedulerState,
  { outputs }: PlannedVertex,
  part: AttemptId,
): SchedulerState['committables'] {
  return committables.map((entry) =>
    outputs.includes(entry.sink)
      ? { ...entry, committables: entry.committables.filter((one) => !isSame(one as unknown as ExchangePart, part)) }
      : entry,
  );
}

function isSame(one: ExchangePart, part: AttemptId): boolean {
  return one.vertex === part.vertex && one.split === part.split;
}

function partsOf(entry: SchedulerState['committables'][number]): readonly ExchangePart[] {
  return entry.committables as unknown as readonly ExchangePart[];
}

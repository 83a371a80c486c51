/**
 * The life of a task in a slot: one split of a vertex, from its inputs through the operators into sinks and exchanges, all
 * in step, batch by batch, pulled by where the rows end.
 *
 * Returns when every row is acknowledged or staged; throws the first error after every sink has forgotten the split.
 */
import { rowCount, type Batch, type Schema } from '../columnar/batch.js';
import { cutBatch } from '../columnar/cut-batch.js';
import type { Committable } from '../connectors/connector.js';
import { toEtlError } from '../errors/etl-error.js';
import { AccumulatorSet } from '../operators/functions/accumulator-set.js';
import type { Accumulators } from '../protocol/accumulators.js';
import type { TaskProgress, TaskResult } from '../protocol/messages.js';
import { zeroCounters } from '../protocol/node-counters.js';
import type { NodeCounters, TaskDescriptor } from '../protocol/task.js';
import type { SlotResources } from '../operators/task-resources.js';
import { connectChain, type AttemptScope } from './connect-chain.js';
import { pause, type Pace } from './pace.js';
import { rejectSinkId, type OpenSink, type OpenVertex } from './open-vertex.js';

export interface RunningTask {
  readonly done: Promise<TaskResult>;
  progress(): TaskProgress;
}

export function runTask(
  vertex: OpenVertex,
  task: TaskDescriptor,
  signal: AbortSignal,
  slotResources: SlotResources,
): RunningTask {
  const counters: Record<string, NodeCounters> = {};
  const waitedMs: Record<string, number> = {};
  const { descriptor } = vertex;
  for (const { id } of [...descriptor.inputs, ...descriptor.operators, ...descriptor.sinks, ...descriptor.outputs]) {
    counters[id] = zeroCounters();
    waitedMs[id] = 0;
  }
  const accumulators = Object.fromEntries(descriptor.operators.map(({ id }) => [id, new AccumulatorSet()]));
  const progress = (): TaskProgress => ({ counters, waitedMs });
  const resources = { ...slotResources, task: task.id, subtask: task.split.index, subtasks: task.splitCount };
  return {
    done: run({ vertex, task, signal, resources, limits: { ...task.limits }, counters, waitedMs, accumulators }),
    progress,
  };
}

async function run(scope: AttemptScope): Promise<TaskResult> {
  const { vertex, task, signal, limits, counters, waitedMs } = scope;
  const writtenBefore = scope.resources.spill.writtenBytes;
  // Any failure stops all branches: the source is told, and the sinks stop pulling.
  const stop = new AbortController();
  const stopSignal = AbortSignal.any([signal, stop.signal]);
  const collectors = new Set([vertex.rejects, ...vertex.sinks.map((sink) => sink.rejects)]);
  for (const collector of collectors) collector.beginSplit(task.id.split);
  try {
    for (const sink of vertex.sinks) {
      listen(sink, counters[sink.id]!, waitedMs);
      await sink.writer.beginSplit(task.id, stopSignal);
      await sink.rejectWriter?.beginSplit(task.id, stopSignal);
    }
    const streams = connectChain({ ...scope, signal: stopSignal });
    const drained = vertex.sinks.map((sink) =>
      drain(streams(sink.input), sink, counters[sink.id]!, stopSignal).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    );
    await allOrFirstError(drained);
    signal.throwIfAborted();
    const committables = await endSplit(vertex.sinks);
    const limited = Object.fromEntries(Object.entries(task.limits).map(([id, rows]) => [id, rows - limits[id]!]));
    return {
      counters,
      waitedMs,
      committables,
      limited,
      spillBytes: scope.resources.spill.writtenBytes - writtenBefore,
      rejects: [...collectors].flatMap((collector) => collector.summary()),
      accumulators: valuesOf(scope.accumulators),
    };
  } catch (error) {
    for (const sink of vertex.sinks) {
      // The first error is the one to tell; a sink that cannot even forget is closed with the process.
      await sink.writer.abortSplit().catch(() => undefined);
      await sink.rejectWriter?.abortSplit().catch(() => undefined);
    }
    throw toEtlError(error);
  } finally {
    for (const sink of vertex.sinks) sink.listener = null;
  }
}

/** Of the steps that made any. */
function valuesOf(sets: AttemptScope['accumulators']): Accumulators {
  return Object.fromEntries(
    Object.entries(sets).flatMap(([id, set]) => {
      const values = set.values();
      return values === null ? [] : [[id, values]];
    }),
  );
}

function listen(sink: OpenSink, counters: NodeCounters, waitedMs: Record<string, number>): void {
  sink.listener = {
    rejected: () => void counters.rejected++,
    written: (rows) => void (counters.out += rows),
    waited: (ms) => void (waitedMs[sink.id]! += ms),
  };
}

async function drain(
  stream: AsyncIterable<Batch>,
  sink: OpenSink,
  counters: NodeCounters,
  signal: AbortSignal,
): Promise<void> {
  for await (const batch of stream) {
    signal.throwIfAborted();
    if (sink.takes !== null && !hasColumns(batch, sink.takes)) continue;
    counters.in += rowCount(batch);
    for (const rows of cutBatch(batch, sink.pace?.portion ?? Infinity)) {
      if (sink.pace !== null) await keepPace(sink, sink.pace, rowCount(rows), signal);
      await sink.writer.write(rows);
    }
    await sink.rejects.flush(false);
  }
}

function hasColumns({ schema }: Batch, { fields }: Schema): boolean {
  return schema.fields.length === fields.length && schema.fields.every(({ name }, i) => name === fields[i]!.name);
}

async function keepPace(sink: OpenSink, pace: Pace, rows: number, signal: AbortSignal): Promise<void> {
  const ms = pace.wait(rows, performance.now());
  await pause(ms, signal);
  sink.listener?.waited(ms);
}

/** Waits until all have settled, so that nothing of a failed attempt goes on behind its back; then throws the first error. */
async function allOrFirstError(work: readonly Promise<void>[]): Promise<void> {
  let first: { error: unknown } | null = null;
  const noted = work.map((one) => one.catch((error: unknown) => void (first ??= { error })));
  await Promise.all(noted);
  if (first !== null) throw (first as { error: unknown }).error;
}

async function endSplit(sinks: readonly OpenSink[]): Promise<Record<string, Committable>> {
  const committables: Record<string, Committable> = {};
  for (const sink of sinks) {
    committables[sink.id] = await sink.writer.endSplit();
  }
  // After all sinks: a row may be rejected as late as its last acknowledgement.
  for (const sink of sinks) {
    await sink.rejects.flush(true);
    if (sink.rejectWriter !== null) committables[rejectSinkId(sink.id)] = await sink.rejectWriter.endSplit();
  }
  return committables;
}

/**
 * The life of a task in a slot: one split of a vertex, from the source through the operators into the sinks.
 *
 *     source.read(split) ─▶ operator ─▶ operator ─┬▶ sink
 *                                                 └▶ sink          all in step, batch by batch, pulled by the sinks
 *
 * Returns when every row is acknowledged or staged; throws the first error after every sink has forgotten the split.
 */
import { rowCount, type Batch } from '../columnar/batch.js';
import { cutBatch } from '../columnar/cut-batch.js';
import type { RowErrors } from '../columnar/row-errors.js';
import type { Committable } from '../connectors/connector.js';
import { toEtlError } from '../errors/etl-error.js';
import { zeroCounters, type Operator } from '../operators/operator.js';
import { tee } from '../operators/tee.js';
import type { TaskProgress, TaskResult } from '../protocol/messages.js';
import type { NodeCounters, TaskDescriptor } from '../protocol/task.js';
import { rejectSinkId, type OpenSink, type OpenVertex } from './open-vertex.js';
import { takeTurns } from './take-turns.js';

export interface RunningTask {
  readonly done: Promise<TaskResult>;
  progress(): TaskProgress;
}

export function runTask(vertex: OpenVertex, task: TaskDescriptor, signal: AbortSignal): RunningTask {
  const counters: Record<string, NodeCounters> = {};
  const waitedMs: Record<string, number> = {};
  const { descriptor } = vertex;
  for (const id of [
    descriptor.source.id,
    ...descriptor.operators.map((o) => o.id),
    ...descriptor.sinks.map((s) => s.id),
  ]) {
    counters[id] = zeroCounters();
    waitedMs[id] = 0;
  }
  const progress = (): TaskProgress => ({ counters, waitedMs });
  return { done: run(vertex, task, signal, counters, waitedMs), progress };
}

async function run(
  vertex: OpenVertex,
  task: TaskDescriptor,
  signal: AbortSignal,
  counters: Record<string, NodeCounters>,
  waitedMs: Record<string, number>,
): Promise<TaskResult> {
  const limits = { ...task.limits };
  // Any failure stops all branches: the source is told, and the sinks stop pulling.
  const stop = new AbortController();
  const stopSignal = AbortSignal.any([signal, stop.signal]);
  const collectors = new Set([vertex.rejects, ...vertex.sinks.map((sink) => sink.rejects)]);
  for (const collector of collectors) collector.beginSplit(task.id.split);
  try {
    for (const sink of vertex.sinks) {
      listen(sink, counters[sink.descriptor.id]!, waitedMs);
      await sink.writer.beginSplit(task.id, stopSignal);
      await sink.rejectWriter?.beginSplit(task.id, stopSignal);
    }
    const streams = connectChain(vertex, task, limits, stopSignal, counters, waitedMs);
    const drained = vertex.sinks.map((sink) =>
      drain(streams(sink.descriptor.input), sink, counters[sink.descriptor.id]!, stopSignal).catch((error: unknown) => {
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
      rejects: [...collectors].flatMap((collector) => collector.summary()),
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

function listen(sink: OpenSink, counters: NodeCounters, waitedMs: Record<string, number>): void {
  sink.listener = {
    rejected: () => void counters.rejected++,
    written: (rows) => void (counters.out += rows),
    waited: (ms) => void (waitedMs[sink.descriptor.id]! += ms),
  };
}

/** Wires source and operators; the result gives the stream of a node to one consumer, once per consumer. */
function connectChain(
  vertex: OpenVertex,
  task: TaskDescriptor,
  limits: Record<string, number>,
  signal: AbortSignal,
  counters: Record<string, NodeCounters>,
  waitedMs: Record<string, number>,
): (id: string) => AsyncIterable<Batch> {
  const { descriptor } = vertex;
  const consumers = [...descriptor.operators, ...descriptor.sinks];
  const branches = new Map<string, AsyncIterable<Batch>[]>();
  const take = (id: string): AsyncIterable<Batch> => branches.get(id)!.shift()!;
  const publish = (id: string, stream: AsyncIterable<Batch>): void => {
    const count = consumers.filter((consumer) => consumer.input === id).length;
    branches.set(id, count === 1 ? [stream] : tee(stream, count));
  };
  publish(descriptor.source.id, readSource(vertex, task, signal, counters[descriptor.source.id]!, waitedMs));
  descriptor.operators.forEach((operator, i) => {
    publish(
      operator.id,
      runOperator(vertex, vertex.operators[i]!, take(operator.input), counters[operator.id]!, limits),
    );
  });
  return take;
}

async function* readSource(
  { descriptor, source, rejects, batchRows }: OpenVertex,
  task: TaskDescriptor,
  signal: AbortSignal,
  counters: NodeCounters,
  waitedMs: Record<string, number>,
): AsyncGenerator<Batch> {
  const { id } = descriptor.source;
  const batches = source.read(task.split, {
    attempt: task.id,
    snapshot: task.snapshot,
    limit: task.sourceLimit,
    signal,
    reject: (sqlState, message, raw) => {
      rejects.rejectText(id, raw, { code: 'ETL-5301', sqlState, message });
      counters.in++;
      counters.rejected++;
    },
  });
  const turns = takeTurns();
  let asked = performance.now();
  for await (const batch of batches) {
    waitedMs[id]! += performance.now() - asked;
    signal.throwIfAborted();
    const rows = rowCount(batch);
    counters.in += rows;
    counters.out += rows;
    yield* cutBatch(batch, task.halved ? Math.ceil(Math.min(rows, batchRows) / 2) : batchRows);
    await turns();
    await rejects.flush(false);
    asked = performance.now();
  }
}

function runOperator(
  { rejects }: OpenVertex,
  operator: Operator,
  input: AsyncIterable<Batch>,
  counters: NodeCounters,
  limits: Record<string, number>,
): AsyncIterable<Batch> {
  const reject = (batch: Batch, errors: RowErrors): void => {
    const seen = new Set<number>();
    for (const { row, sqlState, message } of errors.list) {
      if (seen.has(row)) continue;
      seen.add(row);
      rejects.rejectRow(operator.id, batch, row, { code: 'ETL-5001', sqlState, message });
    }
  };
  return operator.run(input, { counters, limits, reject });
}

async function drain(
  stream: AsyncIterable<Batch>,
  sink: OpenSink,
  counters: NodeCounters,
  signal: AbortSignal,
): Promise<void> {
  for await (const batch of stream) {
    signal.throwIfAborted();
    counters.in += rowCount(batch);
    await sink.writer.write(batch);
    await sink.rejects.flush(false);
  }
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
    committables[sink.descriptor.id] = await sink.writer.endSplit();
  }
  // After all sinks: a row may be rejected as late as its last acknowledgement.
  for (const sink of sinks) {
    await sink.rejects.flush(true);
    if (sink.rejectWriter !== null) committables[rejectSinkId(sink.descriptor.id)] = await sink.rejectWriter.endSplit();
  }
  return committables;
}

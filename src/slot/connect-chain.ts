/**
 * Wires the parts of a vertex for one task: inputs into operators, operators into what the rows end in.
 *
 *     source or exchange ─▶ operator ─▶ operator ─┬▶ sink
 *                                                 └▶ exchange        pulled from the right, batch by batch
 */
import { rowCount, type Batch } from '../columnar/batch.js';
import { cutBatch } from '../columnar/cut-batch.js';
import type { RowErrors } from '../columnar/row-errors.js';
import { hasSubpartitions, readExchange } from '../exchange/read-exchange.js';
import type { Inputs, Operator } from '../operators/operator.js';
import type { AccumulatorSet } from '../operators/functions/accumulator-set.js';
import { tee } from '../operators/tee.js';
import type { Reservation } from '../memory/reservation.js';
import { holdsRows } from '../protocol/holds-rows.js';
import { addCounters, zeroCounters } from '../protocol/node-counters.js';
import type { ExchangeInput, NodeCounters, OperatorDescriptor, TaskDescriptor } from '../protocol/task.js';
import { worksBySubpartition } from '../protocol/works-by-subpartition.js';
import type { TaskResources } from '../operators/task-resources.js';
import type { OpenVertex } from './open-vertex.js';
import { takeTurns } from './take-turns.js';

/** Of the network memory, what merging inputs may take together; the rest is for what is written. */
const MERGE_SHARE = 0.75;
const LEAST_MERGE_BYTES = 512 << 10;

/** What belongs to one attempt. */
export interface AttemptScope {
  readonly vertex: OpenVertex;
  readonly task: TaskDescriptor;
  readonly signal: AbortSignal;
  readonly resources: TaskResources;
  /** Rows each limit may still let pass, by limit id. */
  readonly limits: Record<string, number>;
  readonly counters: Record<string, NodeCounters>;
  readonly waitedMs: Record<string, number>;
  /** By operator. */
  readonly accumulators: Readonly<Record<string, AccumulatorSet>>;
}

/** The result gives the stream of a part to one consumer, once per consumer. */
export function connectChain(scope: AttemptScope): (id: string) => AsyncIterable<Batch> {
  const { descriptor, operators, sinks } = scope.vertex;
  const wanted = [...descriptor.operators.flatMap(({ inputs }) => inputs), ...sinks.map(({ input }) => input)];
  const branches = new Map<string, AsyncIterable<Batch>[]>();
  const take = (id: string): AsyncIterable<Batch> => branches.get(id)!.shift()!;
  const publish = (id: string, stream: AsyncIterable<Batch>): void => {
    const count = wanted.filter((input) => input === id).length;
    branches.set(id, count === 1 ? [stream] : tee(stream, count));
  };
  const { resources, task } = scope;
  const merges = descriptor.inputs.filter((input) => input.kind === 'exchange' && input.order.length > 0).length;
  const mostBytes = Math.max(
    LEAST_MERGE_BYTES,
    Math.floor((MERGE_SHARE * resources.network.capacityBytes) / Math.max(1, merges)),
  );
  const divided = new Map(descriptor.operators.map((operator) => [operator.id, dividedInputs(scope, operator)]));
  const apart = new Set([...divided.values()].flatMap((inputs) => inputs?.map(({ id }) => id) ?? []));
  for (const input of descriptor.inputs) {
    if (apart.has(input.id)) continue;
    if (input.kind === 'exchange' && isHeld(scope, input.id)) {
      countWhole(scope, input.id);
      publish(input.id, none());
      continue;
    }
    const batches =
      input.kind === 'source' ? readSource(scope, input.id) : readExchange(input, task, resources, mostBytes);
    publish(input.id, countInput(scope, input.id, batches));
  }
  descriptor.operators.forEach((operator, i) => {
    const inputs = divided.get(operator.id);
    if (inputs !== null && inputs !== undefined)
      return publish(operator.id, runBySubpartition(scope, operators[i]!, inputs));
    const [first, ...others] = operator.inputs.map(take);
    publish(operator.id, runOperator(scope, operators[i]!, [first!, ...others], scope.counters[operator.id]!));
  });
  return take;
}

/** Has the operator that reads it kept what it needs of it? */
function isHeld({ vertex: { descriptor, operators }, task }: AttemptScope, id: string): boolean {
  const reader = descriptor.operators.findIndex(({ inputs }) => inputs.includes(id));
  const operator = operators[reader];
  if (operator?.holds === undefined) return false;
  return operator.holds(descriptor.operators[reader]!.inputs.indexOf(id), JSON.stringify(task.parts[id]));
}

/** Counts the rows of an exchange that is not read, all of which each task gets. */
function countWhole({ task, counters }: AttemptScope, id: string): void {
  const rows = task.parts[id]!.reduce((sum, { file }) => sum + Number(file?.['rows'] ?? 0), 0);
  counters[id]!.in += rows;
  counters[id]!.out += rows;
}

async function* none(): AsyncGenerator<Batch> {
  // Nothing.
}

/** The inputs of an operator that can be run for one of their subpartitions after another; null of any other. */
function dividedInputs({ vertex, task }: AttemptScope, operator: OperatorDescriptor): readonly ExchangeInput[] | null {
  if (!worksBySubpartition(operator)) return null;
  const inputs = operator.inputs.flatMap((id) => {
    const input = vertex.descriptor.inputs.find((one) => one.id === id);
    return input?.kind === 'exchange' && hasSubpartitions(input, task) ? [input] : [];
  });
  return inputs.length === operator.inputs.length ? inputs : null;
}

async function* runBySubpartition(
  scope: AttemptScope,
  operator: Operator,
  inputs: readonly ExchangeInput[],
): AsyncGenerator<Batch> {
  const { task, resources } = scope;
  const total = scope.counters[operator.id]!;
  for (let subpartition = 0; subpartition < inputs[0]!.subpartitions; subpartition++) {
    const [first, ...others] = inputs.map((input) =>
      countInput(scope, input.id, readExchange(input, task, resources, undefined, subpartition)),
    );
    const counters = zeroCounters();
    try {
      yield* runOperator(scope, operator, [first!, ...others], counters);
    } finally {
      addCounters(total, counters);
    }
  }
}

function readSource(
  { vertex: { source, rejects }, task, signal, counters }: AttemptScope,
  id: string,
): AsyncIterable<Batch> {
  const counter = counters[id]!;
  return source!.read(task.split, {
    attempt: task.id,
    snapshot: task.snapshot,
    limit: task.sourceLimit,
    signal,
    reject: (sqlState, message, raw) => {
      rejects.rejectText(id, raw, { code: 'ETL-5301', sqlState, message });
      counter.in++;
      counter.rejected++;
    },
  });
}

async function* countInput(
  { vertex: { rejects }, task, signal, counters, waitedMs, resources }: AttemptScope,
  id: string,
  batches: AsyncIterable<Batch>,
): AsyncGenerator<Batch> {
  const counter = counters[id]!;
  const turns = takeTurns();
  let asked = performance.now();
  for await (const batch of batches) {
    waitedMs[id]! += performance.now() - asked;
    signal.throwIfAborted();
    const rows = rowCount(batch);
    counter.in += rows;
    counter.out += rows;
    yield* cutBatch(batch, task.halved ? Math.ceil(Math.min(rows, resources.batchRows) / 2) : resources.batchRows);
    await turns();
    await rejects.flush(false);
    asked = performance.now();
  }
}

function runOperator(
  scope: AttemptScope,
  operator: Operator,
  inputs: Inputs,
  counters: NodeCounters,
): AsyncIterable<Batch> {
  const { vertex, accumulators, waitedMs, limits, resources, signal } = scope;
  const { managed } = resources;
  const sharers = vertex.descriptor.operators.filter(({ kind }) => holdsRows[kind]).length;
  const memory = managed.reserve(operator.id, Math.floor(managed.capacityBytes / Math.max(1, sharers)));
  const reject = (batch: Batch, errors: RowErrors): void => {
    const seen = new Set<number>();
    for (const { row, sqlState, message } of errors.list) {
      if (seen.has(row)) continue;
      seen.add(row);
      vertex.rejects.rejectRow(operator.id, batch, row, { code: errors.code, sqlState, message });
    }
  };
  return settling(
    memory,
    operator.run(inputs, {
      counters,
      limits,
      reject,
      memory,
      resources,
      accumulators: accumulators[operator.id]!,
      waited: (ms) => void (waitedMs[operator.id]! += ms),
      signal,
    }),
    counters,
  );
}

/**
 * Whatever ends the operator, its memory is the pool's again. One that is ended by a limit behind it, in the middle of its work, has rows in
 * it that come out no more: they count as merged, and what came out before it was counted as made.
 */
async function* settling(
  memory: Reservation,
  batches: AsyncIterable<Batch>,
  counters: NodeCounters,
): AsyncGenerator<Batch> {
  let isWhole = false;
  try {
    yield* batches;
    isWhole = true;
  } finally {
    memory.free();
    if (!isWhole) settle(counters);
  }
}

function settle(counters: NodeCounters): void {
  const { out, filtered, rejected, merged, added } = counters;
  const left = counters.in + added - (out + filtered + rejected + merged);
  if (left > 0) counters.merged += left;
  else counters.added -= left;
}

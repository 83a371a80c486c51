/**
 * reduce and reduceGroup: the rows come sorted by their groups, and a function of the user's makes rows of each.
 *
 *     final     rows of an exchange, in order          ─▶ a row for each group, or what the function gives for it
 *     partial   any rows, put in order batch by batch  ─▶ fewer rows of the same columns, for the exchange to carry
 *
 * The keys of a row that comes out of `reduce`, or of a combiner, are those of its group, whatever the function says. A combiner
 * that does not shorten what it gets is left out.
 */
import { type Batch, type Schema } from '../../columnar/batch.js';
import { gatherRows } from '../../columnar/gather-rows.js';
import { cellToJs } from '../../columnar/js-value.js';
import { compactBatch } from '../../columnar/take.js';
import { sortAddresses } from '../../kernels/sort-addresses.js';
import type { NodeCounters, OperatorDescriptor } from '../../protocol/task.js';
import type { FunctionContext, GroupRows, RowObject } from '../../protocol/user-function.js';
import { GroupCursor, type GroupHead } from '../group-cursor.js';
import type { Operator } from '../operator.js';
import { openContext } from './function-context.js';
import { groupRows } from './group-rows.js';
import { loadUserFunction, type UserFunction } from './load-user-function.js';
import { balance, describeGroup, streamRows, type FunctionCall } from './stream-rows.js';

type Descriptor = Extract<OperatorDescriptor, { kind: 'reduce' | 'reduceGroup' }>;

/** A combiner is left out after so many batches when most of their rows came out again. */
const TRIAL_BATCHES = 8;
const WORTHWHILE = 0.8;

export async function prepareReduceGroups(
  descriptor: Descriptor,
  [input, ...sets]: readonly Schema[],
  baseDir: string,
): Promise<Operator> {
  const { id, phase, schema, module, function: name, broadcast } = descriptor;
  const call = await loadUserFunction(module, name, baseDir);
  return {
    id,
    async *run([batches, ...streams], run) {
      const { counters } = run;
      const context = await openContext({ names: broadcast, schemas: sets }, streams, run);
      const reduce = (cursor: GroupCursor): AsyncGenerator<Batch> =>
        streamRows(callsOf(descriptor, call, cursor, input, context), schema, descriptor, counters);
      if (phase === 'partial') return yield* combine(descriptor, batches, counters, reduce);
      const cursor = new GroupCursor(batches, descriptor.by);
      yield* reduce(cursor);
      balance(counters, cursor.rows);
    },
  };
}

async function* callsOf(
  descriptor: Descriptor,
  call: UserFunction,
  cursor: GroupCursor,
  input: Schema,
  context: FunctionContext,
): AsyncGenerator<FunctionCall> {
  const { kind, phase, by, seen } = descriptor;
  const schema = { fields: seen.map((column) => input.fields[column]) };
  const keepsKeys = kind === 'reduce' || phase === 'partial';
  while (await cursor.toNextGroup()) {
    const rows = groupRows(cursor, schema, seen);
    yield {
      answer: () => (kind === 'reduce' ? reduceRows(call, rows, context) : call(rows, context)),
      of: () => describeGroup(by, cursor.head),
      ...(keepsKeys && { fixed: keysOf(by, cursor.head) }),
    };
  }
}

async function reduceRows(call: UserFunction, rows: GroupRows, context: FunctionContext): Promise<RowObject[]> {
  let reduced: RowObject | null = null;
  for await (const row of rows) {
    reduced = reduced === null ? row : ((await call(reduced, row, context)) as RowObject);
  }
  return [reduced!];
}

function keysOf(by: readonly number[], { batch, row }: GroupHead): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    by.map((column) => [batch.schema.fields[column].name, cellToJs(batch.columns[column], row)]),
  );
}

async function* combine(
  { by }: Descriptor,
  batches: AsyncIterable<Batch>,
  counters: NodeCounters,
  reduce: (cursor: GroupCursor) => AsyncGenerator<Batch>,
): AsyncGenerator<Batch> {
  const keys = by.map((column) => ({ column, descending: false, nullsFirst: false }));
  let tried = 0;
  let rowsIn = 0;
  let passed = 0;
  for await (const given of batches) {
    const batch = compactBatch(given);
    if (tried >= TRIAL_BATCHES && counters.out > WORTHWHILE * rowsIn) {
      passed += batch.length;
      yield batch;
      continue;
    }
    tried++;
    rowsIn += batch.length;
    const inOrder =
      by.length === 0 ? batch : gatherRows(batch.schema, [batch], sortAddresses(batch.schema, keys, [batch]));
    yield* reduce(new GroupCursor(only(inOrder), by));
  }
  balance(counters, rowsIn);
  counters.in += passed;
  counters.out += passed;
}

async function* only(batch: Batch): AsyncGenerator<Batch> {
  yield batch;
}

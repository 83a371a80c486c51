/**
 * Aggregates whose rows have to come in an order (DISTINCT, string_agg, array_agg, percentiles), or do: all inputs are sorted by group and
 * have the same groups, so they are walked side by side, a window of groups at a time:
 *
 *     keys and states   a a │ b │ c c c     the first input; what it counts is known before the others are read
 *     rows by (k, x)    a a a a │ b b │ c
 *     rows by (k, y)    a a a a │ b b │ c
 *
 * What is held is the window's states; a window is as many groups as make a batch.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch, type Schema } from '../../columnar/batch.js';
import { int64ToNumber, type Column, type Int64Column } from '../../columnar/column.js';
import { gatherRows } from '../../columnar/gather-rows.js';
import { addressOf } from '../../columnar/row-address.js';
import { RowErrors } from '../../columnar/row-errors.js';
import type { Reservation } from '../../memory/reservation.js';
import { stateTypes } from '../../protocol/aggregate-call.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import type { Operator, OperatorRun } from '../operator.js';
import { createOrderedState, createState } from './create-state.js';
import type { RowState } from './group-state.js';
import { filtered } from './groups.js';
import { NumberedGroups, type NumberedRows } from './numbered-groups.js';
import { wholeRows, type GroupResults } from './whole-rows.js';

type Descriptor = Extract<OperatorDescriptor, { kind: 'sortedAggregate' }>;

const FIRST_WINDOW = 256;

export function prepareSortedAggregate(descriptor: Descriptor, [input]: readonly Schema[]): Operator {
  const keys: Schema = { fields: descriptor.by.map((column) => input!.fields[column]) };
  return { id: descriptor.id, run: (inputs, run) => walk(descriptor, keys, inputs, run) };
}

async function* walk(
  descriptor: Descriptor,
  keys: Schema,
  [first, ...others]: readonly AsyncIterable<Batch>[],
  run: OperatorRun,
): AsyncGenerator<Batch> {
  const { counters, memory, resources } = run;
  const { by } = descriptor;
  const groups = new NumberedGroups(first!, by);
  const streams = descriptor.streams.map((stream, i) => new NumberedGroups(others[i], stream.by, stream.distinct));
  const window = new Window(descriptor, keys, memory);
  const mostGroups = Math.min(MAX_BATCH_ROWS, resources.batchRows);
  try {
    for (let from = 0, size = Math.min(FIRST_WINDOW, mostGroups); ;) {
      const to = from + size;
      window.begin(size);
      for (let rows = await groups.next(from, to); rows !== null; rows = await groups.next(from, to)) window.add(rows);
      const isEmptyInput = groups.count === 0 && by.length === 0 && resources.subtask === 0;
      const count = isEmptyInput ? 1 : Math.min(to, groups.count) - from;
      if (count <= 0) break;
      window.countGroups(count);
      for (const [i, stream] of streams.entries()) {
        for (let rows = await stream.next(from, to); rows !== null; rows = await stream.next(from, to))
          window.update(i, rows);
      }
      const bytes = window.bytes;
      yield* wholeRows(window.results(), run);
      if (isEmptyInput) break;
      from += count;
      size = Math.max(1, Math.min(mostGroups, 2 * size, Math.floor((size * TARGET_BATCH_BYTES) / Math.max(1, bytes))));
    }
    const rowsIn = streams.reduce((sum, stream) => sum + stream.rows, groups.rows);
    counters.in += rowsIn;
    const made = counters.out + counters.rejected;
    if (made > rowsIn) counters.added += made - rowsIn;
    else counters.merged += rowsIn - made;
  } finally {
    memory.free();
  }
}

/** The states of some groups that lie side by side. */
class Window {
  private readonly plain;
  private readonly ordered: readonly (readonly RowState[])[];
  private readonly heads: { batches: Batch[]; addresses: number[] } = { batches: [], addresses: [] };
  private count = 0;
  private counts: readonly Column[] = [];
  private held = 0;

  constructor(
    private readonly descriptor: Descriptor,
    private readonly keys: Schema,
    private readonly memory: Reservation,
  ) {
    this.plain = descriptor.calls.map(createState);
    const countOf = (call: number, group: number): number =>
      int64ToNumber((this.counts[call] as Int64Column).words, group);
    this.ordered = descriptor.streams.map(({ calls }) => calls.map((call) => createOrderedState(call, countOf)));
  }

  get bytes(): number {
    return this.all.reduce((sum, state) => sum + state.bytes + state.bytesPerGroup * this.count, 0);
  }

  begin(capacity: number): void {
    this.memory.shrink(this.held);
    this.held = 0;
    this.heads.batches = [];
    this.heads.addresses = [];
    this.all.forEach((state) => {
      state.clear();
      state.resize(capacity);
    });
    this.hold();
  }

  /** Of the first input. */
  add({ batch, groups }: NumberedRows): void {
    const { calls, first } = this.descriptor;
    this.noteHeads(batch, groups);
    let column = this.keys.fields.length;
    this.plain.forEach((state, i) => {
      const { columns, length } = batch;
      if (first === 'rows') state.update(columns, filtered(groups, batch, calls[i].filter), length);
      else state.merge(columns.slice(column, (column += stateTypes(calls[i]).length)), groups, length);
    });
    this.hold();
  }

  /** All states of the first input are there: its counts can be asked for. */
  countGroups(count: number): void {
    this.count = count;
    const all = inOrder(count);
    this.counts = this.plain.map((state, i) =>
      this.descriptor.calls[i].kind === 'count' ? state.results(all, new RowErrors())[0] : noColumn,
    );
  }

  update(stream: number, { batch, groups }: NumberedRows): void {
    const { calls } = this.descriptor.streams[stream];
    this.ordered[stream].forEach((state, i) =>
      state.update(batch.columns, filtered(groups, batch, calls[i].filter), batch.length),
    );
    this.hold();
  }

  results(): GroupResults {
    const errors = new RowErrors();
    const all = inOrder(this.count);
    const { batches, addresses } = this.heads;
    const keys = gatherRows(this.keys, batches, Int32Array.from(addresses)).columns;
    const given = [...keys, ...this.all.flatMap((state) => state.results(all, errors))];
    const columns = this.descriptor.output.map((column) => given[column]);
    return { batch: { schema: this.descriptor.schema, columns, length: this.count, selection: null }, errors };
  }

  private get all(): readonly RowState[] {
    return [...this.plain, ...this.ordered.flat()];
  }

  private noteHeads(batch: Batch, groups: Int32Array): void {
    const number = this.heads.batches.length;
    let hasHead = false;
    groups.forEach((group, row) => {
      if (group < this.heads.addresses.length) return;
      this.heads.addresses.push(addressOf(number, row));
      hasHead = true;
    });
    if (!hasHead) return;
    const columns = this.descriptor.by.map((column) => batch.columns[column]);
    this.heads.batches.push({ ...batch, schema: this.keys, columns });
  }

  /** What the states hold cannot be spilled: it is the row that comes out. */
  private hold(): void {
    const bytes = this.all.reduce((sum, state) => sum + state.bytes, 0);
    if (bytes <= this.held) return;
    this.memory.grow(bytes - this.held);
    this.held = bytes;
  }
}

const noColumn: Column = {
  layout: 'int32',
  type: { kind: 'int32' },
  length: 0,
  validity: null,
  values: new Int32Array(0),
};

function inOrder(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

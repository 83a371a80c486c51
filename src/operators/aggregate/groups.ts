/**
 * Groups in memory: a table of their keys, and what each aggregate knows of them, counted in the operator's reservation.
 *
 * `tryAdd` takes a batch whole or not at all. Its room is asked for before: as if every row began a group.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch, type Schema } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import { getBit } from '../../columnar/bitmap.js';
import { isValid, type BitsColumn } from '../../columnar/column.js';
import { RowErrors } from '../../columnar/row-errors.js';
import { argsortBytes } from '../../kernels/argsort.js';
import { createGroupTable } from '../../kernels/create-group-table.js';
import { BYTES_PER_GROUP, MOST_KEY_BYTES, type GroupTable } from '../../kernels/group-table.js';
import { sortAddresses } from '../../kernels/sort-addresses.js';
import type { SortKey } from '../../columnar/sort-key.js';
import type { Reservation } from '../../memory/reservation.js';
import { stateTypes, type AggregateCall } from '../../protocol/aggregate-call.js';
import { createState } from './create-state.js';
import type { GroupState } from './group-state.js';
import type { GroupResults } from './whole-rows.js';

const LEAST_CAPACITY = 256;

export interface GroupsRequest {
  readonly keys: Schema;
  readonly calls: readonly AggregateCall[];
  /** Keys, then the columns of all states. */
  readonly stateSchema: Schema;
  readonly memory: Reservation;
}

/** What comes out: its columns by their places among keys and values. */
export interface Output {
  readonly schema: Schema;
  readonly output: readonly number[];
}

/** Rows that go in: their keys as a batch, and all columns for the aggregates to read. */
export interface GroupedRows {
  readonly keys: Batch;
  readonly rows: Batch;
  readonly are: 'rows' | 'states';
}

export class Groups {
  private readonly table: GroupTable;
  private readonly states: readonly GroupState[];
  private capacity = 0;
  /** Of the reservation, what is held for groups. */
  private held = 0;
  private readonly bytesPerGroup: number;

  constructor(private readonly request: GroupsRequest) {
    this.table = createGroupTable(request.keys);
    this.states = request.calls.map(createState);
    const ofStates = this.states.reduce((sum, state) => sum + state.bytesPerGroup, 0);
    // To sort them takes two words of key and an argsort.
    this.bytesPerGroup = BYTES_PER_GROUP + ofStates + 8 + argsortBytes(1);
  }

  get count(): number {
    return this.table.count;
  }

  tryAdd(batch: GroupedRows): boolean {
    if (this.table.bytes > MOST_KEY_BYTES) return false;
    const needed = this.bytesWith(batch.rows.length, sizeOfBatch(batch.rows)) - this.held;
    if (needed > 0 && !this.request.memory.tryGrow(needed)) return false;
    this.insert(batch, Math.max(0, needed));
    return true;
  }

  /** Would it fit if there were no groups? */
  hasRoomFor({ rows }: GroupedRows): boolean {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(LEAST_CAPACITY, rows.length)));
    const needed = capacity * this.bytesPerGroup + 2 * sizeOfBatch(rows);
    const { memory } = this.request;
    if (!memory.tryGrow(Math.max(0, needed - this.held))) return false;
    memory.shrink(Math.max(0, needed - this.held));
    return true;
  }

  /** For a batch that has to fit: there are no groups now. */
  add(batch: GroupedRows): void {
    const needed = Math.max(0, this.bytesWith(batch.rows.length, sizeOfBatch(batch.rows)) - this.held);
    this.request.memory.grow(needed);
    this.insert(batch, needed);
  }

  /** Without rows there are no groups; an aggregate of all rows has one even then. */
  addEmptyGroup(): void {
    this.held = this.bytesWith(1, 0);
    this.request.memory.grow(this.held);
    this.reserve(1);
    this.table.count = 1;
  }

  clear(): void {
    this.table.clear();
    this.states.forEach((state) => state.clear());
    this.capacity = 0;
    this.request.memory.shrink(this.held);
    this.held = 0;
  }

  /** All states, in the order of the groups. */
  *allStates(batchRows: number): Generator<Batch> {
    for (const groups of this.slices(inOrder(0, this.count), batchRows)) yield this.statesOf(groups);
  }

  /** All states in the order of the keys. */
  *sortedStates(keys: readonly SortKey[], batchRows: number): Generator<Batch> {
    const { table, request } = this;
    const addresses = keys.length === 0 ? null : sortAddresses(request.keys, keys, table.keys);
    const order = addresses?.map((address) => table.groupAt(address)) ?? inOrder(0, this.count);
    // A merge holds several of each run.
    const bytes = Math.min(TARGET_BATCH_BYTES, request.memory.mostBytes >> 4);
    for (const groups of this.slices(order, batchRows, bytes)) yield this.statesOf(groups);
  }

  statesOf(groups: Int32Array): Batch {
    const columns = [...this.table.take(groups).columns, ...this.states.flatMap((state) => state.states(groups))];
    return { schema: this.request.stateSchema, columns, length: groups.length, selection: null };
  }

  /** Values of the groups `[0, to)`. */
  *results({ schema, output }: Output, to: number, batchRows: number): Generator<GroupResults> {
    for (const groups of this.slices(inOrder(0, to), batchRows)) {
      const errors = new RowErrors();
      const values = this.states.flatMap((state) => state.results(groups, errors));
      const given = [...this.table.take(groups).columns, ...values];
      const columns = output.map((column) => given[column]);
      yield { batch: { schema, columns, length: groups.length, selection: null }, errors };
    }
  }

  /** `taken`: bytes just reserved for it. */
  private insert({ keys, rows, are }: GroupedRows, taken: number): void {
    const { length } = rows;
    this.held += taken;
    this.reserve(length);
    const groups = new Int32Array(length);
    this.table.assign(keys, groups);
    let column = keys.columns.length;
    this.states.forEach((state, i) => {
      const call = this.request.calls[i];
      if (are === 'rows') state.update(rows.columns, filtered(groups, rows, call.filter), length);
      else state.merge(rows.columns.slice(column, (column += stateTypes(call).length)), groups, length);
    });
    this.settle();
  }

  /** Rows as states, each a group of its own; there are no groups now. */
  ungrouped({ keys, rows }: GroupedRows): Batch {
    const { length } = rows;
    const { memory, stateSchema, calls } = this.request;
    const bytes = length * this.bytesPerGroup + 2 * sizeOfBatch(rows);
    memory.grow(bytes);
    const each = inOrder(0, length);
    const states = this.states.flatMap((state, i) => {
      state.resize(length);
      state.update(rows.columns, filtered(each, rows, calls[i].filter), length);
      const columns = state.states(each);
      state.clear();
      return columns;
    });
    memory.shrink(bytes);
    return { schema: stateSchema, columns: [...keys.columns, ...states], length, selection: null };
  }

  private reserve(more: number): void {
    const capacity = this.capacityFor(more);
    if (capacity === this.capacity) return;
    this.table.resize(capacity);
    this.states.forEach((state) => state.resize(capacity));
    this.capacity = capacity;
  }

  private capacityFor(more: number): number {
    let capacity = Math.max(LEAST_CAPACITY, this.capacity);
    while (capacity < this.count + more) capacity *= 2;
    return capacity;
  }

  /** What is held with so many rows more, of so many bytes: keys and cells grow by twice the rows at the most; cells move to larger arrays when they outgrow theirs. */
  bytesWith(rows: number, bytes: number): number {
    const growing = this.capacityFor(rows);
    const old = growing === this.capacity ? 0 : this.capacity;
    return (growing + old) * this.bytesPerGroup + 2 * this.variableBytes + 2 * bytes;
  }

  private get variableBytes(): number {
    return this.states.reduce((sum, state) => sum + state.bytes, this.table.bytes);
  }

  /** Gives back what the batch did not need. */
  private settle(): void {
    const spare = this.held - this.capacity * this.bytesPerGroup - this.variableBytes;
    if (spare <= 0) return;
    this.request.memory.shrink(spare);
    this.held -= spare;
  }

  /** Parts of a list of groups that are batches of a fitting size. */
  private *slices(groups: Int32Array, batchRows: number, bytes = TARGET_BATCH_BYTES): Generator<Int32Array> {
    const perGroup = this.bytesPerGroup + this.variableBytes / Math.max(1, this.count);
    const step = Math.max(1, Math.min(MAX_BATCH_ROWS, batchRows, Math.floor(bytes / perGroup)));
    for (let from = 0; from < groups.length; from += step) yield groups.subarray(from, from + step);
  }
}

function inOrder(from: number, to: number): Int32Array {
  const numbers = new Int32Array(to - from);
  for (let i = 0; i < numbers.length; i++) numbers[i] = from + i;
  return numbers;
}

/** Rows where the filter is not true have no group. */
export function filtered(groups: Int32Array, rows: Batch, filter: number | null): Int32Array {
  if (filter === null) return groups;
  const column = rows.columns[filter] as BitsColumn;
  return groups.map((group, row) => (isValid(column, row) && getBit(column.values, row) ? group : -1));
}

/**
 * A group table over any key columns: open-addressed, with the hash of each group beside it.
 *
 * Keys are not copied cell by cell: the rows of a batch that begin a group are kept as a batch of their own, and a group
 * knows the address of its row there. Whoever uses the table says how many groups there shall be room for.
 */
import type { Batch, Schema } from '../columnar/batch.js';
import { dataBytes, sizeOfBatch } from '../columnar/batch-size.js';
import type { Column } from '../columnar/column.js';
import { gatherRows } from '../columnar/gather-rows.js';
import { addressOf, batchOf, rowOf } from '../columnar/row-address.js';
import { concatColumns } from '../columnar/concat-columns.js';
import { takeColumn } from '../columnar/take.js';
import { addressEquality, type RowEquality } from './equal-rows.js';
import { GROUP_SEED, type GroupTable } from './group-table.js';
import { hashColumns } from './hash-columns.js';

/** Batches of fewer rows are joined to the one before them. */
const SMALL_BATCH = 1024;

export class AnyGroupTable implements GroupTable {
  count = 0;
  /** Batches of keys: the groups in the order of their numbers. */
  private batches: Batch[] = [];
  /** Of each batch, the number of its first group. */
  private firstGroups: number[] = [];
  private keyBytes = 0;
  /** Number of a group + 1, or 0; twice as many as groups that there is room for. */
  private slots = new Int32Array(0);
  private hashes = new Int32Array(0);
  private addresses = new Int32Array(0);

  constructor(private readonly schema: Schema) {}

  get bytes(): number {
    return this.keyBytes;
  }

  get keys(): readonly Batch[] {
    return this.batches;
  }

  bytesFor({ columns }: Batch): number {
    return columns.reduce((sum, column) => sum + dataBytes(column), 0);
  }

  groupAt(address: number): number {
    return this.firstGroups[batchOf(address)] + rowOf(address);
  }

  resize(capacity: number): void {
    const { hashes, addresses, count } = this;
    this.hashes = new Int32Array(capacity);
    this.addresses = new Int32Array(capacity);
    this.slots = new Int32Array(2 * capacity);
    this.hashes.set(hashes.subarray(0, count));
    this.addresses.set(addresses.subarray(0, count));
    const mask = this.slots.length - 1;
    for (let group = 0; group < count; group++) {
      let slot = this.hashes[group] & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = group + 1;
    }
  }

  assign(rows: Batch, groups: Int32Array): void {
    const { length, columns } = rows;
    if (columns.length === 0) {
      groups.fill(0, 0, length);
      this.count = 1;
      return;
    }
    const { slots, hashes, addresses } = this;
    const rowHashes = new Int32Array(length);
    hashColumns(columns, null, length, rowHashes, GROUP_SEED);
    // Groups that begin in this batch have their addresses in it until it is clear which rows stay.
    const fresh = new Int32Array(length);
    const first = this.count;
    const equal = this.equality(columns);
    for (let row = 0; row < length; row++) {
      const hash = rowHashes[row];
      const slot = this.slotOf(row, hash, equal);
      let group = slots[slot] - 1;
      if (group < 0) {
        group = this.count++;
        slots[slot] = group + 1;
        hashes[group] = hash;
        addresses[group] = addressOf(this.batches.length, row);
        fresh[group - first] = row;
      }
      groups[row] = group;
    }
    if (this.count > first) this.keep(rows, fresh.subarray(0, this.count - first), first);
  }

  find({ length, columns }: Batch, groups: Int32Array): void {
    const { slots } = this;
    if (this.count === 0 || columns.length === 0) {
      groups.fill(this.count - 1, 0, length);
      return;
    }
    const rowHashes = new Int32Array(length);
    hashColumns(columns, null, length, rowHashes, GROUP_SEED);
    const equal = this.equality(columns);
    for (let row = 0; row < length; row++) {
      groups[row] = slots[this.slotOf(row, rowHashes[row], equal)] - 1;
    }
  }

  take(groups: Int32Array): Batch {
    if (this.schema.fields.length === 0)
      return { schema: this.schema, columns: [], length: groups.length, selection: null };
    return gatherRows(
      this.schema,
      this.batches,
      groups.map((group) => this.addresses[group]),
    );
  }

  clear(): void {
    this.count = this.keyBytes = 0;
    this.batches = [];
    this.firstGroups = [];
  }

  /** Where the row's group stands, or the free place where it would. */
  private slotOf(row: number, hash: number, equal: RowEquality): number {
    const { slots, hashes, addresses } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const group = slots[slot] - 1;
      if (group < 0 || (hashes[group] === hash && equal(row, addresses[group]))) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private equality(columns: readonly Column[]): RowEquality {
    return addressEquality(columns, [...this.batches.map((batch) => batch.columns), columns], 'equal');
  }

  private keep(rows: Batch, fresh: Int32Array, first: number): void {
    const { batches, firstGroups, schema, addresses } = this;
    let columns = rows.columns.map((column) => takeColumn(column, fresh));
    let from = first;
    const last = batches.at(-1);
    if (last !== undefined && last.length + fresh.length <= SMALL_BATCH) {
      columns = columns.map((column, key) => concatColumns([last.columns[key], column]));
      from = firstGroups.at(-1)!;
      this.keyBytes -= sizeOfBatch(last);
      batches.pop();
      firstGroups.pop();
    }
    const kept: Batch = { schema, columns, length: first + fresh.length - from, selection: null };
    for (let group = from; group < this.count; group++) addresses[group] = addressOf(batches.length, group - from);
    this.keyBytes += sizeOfBatch(kept);
    batches.push(kept);
    firstGroups.push(from);
  }
}

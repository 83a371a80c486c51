/**
 * A group table over one column of text, or of anything else that is equal byte by byte: the keys lie one behind another in one array, so
 * that no batch has to be found before bytes are compared.
 *
 * As in the table of integers no row waits for another where its group stands at its place: the memory is asked for many at a time.
 */
import { MAX_BATCH_ROWS, type Batch, type Schema } from '../columnar/batch.js';
import { dataBytes } from '../columnar/batch-size.js';
import { allValid, clearBit } from '../columnar/bitmap.js';
import { isValid, type BytesColumn } from '../columnar/column.js';
import { copyBytes } from '../columnar/copy-bytes.js';
import { takeColumn } from '../columnar/take.js';
import { GROUP_SEED, type GroupTable } from './group-table.js';
import { hashColumns } from './hash-columns.js';

/** Of the batch in hand: the hash of each row, and the rows whose group does not stand where it would stand first. */
const rowHashes = new Int32Array(MAX_BATCH_ROWS);
const rest = new Int32Array(MAX_BATCH_ROWS);

/** The cells of a batch, to be compared with those here. */
interface Cells {
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
  readonly view: DataView;
}

export class BytesGroupTable implements GroupTable {
  count = 0;
  /** Number of a group + 1, or 0; twice as many as groups that there is room for. */
  private slots = new Int32Array(0);
  private hashes = new Int32Array(0);
  /** Cell g is the key of group g. */
  private own = cellsOf(new Int32Array(1), new Uint8Array(0));
  /** The group of NULL, which stands in no slot. */
  private nullGroup = -1;

  constructor(private readonly schema: Schema) {}

  get bytes(): number {
    return this.own.data.length;
  }

  get keys(): readonly Batch[] {
    const batches: Batch[] = [];
    for (let from = 0; from < this.count; from += MAX_BATCH_ROWS)
      batches.push(this.batchOf(from, Math.min(MAX_BATCH_ROWS, this.count - from)));
    return batches;
  }

  bytesFor({ columns }: Batch): number {
    return dataBytes(columns[0]);
  }

  /** All batches of keys but the last are full. */
  groupAt(address: number): number {
    return address;
  }

  resize(capacity: number): void {
    const { count, hashes, nullGroup, own } = this;
    const offsets = new Int32Array(capacity + 1);
    offsets.set(own.offsets.subarray(0, count + 1));
    this.own = { ...own, offsets };
    this.hashes = new Int32Array(capacity);
    this.hashes.set(hashes.subarray(0, count));
    const slots = (this.slots = new Int32Array(2 * capacity));
    const mask = slots.length - 1;
    for (let group = 0; group < count; group++) {
      if (group === nullGroup) continue;
      let slot = hashes[group] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = group + 1;
    }
  }

  assign({ length, columns }: Batch, groups: Int32Array): void {
    const column = columns[0] as BytesColumn;
    const cells = cellsOf(column.offsets, column.data);
    const left = this.findFirst(column, cells, length, groups);
    const { slots, hashes } = this;
    for (let i = 0; i < left; i++) {
      const row = rest[i];
      if (!isValid(column, row)) {
        if (this.nullGroup < 0) this.nullGroup = this.append(cells, 0, 0);
        groups[row] = this.nullGroup;
        continue;
      }
      const hash = rowHashes[row];
      const slot = this.slotOf(cells, row, hash);
      if (slots[slot] === 0) {
        const group = this.append(cells, cells.offsets[row], cells.offsets[row + 1]);
        hashes[group] = hash;
        slots[slot] = group + 1;
      }
      groups[row] = slots[slot] - 1;
    }
  }

  find({ length, columns }: Batch, groups: Int32Array): void {
    if (this.count === 0) {
      groups.fill(-1, 0, length);
      return;
    }
    const column = columns[0] as BytesColumn;
    const cells = cellsOf(column.offsets, column.data);
    const left = this.findFirst(column, cells, length, groups);
    for (let i = 0; i < left; i++) {
      const row = rest[i];
      groups[row] = isValid(column, row) ? this.slots[this.slotOf(cells, row, rowHashes[row])] - 1 : this.nullGroup;
    }
  }

  take(groups: Int32Array): Batch {
    const [column] = this.batchOf(0, this.count).columns;
    return { schema: this.schema, columns: [takeColumn(column, groups)], length: groups.length, selection: null };
  }

  clear(): void {
    this.count = 0;
    this.nullGroup = -1;
    this.slots = this.hashes = new Int32Array(0);
    this.own = cellsOf(new Int32Array(1), new Uint8Array(0));
  }

  /** The groups that stand where they would stand first. Of the others the rows are in `rest`, as many as it returns. */
  private findFirst(column: BytesColumn, cells: Cells, length: number, groups: Int32Array): number {
    hashColumns([column], null, length, rowHashes, GROUP_SEED);
    const { slots, hashes, own } = this;
    const mask = slots.length - 1;
    for (let row = 0; row < length; row++) groups[row] = slots[rowHashes[row] & mask] - 1;
    let left = 0;
    for (let row = 0; row < length; row++) {
      const group = groups[row];
      if (group >= 0 && hashes[group] === rowHashes[row] && isEqual(own, group, cells, row) && isValid(column, row))
        continue;
      rest[left++] = row;
    }
    return left;
  }

  /** Where the row's group stands, or the free place where it would. */
  private slotOf(cells: Cells, row: number, hash: number): number {
    const { slots, hashes, own } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const group = slots[slot] - 1;
      if (group < 0 || (hashes[group] === hash && isEqual(own, group, cells, row))) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** A new group, whose key is `[from, to)` of the batch's bytes. */
  private append({ data }: Cells, from: number, to: number): number {
    const group = this.count++;
    const { offsets, data: kept } = this.own;
    const start = offsets[group];
    const end = start + to - from;
    if (end > kept.length) {
      const larger = new Uint8Array(Math.max(end, kept.length + (kept.length >> 1)));
      larger.set(kept.subarray(0, start));
      this.own = cellsOf(offsets, larger);
    }
    copyBytes(data, from, to, this.own.data, start);
    offsets[group + 1] = end;
    return group;
  }

  private batchOf(from: number, length: number): Batch {
    const { type } = this.schema.fields[0];
    const { own, nullGroup } = this;
    let validity: Uint8Array | null = null;
    if (nullGroup >= from && nullGroup < from + length) {
      validity = allValid(length);
      clearBit(validity, nullGroup - from);
    }
    const column: BytesColumn = {
      layout: 'bytes',
      type,
      length,
      validity,
      offsets: own.offsets.subarray(from, from + length + 1),
      data: own.data,
    };
    return { schema: this.schema, columns: [column], length, selection: null };
  }
}

function cellsOf(offsets: Int32Array, data: Uint8Array): Cells {
  return { offsets, data, view: new DataView(data.buffer, data.byteOffset, data.byteLength) };
}

function isEqual(a: Cells, i: number, b: Cells, j: number): boolean {
  let at = a.offsets[i];
  let other = b.offsets[j];
  const end = a.offsets[i + 1];
  if (end - at !== b.offsets[j + 1] - other) return false;
  for (; at + 4 <= end; at += 4, other += 4)
    if (a.view.getInt32(at, true) !== b.view.getInt32(other, true)) return false;
  for (; at < end; at++, other++) if (a.data[at] !== b.data[other]) return false;
  return true;
}

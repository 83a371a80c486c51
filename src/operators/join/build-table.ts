/**
 * The side of a join that is held in memory: its batches, and a chain of rows for each key. Counted in the operator's
 * reservation; `tryAdd` takes a batch whole or not at all.
 *
 *     add, add, add … ─▶ batches ─▶ the first question ─▶ table of keys, made at once ─▶ pairs, pairs …
 *
 * So the table is made in its final size, with all keys known: where they lie close there is nothing to hash.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import type { Column } from '../../columnar/column.js';
import { layoutOf, type DataType } from '../../columnar/data-type.js';
import { columnGatherer, type ColumnGatherer } from '../../columnar/gather-rows.js';
import { addressRows } from '../../columnar/row-address.js';
import { concatColumns } from '../../columnar/concat-columns.js';
import { hasAbsent, takeColumn } from '../../columnar/take.js';
import { createGroupTable } from '../../kernels/create-group-table.js';
import { BYTES_PER_GROUP, MOST_KEY_BYTES, type GroupTable } from '../../kernels/group-table.js';
import type { Reservation } from '../../memory/reservation.js';
import { keysOf, withoutNullKeys, type JoinPlan } from './join-plan.js';

const LEAST_CAPACITY = 256;
/** Group, head and tail of a chain, next row, address, mark. */
const BYTES_PER_ROW = 5 * 4 + 1;
/** Batches of fewer rows are joined to the one before them. */
const SMALL_BATCH = 1024;

/** Rows of a batch, where one takes so many bytes. */
export function fittingRows(bytesPerRow: number, batchRows: number): number {
  return Math.max(1, Math.min(MAX_BATCH_ROWS, batchRows, Math.floor(TARGET_BATCH_BYTES / (bytesPerRow + 1))));
}

/** `probe[i]` with `build[i]`; `probe` null: each row of the batch, in order. The arrays are used again. */
export interface Pairs {
  readonly probe: Int32Array | null;
  readonly build: Int32Array;
}

export class BuildTable {
  rows = 0;
  private readonly table: GroupTable;
  private batches: Batch[] = [];
  private batchBytes = 0;
  /** Of the keys, which a table may keep once more. */
  private keyBytes = 0;
  private held = 0;
  /** By group: its first row. */
  private heads = new Int32Array(0);
  /** By row: the next of its group or -1, its address, and whether it has found a partner. */
  private next = new Int32Array(0);
  private addresses: Int32Array = new Int32Array(0);
  private marks = new Uint8Array(0);
  /** By column; null: to be made, since there are other batches. */
  private ofBatches: readonly ColumnGatherer[] | null = null;
  /** By column: that of all batches. */
  private joined: (Column | undefined)[] = [];
  /** Has each row a key of its own? Then its number is that of its group, and there are no chains to follow. */
  private isUnique = true;
  private isBuilt = false;
  private isSealed = false;

  constructor(
    private readonly plan: JoinPlan,
    private memory: Reservation,
  ) {
    this.table = createGroupTable(plan.keySchema);
  }

  /** The most that a table of so many rows takes, of so many bytes in all. */
  static mostBytes(rows: number, bytes: number): number {
    // Of groups room for twice as many; what is kept of keys, twice while that grows; and a batch comes twice.
    return tableBytes(rows) + 5 * bytes;
  }

  /** `batch` has no selection. */
  tryAdd(batch: Batch): boolean {
    const needed = Math.max(0, this.bytesWith(batch) - this.held);
    if (this.keyBytes > MOST_KEY_BYTES || !this.memory.tryGrow(needed)) return false;
    this.keep(batch, needed);
    return true;
  }

  /** For a batch that has to fit. */
  add(batch: Batch): void {
    const needed = Math.max(0, this.bytesWith(batch) - this.held);
    this.memory.grow(needed);
    this.keep(batch, needed);
  }

  /** Takes its memory from another attempt's reservation from now on; in between nobody counts it. */
  moveTo(memory: Reservation): void {
    memory.grow(this.held);
    this.memory = memory;
  }

  /** Of a row, about. */
  get bytesPerRow(): number {
    return this.batchBytes / Math.max(1, this.rows);
  }

  /** What was added, to be written elsewhere. */
  get contents(): readonly Batch[] {
    return this.batches;
  }

  clear(): void {
    this.table.clear();
    this.ofBatches = null;
    this.joined = [];
    this.batches = [];
    this.batchBytes = this.keyBytes = this.rows = 0;
    this.heads = this.next = this.addresses = new Int32Array(0);
    this.marks = new Uint8Array(0);
    this.isUnique = true;
    this.isBuilt = this.isSealed = false;
    this.memory.shrink(this.held);
    this.held = 0;
  }

  /** All pairs of the probe's rows with rows here, at most `most` at a time. With `firstOnly` a probe row comes once at the most. */
  *pairs(batch: Batch, most: number, firstOnly: boolean): Generator<Pairs> {
    this.build();
    const { heads, next, plan } = this;
    const groups = new Int32Array(batch.length);
    this.table.find(keysOf(plan.probe, batch, plan.keySchema), groups);
    withoutNullKeys(plan, plan.probe, batch, groups);
    if (this.isUnique && batch.length <= most && !hasAbsent(groups)) {
      yield { probe: null, build: groups };
      return;
    }
    const probe = new Int32Array(most);
    const build = new Int32Array(most);
    let count = 0;
    for (let row = 0; row < batch.length; row++) {
      if (groups[row] < 0) continue;
      if (this.isUnique) {
        probe[count] = row;
        build[count++] = groups[row];
        if (count < most) continue;
        yield { probe, build };
        count = 0;
        continue;
      }
      for (let other = heads[groups[row]]; other >= 0; other = firstOnly ? -1 : next[other]) {
        probe[count] = row;
        build[count++] = other;
        if (count < most) continue;
        yield { probe, build };
        count = 0;
      }
    }
    if (count > 0) yield { probe: probe.subarray(0, count), build: build.subarray(0, count) };
  }

  /**
   * Nothing more comes until `clear`: columns of a fixed width are put together, so that a row is found without its batch, if there is memory for
   * that.
   */
  seal(): void {
    if (this.isSealed) return;
    this.isSealed = true;
    this.build();
    if (this.batches.length < 2) return;
    const { build, descriptor, isNeeded } = this.plan;
    const { fields } = build.schema;
    const first = descriptor.build === 'left' ? 0 : descriptor.pair.fields.length - fields.length;
    fields.forEach(({ type }, column) => {
      const width = fixedWidth(type);
      if (width === null || !isNeeded[first + column]) return;
      const bytes = this.rows * (width + 1);
      if (!this.memory.tryGrow(bytes)) return;
      this.held += bytes;
      this.joined[column] = concatColumns(this.batches.map((batch) => batch.columns[column]));
    });
  }

  /** Some rows, by column. */
  rowsAt(rows: Int32Array): (column: number) => Column {
    let addresses: Int32Array | null = null;
    const gathered = (column: number): Column => {
      addresses ??= rows.map((row) => this.addresses[row]);
      return this.gatherers()[column](addresses, false);
    };
    return (column) => {
      const joined = this.joined[column];
      return joined === undefined ? gathered(column) : takeColumn(joined, rows);
    };
  }

  private gatherers(): readonly ColumnGatherer[] {
    return (this.ofBatches ??= this.plan.build.schema.fields.map((_, column) =>
      columnGatherer(this.batches.map((batch) => batch.columns[column])),
    ));
  }

  private take(rows: Int32Array): Column[] {
    const columnOf = this.rowsAt(rows);
    return this.plan.build.schema.fields.map((_, column) => columnOf(column));
  }

  mark(row: number): void {
    this.marks[row] = 1;
  }

  /** Of the first `mostRows` rows those that have found a partner, or that have not, in batches. */
  *marked(mark: 0 | 1, batchRows: number, mostRows = Infinity): Generator<Batch> {
    this.build();
    const step = fittingRows(this.bytesPerRow, batchRows);
    const { schema } = this.plan.build;
    const end = Math.min(this.rows, mostRows);
    let rows: number[] = [];
    for (let row = 0; row < end; row++) {
      if (this.marks[row] === mark) rows.push(row);
      if (rows.length < step && row < end - 1) continue;
      if (rows.length > 0)
        yield { schema, columns: this.take(Int32Array.from(rows)), length: rows.length, selection: null };
      rows = [];
    }
  }

  private keep(batch: Batch, taken: number): void {
    if (this.isBuilt) throw new TypeError('the table is made: nothing can be added before it is cleared');
    this.held += taken;
    const last = this.batches.at(-1);
    if (last === undefined || last.length + batch.length > SMALL_BATCH) this.batches.push(batch);
    else {
      const columns = batch.columns.map((column, i) => concatColumns([last.columns[i], column]));
      this.batches[this.batches.length - 1] = { ...batch, columns, length: last.length + batch.length };
      this.batchBytes -= sizeOfBatch(last);
    }
    this.batchBytes += sizeOfBatch(this.batches.at(-1)!);
    this.keyBytes += this.table.bytesFor(this.keysOf(batch));
    this.rows += batch.length;
    const spare = this.held - tableBytes(this.rows) - this.batchBytes - 2 * this.keyBytes;
    if (spare <= 0) return;
    this.memory.shrink(spare);
    this.held -= spare;
  }

  /** Groups the rows by their keys. */
  private build(): void {
    if (this.isBuilt) return;
    this.isBuilt = true;
    const { plan, table, batches } = this;
    const keys = batches.map((batch) => this.keysOf(batch));
    table.resize(capacityFor(this.rows));
    table.expect?.(keys);
    const groups = new Int32Array(this.rows);
    let row = 0;
    keys.forEach((batch, i) => {
      const own = groups.subarray(row, row + batch.length);
      table.assign(batch, own);
      withoutNullKeys(plan, plan.build, batches[i], own);
      row += batch.length;
    });
    this.addresses = addressRows(batches);
    this.marks = new Uint8Array(this.rows);
    this.isUnique = table.count === this.rows && !hasAbsent(groups);
    if (!this.isUnique) this.chain(groups);
  }

  private chain(groups: Int32Array): void {
    const heads = (this.heads = new Int32Array(this.table.count).fill(-1));
    const next = (this.next = new Int32Array(groups.length).fill(-1));
    const tails = new Int32Array(this.table.count);
    for (let row = 0; row < groups.length; row++) {
      const group = groups[row];
      if (group < 0) continue;
      if (heads[group] < 0) heads[group] = row;
      else next[tails[group]] = row;
      tails[group] = row;
    }
  }

  private keysOf(batch: Batch): Batch {
    return keysOf(this.plan.build, batch, this.plan.keySchema);
  }

  /** What is held with the batch, which may be joined to the one before it. */
  private bytesWith(batch: Batch): number {
    const keyBytes = this.keyBytes + this.table.bytesFor(this.keysOf(batch));
    return tableBytes(this.rows + batch.length) + this.batchBytes + 2 * keyBytes + 2 * sizeOfBatch(batch);
  }
}

/** Of a table of so many rows, without batches and keys. */
function tableBytes(rows: number): number {
  return capacityFor(rows) * BYTES_PER_GROUP + rows * BYTES_PER_ROW;
}

/** A power of two: so many groups there is room for. */
function capacityFor(rows: number): number {
  let capacity = LEAST_CAPACITY;
  while (capacity < rows) capacity *= 2;
  return capacity;
}

/** Bytes of a cell; null where they differ. */
function fixedWidth(type: DataType): number | null {
  switch (layoutOf(type)) {
    case 'bytes':
    case 'list':
      return null;
    case 'decimal128':
    case 'interval':
      return 16;
    default:
      return 8;
  }
}

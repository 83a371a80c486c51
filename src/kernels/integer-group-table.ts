/**
 * A group table over one column of integers, dates or timestamps, the commonest key: the keys lie in one array by their groups, so a
 * probe touches the slots and that array, and compares no hash. Twice as fast as the table for any keys where both outgrow the caches.
 */
import { MAX_BATCH_ROWS, type Batch, type Schema } from '../columnar/batch.js';
import { allValid, clearBit } from '../columnar/bitmap.js';
import { isValid, type Int32Column, type Int64Column } from '../columnar/column.js';
import { GROUP_SEED, type GroupTable } from './group-table.js';
import { finishHash, mixWord } from './murmur.js';

type KeyColumn = Int32Column | Int64Column;

interface Direct {
  readonly first: number;
  /** The group + 1 of each number from `first` on, or 0. */
  readonly groups: Int32Array;
  /** Is the group of each number its place? So are the keys of most tables that are numbered: 1, 2, 3 … */
  isInOrder: boolean;
}

/** Of `findAll`: where each row looks, and the rows that look on. */
const places = new Int32Array(MAX_BATCH_ROWS);
const rest = new Int32Array(MAX_BATCH_ROWS);

export class IntegerGroupTable implements GroupTable {
  count = 0;
  readonly bytes = 0;
  /** Number of a group + 1, or 0; twice as many as groups that there is room for. */
  private slots = new Int32Array(0);
  /** One or two words a group. */
  private words = new Int32Array(0);
  /** For expected keys that lie close: their groups by their places, in the memory of the slots. */
  private direct: Direct | null = null;
  /** The group of NULL, which stands in no slot. */
  private nullGroup = -1;
  private readonly width: 1 | 2;

  constructor(
    private readonly schema: Schema,
    layout: 'int32' | 'int64',
  ) {
    this.width = layout === 'int64' ? 2 : 1;
  }

  get keys(): readonly Batch[] {
    const batches: Batch[] = [];
    for (let from = 0; from < this.count; from += MAX_BATCH_ROWS) {
      const length = Math.min(MAX_BATCH_ROWS, this.count - from);
      const words = this.words.subarray(this.width * from, this.width * (from + length));
      const hasNull = this.nullGroup >= from && this.nullGroup < from + length;
      const validity = hasNull ? allValid(length) : null;
      if (validity !== null) clearBit(validity, this.nullGroup - from);
      batches.push(this.batchOf(words, length, validity));
    }
    return batches;
  }

  bytesFor(): number {
    return 0;
  }

  /** All batches of keys but the last are full. */
  groupAt(address: number): number {
    return address;
  }

  resize(capacity: number): void {
    const words = new Int32Array(this.width * capacity);
    words.set(this.words.subarray(0, this.width * this.count));
    this.words = words;
    const slots = (this.slots = new Int32Array(2 * capacity));
    const mask = slots.length - 1;
    for (let group = 0; group < this.count; group++) {
      if (group === this.nullGroup) continue;
      const at = this.width * group;
      let slot = this.hash(words[at], words[at + 1]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = group + 1;
    }
  }

  assign({ length, columns }: Batch, groups: Int32Array): void {
    const column = columns[0] as KeyColumn;
    const { slots, words, width, direct } = this;
    const given = column.layout === 'int64' ? column.words : column.values;
    for (let row = 0; row < length; row++) {
      if (column.validity !== null && !isValid(column, row)) {
        if (this.nullGroup < 0) this.nullGroup = this.count++;
        groups[row] = this.nullGroup;
        continue;
      }
      const low = given[width * row];
      const high = width === 2 ? given[2 * row + 1] : 0;
      const slot = direct === null ? this.slotOf(low, high) : keyAt(given, width, row) - direct.first;
      const group = slots[slot] - 1;
      if (group >= 0) {
        groups[row] = group;
        continue;
      }
      const fresh = this.count++;
      if (direct !== null && slot !== fresh) direct.isInOrder = false;
      slots[slot] = fresh + 1;
      words[width * fresh] = low;
      if (width === 2) words[2 * fresh + 1] = high;
      groups[row] = fresh;
    }
  }

  expect(keys: readonly Batch[]): void {
    const { width } = this;
    let [first, last] = [Infinity, -Infinity];
    for (const { columns, length } of keys) {
      const column = columns[0] as KeyColumn;
      const given = column.layout === 'int64' ? column.words : column.values;
      for (let row = 0; row < length; row++) {
        if (column.validity !== null && !isValid(column, row)) continue;
        const key = keyAt(given, width, row);
        if (key < first) first = key;
        if (key > last) last = key;
      }
    }
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || last - first >= this.slots.length) return;
    this.direct = { first, groups: this.slots.subarray(0, last - first + 1), isInOrder: true };
  }

  find({ length, columns }: Batch, groups: Int32Array): void {
    if (this.count === 0) {
      groups.fill(-1, 0, length);
      return;
    }
    const column = columns[0] as KeyColumn;
    const given = column.layout === 'int64' ? column.words : column.values;
    if (this.direct !== null) findDirectly(this.direct, given, this.width, length, groups);
    else this.findAll(given, length, groups);
    if (column.validity === null) return;
    for (let row = 0; row < length; row++) if (!isValid(column, row)) groups[row] = this.nullGroup;
  }

  /**
   * Round by round: first whoever stands where each key belongs, then, for the rows of which that was another key, who stands next to it.
   * No row waits for another, so the memory is asked for many at a time.
   */
  private findAll(given: Int32Array, length: number, groups: Int32Array): void {
    const { slots, words, width } = this;
    const mask = slots.length - 1;
    for (let row = 0; row < length; row++) {
      const place = (width === 1 ? this.hash(given[row], 0) : this.hash(given[2 * row], given[2 * row + 1])) & mask;
      places[row] = place;
      groups[row] = slots[place] - 1;
    }
    let count = 0;
    for (let row = 0; row < length; row++) {
      rest[count] = row;
      count += isOther(words, width, groups[row], given, row);
    }
    while (count > 0) {
      for (let i = 0; i < count; i++) {
        const row = rest[i];
        const place = (places[row] + 1) & mask;
        places[row] = place;
        groups[row] = slots[place] - 1;
      }
      const before = count;
      count = 0;
      for (let i = 0; i < before; i++) {
        const row = rest[i];
        rest[count] = row;
        count += isOther(words, width, groups[row], given, row);
      }
    }
  }

  take(groups: Int32Array): Batch {
    const { width, words } = this;
    const taken = new Int32Array(width * groups.length);
    let validity: Uint8Array | null = null;
    for (let i = 0; i < groups.length; i++) {
      const group = groups[i];
      if (group === this.nullGroup) clearBit((validity ??= allValid(groups.length)), i);
      taken[width * i] = words[width * group];
      if (width === 2) taken[2 * i + 1] = words[2 * group + 1];
    }
    return this.batchOf(taken, groups.length, validity);
  }

  clear(): void {
    this.count = 0;
    this.nullGroup = -1;
    this.direct = null;
    this.slots = this.words = new Int32Array(0);
  }

  /** Where the key's group stands, or the free place where it would. */
  private slotOf(low: number, high: number): number {
    const { slots, words, width } = this;
    const mask = slots.length - 1;
    let slot = this.hash(low, high) & mask;
    for (;;) {
      const group = slots[slot] - 1;
      if (group < 0) return slot;
      if (words[width * group] === low && (width === 1 || words[2 * group + 1] === high)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private hash(low: number, high: number): number {
    const hash = mixWord(GROUP_SEED, low);
    return finishHash(this.width === 1 ? hash : mixWord(hash, high));
  }

  private batchOf(words: Int32Array, length: number, validity: Uint8Array | null): Batch {
    const { type } = this.schema.fields[0];
    const column: KeyColumn =
      this.width === 1
        ? { layout: 'int32', type, length, validity, values: words }
        : { layout: 'int64', type, length, validity, words, values: bigintsOf(words) };
    return { schema: this.schema, columns: [column], length, selection: null };
  }
}

/** 1 where the group has another key than the row; 0 where it has that, or there is no group. */
function isOther(words: Int32Array, width: 1 | 2, found: number, given: Int32Array, row: number): number {
  // Group 0 instead of none, so that nothing is read in front of the array.
  const group = found & ~(found >> 31);
  const differs =
    width === 1
      ? words[group] ^ given[row]
      : (words[2 * group] ^ given[2 * row]) | (words[2 * group + 1] ^ given[2 * row + 1]);
  return differs === 0 || found < 0 ? 0 : 1;
}

/** Exact if it is a safe integer. */
function keyAt(words: Int32Array, width: 1 | 2, row: number): number {
  return width === 1 ? words[row] : words[2 * row + 1] * 4294967296 + (words[2 * row] >>> 0);
}

function findDirectly(
  { first, groups: at, isInOrder }: Direct,
  given: Int32Array,
  width: 1 | 2,
  length: number,
  groups: Int32Array,
): void {
  const { length: count } = at;
  for (let row = 0; row < length; row++) {
    const place = keyAt(given, width, row) - first;
    const isInside = place >= 0 && place < count;
    if (isInOrder) groups[row] = isInside ? place : -1;
    else groups[row] = isInside ? at[place] - 1 : -1;
  }
}

function bigintsOf(words: Int32Array): BigInt64Array {
  return new BigInt64Array(words.buffer, words.byteOffset, words.length / 2);
}

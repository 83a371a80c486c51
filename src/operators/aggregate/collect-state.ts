/**
 * array_agg and string_agg: the values of each group in the order in which they come. Groups come one after the other, so all
 * values are one long column, and a group is a piece of it.
 */
import { grown } from '../../columnar/base-builder.js';
import { sizeOfColumn } from '../../columnar/batch-size.js';
import { bitmapBytes, setBit } from '../../columnar/bitmap.js';
import { createBuilder, type BytesBuilder } from '../../columnar/column-builder.js';
import { isValid, type BytesColumn, type Column, type ListColumn } from '../../columnar/column.js';
import { concatColumns } from '../../columnar/concat-columns.js';
import { takeColumn } from '../../columnar/take.js';
import { ValueError } from '../../columnar/row-errors.js';
import type { OrderedCall } from '../../protocol/aggregate-call.js';
import type { RowState } from './group-state.js';

type CallOf<Kind extends OrderedCall['kind']> = Extract<OrderedCall, { kind: Kind }>;

/** A group without rows has no array: NULL. */
export function collectState({ argument, type }: CallOf<'collect'>): RowState {
  const values = new CollectedValues(false);
  return {
    bytesPerGroup: 4,
    get bytes() {
      return values.bytes;
    },
    resize: (capacity) => values.resize(capacity),
    clear: () => values.clear(),
    update: (columns, groups, length) => values.add(columns[argument.column], groups, length),
    results(groups) {
      const offsets = values.offsets(groups.length);
      const validity = new Uint8Array(bitmapBytes(groups.length));
      groups.forEach((_, group) => offsets[group + 1] > offsets[group] && setBit(validity, group));
      const child = values.column() ?? createBuilder(argument.type, 0).finish();
      const list: ListColumn = { layout: 'list', type, length: groups.length, validity, offsets, child };
      return [list];
    },
  };
}

export function concatenateState({ argument, separator }: CallOf<'concatenate'>): RowState {
  const values = new CollectedValues(true);
  const between = Buffer.from(separator);
  return {
    bytesPerGroup: 4,
    get bytes() {
      return values.bytes;
    },
    resize: (capacity) => values.resize(capacity),
    clear: () => values.clear(),
    update: (columns, groups, length) => values.add(columns[argument.column], groups, length),
    results(groups, errors) {
      const builder = createBuilder({ kind: 'text' }, groups.length) as BytesBuilder;
      const offsets = values.offsets(groups.length);
      const column = values.column() as BytesColumn | null;
      groups.forEach((_, group) => {
        const [from, to] = [offsets[group], offsets[group + 1]];
        if (from === to) return builder.appendNull();
        try {
          appendJoined(builder, column!, from, to, between);
        } catch (error) {
          if (!(error instanceof ValueError)) throw error;
          errors.add(group, error.sqlState, error.message);
          builder.appendNull();
        }
      });
      return [builder.finish()];
    },
  };
}

function appendJoined(builder: BytesBuilder, column: BytesColumn, from: number, to: number, between: Buffer): void {
  const { offsets, data } = column;
  const start = builder.offsets[builder.length];
  builder.reserveBytes(offsets[to] - offsets[from] + between.length * (to - from - 1));
  let at = start;
  for (let row = from; row < to; row++) {
    if (row > from) at += between.copy(builder.data, at);
    builder.data.set(data.subarray(offsets[row], offsets[row + 1]), at);
    at += offsets[row + 1] - offsets[row];
  }
  builder.endRow(at - start);
}

class CollectedValues {
  bytes = 0;
  private counts = new Int32Array(0);
  private pieces: Column[] = [];

  constructor(private readonly skipsNull: boolean) {}

  resize(capacity: number): void {
    this.counts = grown(this.counts, new Int32Array(capacity));
  }

  clear(): void {
    this.counts = new Int32Array(0);
    this.pieces = [];
    this.bytes = 0;
  }

  add(column: Column, groups: Int32Array, length: number): void {
    const rows = new Int32Array(length);
    let count = 0;
    for (let row = 0; row < length; row++) {
      if (groups[row] < 0 || (this.skipsNull && !isValid(column, row))) continue;
      this.counts[groups[row]]++;
      rows[count++] = row;
    }
    if (count === 0) return;
    const piece = takeColumn(column, rows.subarray(0, count));
    this.pieces.push(piece);
    this.bytes += sizeOfColumn(piece, new Set());
  }

  /** Where the values of the first groups begin, and where the last one's end. */
  offsets(groups: number): Int32Array {
    const offsets = new Int32Array(groups + 1);
    for (let group = 0; group < groups; group++) offsets[group + 1] = offsets[group] + this.counts[group];
    return offsets;
  }

  column(): Column | null {
    return this.pieces.length === 0 ? null : concatColumns(this.pieces);
  }
}

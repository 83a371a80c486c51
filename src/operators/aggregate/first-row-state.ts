/** Keeps some cells of that row of a group which is the first in an order; rows that are equal in it are equal in all. */
import { grown } from '../../columnar/base-builder.js';
import { getBit } from '../../columnar/bitmap.js';
import { isValid, type BitsColumn, type Column } from '../../columnar/column.js';
import { cellOrderOf } from '../../kernels/cell-order.js';
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import { cellStore } from './cell-store.js';
import { flagColumn } from './float-sum-state.js';
import type { GroupState } from './group-state.js';

type FirstRow = Extract<AggregateCall, { kind: 'firstRow' }>;

export function firstRowState({ cells, keys, values, skipNull }: FirstRow): GroupState {
  const stores = cells.map(({ type }) => cellStore(type));
  const orders = cells.map(({ type }) => cellOrderOf(type));
  let seen = new Uint8Array(0);

  const comesBefore = (columns: readonly Column[], row: number, group: number): boolean => {
    for (const { cell, descending, nullsFirst } of keys) {
      const store = stores[cell];
      const isNull = !isValid(columns[cell], row);
      if (isNull || store.isNull(group)) {
        if (isNull === store.isNull(group)) continue;
        return isNull === nullsFirst;
      }
      const order = orders[cell](columns[cell], row, store.column(group), store.rowOf(group));
      if (order !== 0) return order < 0 !== descending;
    }
    return false;
  };
  const offer = (columns: readonly Column[], row: number, group: number): void => {
    if (skipNull && !isValid(columns[keys[0].cell], row)) return;
    if (seen[group] === 1 && !comesBefore(columns, row, group)) return;
    seen[group] = 1;
    stores.forEach((store, cell) => store.set(group, columns[cell], row));
  };
  return {
    bytesPerGroup: stores.reduce((sum, store) => sum + store.bytesPerGroup, 1),
    get bytes() {
      return stores.reduce((sum, store) => sum + store.bytes, 0);
    },
    resize(capacity) {
      seen = grown(seen, new Uint8Array(capacity));
      stores.forEach((store) => store.resize(capacity));
    },
    clear() {
      seen = new Uint8Array(0);
      stores.forEach((store) => store.clear());
    },
    update(columns, groups, length) {
      const own = cells.map(({ column }) => columns[column]);
      for (let row = 0; row < length; row++) if (groups[row] >= 0) offer(own, row, groups[row]);
    },
    merge([flags, ...own], groups, length) {
      const { values: bits } = flags as BitsColumn;
      for (let row = 0; row < length; row++) if (getBit(bits, row)) offer(own, row, groups[row]);
    },
    states: (groups) => [flagColumn(seen, groups), ...stores.map((store) => store.take(groups))],
    results: (groups) => values.map((cell) => stores[cell].take(groups)),
  };
}

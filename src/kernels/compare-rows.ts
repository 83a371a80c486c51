/**
 * The order of rows by a list of sort keys, the first that differs deciding. Choosing per layout happens once, here; the
 * comparator that comes back only compares.
 */
import type { Column } from '../columnar/column.js';
import { isValid } from '../columnar/column.js';
import { batchOf, rowOf } from '../columnar/row-address.js';
import type { SortKey } from '../columnar/sort-key.js';
import { cellOrderOf, type CellOrder } from './cell-order.js';

/** Negative when row `a` comes before row `b`, positive when behind, 0 when no key tells them apart. */
export type RowComparator = (a: number, b: number) => number;

/** Rows of `left` (the first argument) against rows of `right`: the same list when one batch is sorted. */
export function rowComparator(
  keys: readonly SortKey[],
  left: readonly Column[],
  right: readonly Column[],
): RowComparator {
  return firstDifference(
    keys.map((key): RowComparator => {
      const a = left[key.column];
      const b = right[key.column];
      const order = keyOrder(key, a);
      return (i, j) => order(a, i, b, j);
    }),
  );
}

/** Rows of many batches by their addresses (row-address.ts); `batches[n]` are the columns of batch n. */
export function addressComparator(
  keys: readonly SortKey[],
  batches: readonly { readonly columns: readonly Column[] }[],
): RowComparator {
  if (batches.length === 0) return () => 0;
  return firstDifference(
    keys.map((key): RowComparator => {
      const columns = batches.map((batch) => batch.columns[key.column]);
      const order = keyOrder(key, columns[0]);
      return (a, b) => order(columns[batchOf(a)], rowOf(a), columns[batchOf(b)], rowOf(b));
    }),
  );
}

/** The order of one key's cells, NULLs and direction included. */
function keyOrder(key: SortKey, like: Column): CellOrder {
  const order = cellOrderOf(like.type);
  const beforeNull = key.nullsFirst ? 1 : -1;
  const { descending } = key;
  return (a, i, b, j) => {
    if (a.validity !== null || b.validity !== null) {
      const x = isValid(a, i);
      const y = isValid(b, j);
      if (!x || !y) return x === y ? 0 : x ? beforeNull : -beforeNull;
    }
    return descending ? order(b, j, a, i) : order(a, i, b, j);
  };
}

function firstDifference(comparators: readonly RowComparator[]): RowComparator {
  if (comparators.length === 1) return comparators[0];
  return (a, b) => {
    for (const compare of comparators) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

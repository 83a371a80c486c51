/**
 * Are two rows of keys equal? The question of joins, GROUP BY and DISTINCT, with the loops chosen per layout once.
 *
 * Equality is PostgreSQL's (see cell-order.ts); `nulls` says whether NULL equals NULL, as in GROUP BY and IS NOT DISTINCT
 * FROM, or equals nothing, as in `=`. Columns of both sides are of the same types, decimals of one scale.
 */
import { isValid, type BytesColumn, type Column } from '../columnar/column.js';
import type { DataType } from '../columnar/data-type.js';
import { batchOf, rowOf } from '../columnar/row-address.js';
import { cellOrderOf, type CellOrder } from './cell-order.js';
import { equalBytes } from './compare-bytes.js';
import { equalJsonb } from './jsonb-order.js';

export type Nulls = 'equal' | 'distinct';

export type RowEquality = (leftRow: number, rightRow: number) => boolean;

type CellEquality = (a: Column, i: number, b: Column, j: number) => boolean;

export function rowEquality(left: readonly Column[], right: readonly Column[], nulls: Nulls): RowEquality {
  return allOf(left.map((column, key) => columnEquality(column, right[key], nulls)));
}

/** Rows of `left` against the addresses (row-address.ts) of many batches; `batches[n]` are the key columns of batch n. */
export function addressEquality(
  left: readonly Column[],
  batches: readonly (readonly Column[])[],
  nulls: Nulls,
): RowEquality {
  return allOf(
    left.map((column, key) => {
      const equal = withNulls(cellEqualityOf(column), nulls);
      const others = batches.map((columns) => columns[key]);
      return (row, address) => equal(column, row, others[batchOf(address)], rowOf(address));
    }),
  );
}

function allOf(keys: readonly RowEquality[]): RowEquality {
  if (keys.length === 1) return keys[0];
  if (keys.length === 2) {
    const [first, second] = keys;
    return (i, j) => first(i, j) && second(i, j);
  }
  return (i, j) => {
    for (const equal of keys) if (!equal(i, j)) return false;
    return true;
  };
}

function columnEquality(a: Column, b: Column, nulls: Nulls): RowEquality {
  if (a.validity !== null || b.validity !== null) {
    const equal = withNulls(cellEqualityOf(a), nulls);
    return (i, j) => equal(a, i, b, j);
  }
  if (a.layout === 'int32' && b.layout === 'int32') {
    const [x, y] = [a.values, b.values];
    return (i, j) => x[i] === y[j];
  }
  if (a.layout === 'int64' && b.layout === 'int64') {
    const [x, y] = [a.words, b.words];
    return (i, j) => x[2 * i] === y[2 * j] && x[2 * i + 1] === y[2 * j + 1];
  }
  if (a.layout === 'bytes' && b.layout === 'bytes' && comparesAsBytes(a.type)) {
    const { offsets, data } = a;
    const { offsets: otherOffsets, data: otherData } = b;
    return (i, j) => equalBytes(data, offsets[i], offsets[i + 1], otherData, otherOffsets[j], otherOffsets[j + 1]);
  }
  const equal = cellEqualityOf(a);
  return (i, j) => equal(a, i, b, j);
}

function withNulls(equal: CellEquality, nulls: Nulls): CellEquality {
  const bothNull = nulls === 'equal';
  return (a, i, b, j) => {
    const x = isValid(a, i);
    const y = isValid(b, j);
    return x && y ? equal(a, i, b, j) : x === y && bothNull;
  };
}

/** Equality of cells that are not NULL: of bytes without finding out which is less, of the rest by their order. */
function cellEqualityOf(like: Column): CellEquality {
  if (like.layout === 'bytes' && like.type.kind === 'jsonb') return equalJson as CellEquality;
  if (like.layout === 'bytes' && comparesAsBytes(like.type)) return equalText as CellEquality;
  const order: CellOrder = cellOrderOf(like.type);
  return (a, i, b, j) => order(a, i, b, j) === 0;
}

/** Of types whose cells are bytes: are they equal where their bytes are? */
export function comparesAsBytes({ kind }: DataType): boolean {
  return kind !== 'numeric' && kind !== 'jsonb';
}

function equalText(a: BytesColumn, i: number, b: BytesColumn, j: number): boolean {
  return equalBytes(a.data, a.offsets[i], a.offsets[i + 1], b.data, b.offsets[j], b.offsets[j + 1]);
}

function equalJson(a: BytesColumn, i: number, b: BytesColumn, j: number): boolean {
  return equalJsonb(a.data, a.offsets[i], a.offsets[i + 1], b.data, b.offsets[j], b.offsets[j + 1]);
}

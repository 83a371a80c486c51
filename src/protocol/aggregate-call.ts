/**
 * One aggregate as slots run it: what it reads, by position, and what comes out. Plain JSON.
 *
 * Many of the language are one here: `min`, `bool_and`, `first`, `max_by` and DISTINCT ON all keep the first row of an order.
 */
import type { DataType } from '../columnar/data-type.js';

/** A column of the rows that go in. */
export interface Argument {
  readonly column: number;
  readonly type: DataType;
}

export type Statistic = 'sum' | 'avg' | 'var_samp' | 'var_pop' | 'stddev_samp' | 'stddev_pop';

interface CallBase {
  /** A boolean column: rows where it is not true do not count. */
  readonly filter: number | null;
}

export type AggregateCall =
  /** Rows where the argument is not NULL, or all rows. */
  | (CallBase & { readonly kind: 'count'; readonly argument: Argument | null })
  /** About how many values there are that are not NULL. */
  | (CallBase & { readonly kind: 'approxDistinct'; readonly argument: Argument })
  | (CallBase & {
      readonly kind: 'statistic';
      readonly statistic: Statistic;
      readonly argument: Argument;
      readonly type: DataType;
    })
  /** Of the rows of a group the first by `keys`, which name `cells` by position; `values` of its cells come out. */
  | (CallBase & {
      readonly kind: 'firstRow';
      readonly cells: readonly Argument[];
      readonly keys: readonly CellKey[];
      readonly values: readonly number[];
      /** Rows whose first key is NULL do not count. */
      readonly skipNull: boolean;
    });

/** One that depends on the order of the rows: they come sorted by their groups, then by what it asks for. */
export type OrderedCall =
  | AggregateCall
  /** string_agg: values that are not NULL, with the separator between them. */
  | (CallBase & { readonly kind: 'concatenate'; readonly argument: Argument; readonly separator: string })
  /** array_agg: all values. */
  | (CallBase & { readonly kind: 'collect'; readonly argument: Argument; readonly type: DataType })
  /**
   * The value at this part of the sorted values that are not NULL; `continuous`: between the two next to it. `count`: which call of the
   * step without an order counts them, which has to be known before.
   */
  | (CallBase & {
      readonly kind: 'percentile';
      readonly argument: Argument;
      readonly fraction: number;
      readonly continuous: boolean;
      readonly count: number;
    });

/** Rows in one order, and the aggregates that want it. */
export interface OrderedStream {
  /** Columns of the groups. */
  readonly by: readonly number[];
  readonly calls: readonly OrderedCall[];
  /** Of rows that are equal in these only the first counts (DISTINCT); none: all count. */
  readonly distinct: readonly number[];
}

export interface CellKey {
  readonly cell: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** Types of the columns that a state takes in exchanges and spill files. */
export function stateTypes(call: AggregateCall): readonly DataType[] {
  const count: DataType = { kind: 'int64' };
  switch (call.kind) {
    case 'count':
      return [count];
    case 'approxDistinct':
      return [{ kind: 'bytea' }];
    case 'firstRow':
      return [{ kind: 'boolean' }, ...call.cells.map((cell) => cell.type)];
    case 'statistic': {
      const { type } = call.argument;
      if (type.kind === 'interval') return [count, count, count, { kind: 'decimal', precision: 38, scale: 0 }];
      const isSum = call.statistic === 'sum' || call.statistic === 'avg';
      if (type.kind === 'float32' || type.kind === 'float64') {
        const float: DataType = { kind: 'float64' };
        return [count, float, float, ...(isSum ? [] : [float]), { kind: 'boolean' }];
      }
      if (!isSum) return [count, { kind: 'numeric' }, { kind: 'numeric' }];
      if (type.kind === 'numeric') return [count, { kind: 'numeric' }];
      return [{ kind: 'decimal', precision: 38, scale: type.kind === 'decimal' ? type.scale : 0 }, count];
    }
    default:
      return call satisfies never;
  }
}

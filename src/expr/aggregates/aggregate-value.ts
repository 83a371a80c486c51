/** One aggregate as it is executed: everything it reads is a column of the rows that go in. Plain data. */
import type { DataType } from '../../columnar/data-type.js';
import type { SortKey } from '../typed-expr.js';
import type { AggregateName } from './aggregate-catalog.js';

export interface AggregateValue {
  /** The column in which its result comes out. */
  readonly name: string;
  readonly function: AggregateName;
  /** None for `count(*)`; value and order for `min_by` and `max_by`; of a percentile what is ranked; else one. */
  readonly arguments: readonly string[];
  readonly distinct: boolean;
  /** A boolean column: rows where it is not true do not count. */
  readonly filter: string | null;
  /** The order in which rows count: for `string_agg`, `array_agg`, `first`, `last`, and the one key of a percentile. */
  readonly orderBy: readonly SortKey[];
  /** Of `string_agg`. */
  readonly separator: string | null;
  /** Of percentiles, from 0 to 1. */
  readonly fraction: number | null;
  readonly type: DataType;
}

/** The columns that it reads. */
export function columnsOfAggregate({ arguments: args, filter, orderBy }: AggregateValue): readonly string[] {
  return [...args, ...(filter === null ? [] : [filter]), ...orderBy.map((key) => key.column)];
}

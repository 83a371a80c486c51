/**
 * How a source is cut: one small plan from which any split can be computed.
 *
 * A plan never lists its splits: `splitCount` and `splitAt` compute them, so 2^63 splits plan as fast as four.
 * All values are decimal text of the column's integer form (bigint; days for date; microseconds for timestamps; the 128 bits
 * of a uuid).
 */
export type SplitPlan =
  /** One split that reads everything. `reason` is shown by explain. */
  | { readonly strategy: 'none'; readonly reason: string }
  | {
      readonly strategy: 'range';
      readonly column: string;
      readonly valueKind: SplitValueKind;
      /** Bounds that the cuts are computed from, inclusive; rows outside belong to the first and last split. */
      readonly min: string;
      readonly max: string;
      /** Flink's arithmetic: exactly one of them, > 0. */
      readonly size?: string;
      readonly count?: string;
      /** One more split for `column IS NULL`, the last one. */
      readonly nulls: boolean;
    }
  | {
      readonly strategy: 'percentile';
      readonly column: string;
      readonly valueKind: SplitValueKind;
      readonly min: string;
      readonly max: string;
      /** Ascending, distinct first values of the second, third … split. */
      readonly cuts: readonly string[];
      readonly nulls: boolean;
    }
  /** Blocks of a heap table; the last split is open above. */
  | { readonly strategy: 'ctid'; readonly blocks: number; readonly blocksPerSplit: number }
  /** Partitions of the exchanges that a vertex reads: the index says it all. */
  | { readonly strategy: 'partitions'; readonly count: number }
  /** By the remainder of a hash of the column's text; NULL has the remainder 0. */
  | { readonly strategy: 'hash'; readonly column: string; readonly count: number }
  /** Given things, one split each: files, or values of a column; then one more split, the last, has all other rows. */
  | { readonly strategy: 'values'; readonly items: readonly string[]; readonly column?: string };

export type SplitValueKind = 'int64' | 'date' | 'timestamp' | 'timestamptz' | 'uuid';

/** One split. `lower`/`upper` are inclusive; the open flags say that the bound is not applied at all. */
export interface Split {
  readonly index: number;
  readonly lower: string | null;
  readonly upper: string | null;
  readonly openBelow: boolean;
  readonly openAbove: boolean;
  /** Reads the rows whose key IS NULL, and only them. */
  readonly nulls: boolean;
  /** Strategy `values`: the thing itself; absent in the split for all other rows. */
  readonly item?: string;
}

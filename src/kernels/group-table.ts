/**
 * Which group a row belongs to, by its key columns. Groups are numbered from 0 in the order in which their first rows come;
 * NULLs are one group, equality is that of GROUP BY (equal-rows.ts). Whoever uses a table says how many groups there shall be
 * room for.
 */
import type { Batch } from '../columnar/batch.js';

export interface GroupTable {
  count: number;
  /** Bytes of the keys, which come on top of `BYTES_PER_GROUP`. A batch adds no more than as many again, and its own. */
  readonly bytes: number;
  /** The most that it keeps of the keys of these rows, which comes on top of `BYTES_PER_GROUP`. */
  bytesFor(rows: Batch): number;
  /** For sorting: the keys, and the group of an address among them. */
  readonly keys: readonly Batch[];
  groupAt(address: number): number;
  /** Room for `capacity` groups, a power of two. */
  resize(capacity: number): void;
  /** Stores the group of each row in `groups`. `rows` has no selection and no more rows than there is room for. */
  assign(rows: Batch, groups: Int32Array): void;
  /** To an empty table: these are all the keys that are assigned before `clear`. It may prepare for them, in no more memory. */
  expect?(keys: readonly Batch[]): void;
  /** Stores the group of each row in `groups`, or -1 where there is none. */
  find(rows: Batch, groups: Int32Array): void;
  /** The keys of some groups, as columns. */
  take(groups: Int32Array): Batch;
  clear(): void;
}

/** What a table takes for each group that there is room for. */
export const BYTES_PER_GROUP = 4 * 4;

/** Keys that are bytes may lie in one array, whose offsets are of 32 bits: a table that holds more gets no more rows. */
export const MOST_KEY_BYTES = 1 << 30;

/** Another than that of an exchange, whose rows here have some bits in common. */
export const GROUP_SEED = 0x2545f491;

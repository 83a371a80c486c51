/**
 * What an aggregate knows of each group. Groups are numbers; all of them have room in the same arrays.
 *
 *     rows ─update─▶ state ─states─▶ columns ─merge─▶ state ─results─▶ columns
 *
 * States as columns go through exchanges and into spill files like any rows.
 */
import type { Column } from '../../columnar/column.js';
import type { RowErrors } from '../../columnar/row-errors.js';

export interface RowState {
  /** What it takes for each group that there is room for. */
  readonly bytesPerGroup: number;
  /** What it holds beyond that. */
  readonly bytes: number;
  /** Room for `capacity` groups; new ones have seen no row. */
  resize(capacity: number): void;
  /** Forgets all groups. */
  clear(): void;
  /** Row i of the columns goes to `groups[i]`; where that is negative it does not count. */
  update(columns: readonly Column[], groups: Int32Array, length: number): void;
  /** One row a group; errors name rows of the result. */
  results(groups: Int32Array, errors: RowErrors): readonly Column[];
}

/** One that can be taken apart and put together again. */
export interface GroupState extends RowState {
  /** Rows that are states: `stateTypes` of the call says which columns. */
  merge(states: readonly Column[], groups: Int32Array, length: number): void;
  /** One row a group. */
  states(groups: Int32Array): readonly Column[];
}

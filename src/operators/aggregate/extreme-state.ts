/** min and max of numbers, dates and timestamps: what firstRowState does for one such cell, over plain arrays. */
import { grown } from '../../columnar/base-builder.js';
import { bitmapBytes, setBit } from '../../columnar/bitmap.js';
import { isValid, type Column, type Float64Column, type Int32Column, type Int64Column } from '../../columnar/column.js';
import { layoutOf, type DataType } from '../../columnar/data-type.js';
import { takeColumn } from '../../columnar/take.js';
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import { flagColumn } from './float-sum-state.js';
import type { GroupState } from './group-state.js';

type FirstRow = Extract<AggregateCall, { kind: 'firstRow' }>;

/** The smallest or largest value of each group, in arrays of one layout. */
interface Extremes {
  readonly bytesPerGroup: number;
  resize(capacity: number): void;
  clear(): void;
  /** Row i goes to `groups[i]`, if that is not negative; `seen[g]` is 1 when the group has a value. */
  update(column: Column, groups: Int32Array, length: number, seen: Uint8Array): void;
  /** A cell for each group that there is room for, whatever it has seen. */
  column(): Column;
}

/** Null where `call` is none of them. */
export function extremeState({ cells, keys, values, skipNull }: FirstRow): GroupState | null {
  if (cells.length !== 1 || keys.length !== 1 || values.length !== 1 || !skipNull) return null;
  const [{ column: place, type }] = cells;
  const extremes = extremesOf(type, keys[0].descending ? -1 : 1);
  if (extremes === null) return null;
  let seen = new Uint8Array(0);
  const take = (groups: Int32Array): Column => {
    const validity = new Uint8Array(bitmapBytes(groups.length));
    for (let i = 0; i < groups.length; i++) if (seen[groups[i]] === 1) setBit(validity, i);
    return { ...takeColumn(extremes.column(), groups), validity };
  };
  return {
    bytesPerGroup: extremes.bytesPerGroup + 1,
    bytes: 0,
    resize(capacity) {
      seen = grown(seen, new Uint8Array(capacity));
      extremes.resize(capacity);
    },
    clear() {
      seen = new Uint8Array(0);
      extremes.clear();
    },
    update: (columns, groups, length) => extremes.update(columns[place], groups, length, seen),
    // A state of a group without values is NULL.
    merge: ([, column], groups, length) => extremes.update(column, groups, length, seen),
    states: (groups) => [flagColumn(seen, groups), take(groups)],
    results: (groups) => [take(groups)],
  };
}

/** `sign`: 1 for the smallest, -1 for the largest. */
function extremesOf(type: DataType, sign: 1 | -1): Extremes | null {
  switch (layoutOf(type)) {
    case 'int32':
      return int32Extremes(type, sign);
    case 'int64':
      return int64Extremes(type, sign);
    case 'float64':
      return floatExtremes(type, sign);
    default:
      return null;
  }
}

function int32Extremes(type: DataType, sign: 1 | -1): Extremes {
  let kept = new Int32Array(0);
  return {
    bytesPerGroup: 4,
    resize: (capacity) => void (kept = grown(kept, new Int32Array(capacity))),
    clear: () => void (kept = new Int32Array(0)),
    update(column, groups, length, seen) {
      const { values } = column as Int32Column;
      for (let row = 0; row < length; row++) {
        const group = groups[row];
        if (group < 0 || !isValid(column, row)) continue;
        if (seen[group] === 1 && sign * (values[row] - kept[group]) >= 0) continue;
        seen[group] = 1;
        kept[group] = values[row];
      }
    },
    column: () => ({ layout: 'int32', type, length: kept.length, validity: null, values: kept }),
  };
}

function int64Extremes(type: DataType, sign: 1 | -1): Extremes {
  let kept = new Int32Array(0);
  return {
    bytesPerGroup: 8,
    resize: (capacity) => void (kept = grown(kept, new Int32Array(2 * capacity))),
    clear: () => void (kept = new Int32Array(0)),
    update(column, groups, length, seen) {
      const { words } = column as Int64Column;
      for (let row = 0; row < length; row++) {
        const group = groups[row];
        if (group < 0 || !isValid(column, row)) continue;
        const low = words[2 * row];
        const high = words[2 * row + 1];
        if (seen[group] === 1) {
          const upper = high - kept[2 * group + 1];
          if (sign * (upper !== 0 ? upper : (low >>> 0) - (kept[2 * group] >>> 0)) >= 0) continue;
        } else seen[group] = 1;
        kept[2 * group] = low;
        kept[2 * group + 1] = high;
      }
    },
    column: () => {
      const values = new BigInt64Array(kept.buffer);
      return { layout: 'int64', type, length: values.length, validity: null, words: kept, values };
    },
  };
}

/** NaN is above all numbers; of equal ones the first stays. */
function floatExtremes(type: DataType, sign: 1 | -1): Extremes {
  let kept = new Float64Array(0);
  return {
    bytesPerGroup: 8,
    resize: (capacity) => void (kept = grown(kept, new Float64Array(capacity))),
    clear: () => void (kept = new Float64Array(0)),
    update(column, groups, length, seen) {
      const { values } = column as Float64Column;
      for (let row = 0; row < length; row++) {
        const group = groups[row];
        if (group < 0 || !isValid(column, row)) continue;
        const value = values[row];
        const old = kept[group];
        const isAbove = value > old || (value !== value && old === old);
        const isBelow = value < old || (old !== old && value === value);
        if (seen[group] === 1 && !(sign === 1 ? isBelow : isAbove)) continue;
        seen[group] = 1;
        kept[group] = value;
      }
    },
    column: () => ({ layout: 'float64', type, length: kept.length, validity: null, values: kept }),
  };
}

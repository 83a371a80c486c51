/**
 * Normalised keys: the first 64 bits of a row's sort keys as one unsigned integer (two words), so that most comparisons are of
 * integers and a radix sort can do without any.
 *
 * Keys are packed from the highest bit on while they fit, each with its direction and the place of its NULLs built in:
 *
 *     day date, price numeric(9,2) DESC   →   dddddddd pppppppp        complete: the integer decides
 *     day date, name text NULLS FIRST     →   dddddddd "Jane"          not complete: equal integers say nothing
 *
 * A key with NULLs takes one more bit where there is room; the last one shares its lowest or highest integer with NULL. Where
 * the integers of two rows differ, their order is that of the comparator. Only rows encoded with one plan may be compared.
 */
import type { Column } from '../columnar/column.js';
import type { DataType } from '../columnar/data-type.js';
import type { SortKey } from '../columnar/sort-key.js';
import { encodeKey, keyWidth } from './encode-key.js';

/** How the keys are packed. JSON-safe. */
export interface KeyPlan {
  readonly parts: readonly KeyPart[];
  /** Rows with equal integers are equal in all keys. */
  readonly isComplete: boolean;
  /** The same of rows without a NULL among their keys. */
  readonly isCompleteWithoutNulls: boolean;
}

export interface KeyPart {
  readonly key: SortKey;
  /** The part is the bits `[shift, shift + bits)`, counted from the highest. */
  readonly shift: number;
  readonly bits: number;
  /** `none`: the column has none. `bit`: the part's first bit tells. `edge`: the part's lowest or highest value. */
  readonly nulls: 'none' | 'bit' | 'edge';
}

/** `types` and `hasNulls` are by column. Where `hasNulls` says no, no batch encoded with the plan may have a NULL. */
export function planKeys(keys: readonly SortKey[], types: readonly DataType[], hasNulls: readonly boolean[]): KeyPlan {
  const parts: KeyPart[] = [];
  let shift = 0;
  for (const key of keys) {
    const width = keyWidth(types[key.column]);
    if (width === null || shift === 64) return { parts, isComplete: false, isCompleteWithoutNulls: false };
    const nullable = hasNulls[key.column];
    const wish = width.bits + (nullable ? 1 : 0);
    const room = 64 - shift;
    if (!width.isExact || wish > room) {
      parts.push({ key, shift, bits: room, nulls: nullable ? 'edge' : 'none' });
      const isLast = parts.length === keys.length;
      return { parts, isComplete: false, isCompleteWithoutNulls: isLast && width.isExact && width.bits <= room };
    }
    parts.push({ key, shift, bits: wish, nulls: nullable ? 'bit' : 'none' });
    shift += wish;
  }
  return { parts, isComplete: true, isCompleteWithoutNulls: true };
}

/**
 * Stores the integers of the rows `selection[0 .. length)`, or of the first `length`, at `high[at …)` and `low[at …)`.
 * Columns are those of the batch, as the keys count them.
 */
export function normalizeKeys(
  plan: KeyPlan,
  columns: readonly Column[],
  selection: Int32Array | null,
  length: number,
  high: Uint32Array,
  low: Uint32Array,
  at = 0,
): void {
  if (plan.parts.length === 0) {
    high.fill(0, at, at + length);
    low.fill(0, at, at + length);
    return;
  }
  const [first, ...more] = plan.parts;
  encodeKey(columns[first.key.column], selection, length, { high, low, at });
  fitPart(first, columns[first.key.column], selection, length, high, low, at);
  if (more.length === 0) return;
  const partHigh = new Uint32Array(length);
  const partLow = new Uint32Array(length);
  for (const part of more) {
    encodeKey(columns[part.key.column], selection, length, { high: partHigh, low: partLow, at: 0 });
    fitPart(part, columns[part.key.column], selection, length, partHigh, partLow, 0);
    for (let i = 0; i < length; i++) {
      high[at + i] |= partHigh[i];
      low[at + i] |= partLow[i];
    }
  }
}

/** Gives left-aligned ascending integers their direction, NULLs, width and place. */
function fitPart(
  part: KeyPart,
  { validity }: Column,
  selection: Int32Array | null,
  length: number,
  high: Uint32Array,
  low: Uint32Array,
  at: number,
): void {
  const { shift, bits, nulls } = part;
  const { descending, nullsFirst } = part.key;
  if (!descending && nulls === 'none' && shift === 0) return;
  const flip = descending ? -1 : 0;
  const hasBit = nulls === 'bit';
  const presentBit = nullsFirst ? 0x80000000 : 0;
  // Of a NULL: the null bit alone, or the part's lowest or highest integer.
  const nullHigh = nullsFirst ? 0 : hasBit ? 0x80000000 : 0xffffffff;
  const nullLow = nullsFirst || hasBit ? 0 : 0xffffffff;
  const maskHigh = topBits(Math.min(32, bits));
  const maskLow = topBits(Math.max(0, bits - 32));
  for (let i = at; i < at + length; i++) {
    let top = high[i] ^ flip;
    let rest = low[i] ^ flip;
    if (hasBit) {
      rest = (rest >>> 1) | (top << 31);
      top = (top >>> 1) | presentBit;
    }
    if (validity !== null) {
      const row = selection === null ? i - at : selection[i - at];
      if (((validity[row >> 3] >> (row & 7)) & 1) === 0) {
        top = nullHigh;
        rest = nullLow;
      }
    }
    top &= maskHigh;
    rest &= maskLow;
    if (shift === 0) {
      high[i] = top;
      low[i] = rest;
    } else if (shift < 32) {
      high[i] = top >>> shift;
      low[i] = (rest >>> shift) | (top << (32 - shift));
    } else {
      high[i] = 0;
      low[i] = top >>> (shift - 32);
    }
  }
}

function topBits(count: number): number {
  return count === 0 ? 0 : -1 << (32 - count);
}

/**
 * The plan of a range split, from what a catalog found out and what the job file wishes.
 *
 * Given bounds only say where to cut: rows outside them still belong to the first and the last split. Without a size or a
 * count there are about `perSlot` splits for each slot, so that a slot that was lucky can take over from one that was not.
 */
import { EtlError } from '../errors/etl-error.js';
import type { SplitPlan, SplitValueKind } from './split.js';

export interface RangeRequest {
  readonly column: string;
  readonly valueKind: SplitValueKind;
  /** Smallest and largest key of the table, or null when it has none (no rows, or only NULL keys). */
  readonly min: bigint | null;
  readonly max: bigint | null;
  /** May the key be NULL? */
  readonly nullable: boolean;
  /** The wish of the job file, its values already integers of the column. */
  readonly wish: { readonly size?: string; readonly count?: string; readonly lower?: bigint; readonly upper?: bigint };
  readonly parallelism: number;
  /** The setting `split.per-slot`. */
  readonly perSlot: number;
}

/** @throws EtlError ETL-3020 when the wish contradicts itself. */
export function planRange(request: RangeRequest): SplitPlan {
  const { column, valueKind, nullable, wish, parallelism, perSlot } = request;
  checkWish(wish);
  const bounds = cutBounds(request);
  if (bounds === null) return { strategy: 'none', reason: `no value of "${column}" to cut at` };
  const [min, max] = bounds;
  const cut =
    wish.size !== undefined ? { size: wish.size } : { count: wish.count ?? String(Math.max(1, parallelism * perSlot)) };
  return { strategy: 'range', column, valueKind, min: String(min), max: String(max), ...cut, nulls: nullable };
}

function checkWish({ size, count }: RangeRequest['wish']): void {
  if (size !== undefined && count !== undefined) {
    throw new EtlError('ETL-3020', 'the splits are given a size and a count', { hint: 'keep one of them' });
  }
  const wanted = size ?? count;
  if (wanted !== undefined && BigInt(wanted) <= 0n) {
    throw new EtlError(
      'ETL-3020',
      `the ${size === undefined ? 'count' : 'size'} of the splits must be at least 1, not ${wanted}`,
    );
  }
}

/** The bounds to cut between: those given, else the table's. One given bound beyond the table's other one moves that one. */
function cutBounds({ wish, min, max }: RangeRequest): readonly [bigint, bigint] | null {
  const { lower, upper } = wish;
  if (lower !== undefined && upper !== undefined) {
    if (lower <= upper) return [lower, upper];
    throw new EtlError('ETL-3020', `the lower bound of the splits, ${lower}, is above the upper bound, ${upper}`);
  }
  if (min === null || max === null) return null;
  if (lower !== undefined) return [lower, lower > max ? lower : max];
  if (upper !== undefined) return [upper < min ? upper : min, upper];
  return [min, max];
}

/** Some splits of a plan that may have any number of them. */
import { splitAt, splitCount } from '../../split/split-at.js';
import type { Split, SplitPlan } from '../../split/split.js';

export interface ListedSplits {
  readonly count: bigint;
  /** The first ones. */
  readonly first: readonly Split[];
  /** The last one where it is not among the first, else null. */
  readonly last: Split | null;
}

export function listSplits(plan: SplitPlan, most: number): ListedSplits {
  const count = splitCount(plan);
  const shown = count > BigInt(most) ? most : Number(count);
  const first = Array.from({ length: shown }, (_, index) => splitAt(plan, index));
  return { count, first, last: count > BigInt(most) ? splitAt(plan, count - 1n) : null };
}

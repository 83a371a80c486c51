/**
 * Any split of a plan, from its index, in constant time. Split plans never list what they hold.
 *
 * The splits of a plan together read every row exactly once, whatever was inserted since the bounds were read: the first
 * range is open below, the last open above, and `nulls` adds one split, the last, for the rows that no range can hold.
 */
import { rangeLayout, type RangeLayout } from './range-layout.js';
import type { Split, SplitPlan } from './split.js';

export function splitCount(plan: SplitPlan): bigint {
  switch (plan.strategy) {
    case 'none':
      return 1n;
    case 'partitions':
      return BigInt(plan.count);
    case 'range':
      return layoutOf(plan).count + (plan.nulls ? 1n : 0n);
    case 'percentile':
      return BigInt(plan.cuts.length + 1) + (plan.nulls ? 1n : 0n);
    case 'ctid':
      return BigInt(Math.max(1, Math.ceil(plan.blocks / plan.blocksPerSplit)));
    case 'values':
      return BigInt(plan.items.length + (plan.column === undefined ? 0 : 1));
    case 'hash':
      return BigInt(plan.count);
    default:
      return plan satisfies never;
  }
}

/**
 * `Split.index` is a number, exact up to 2^53: nobody runs more splits than that, but explain may print the last of 2^63.
 *
 * @throws RangeError when the plan has no split of that index
 */
export function splitAt(plan: SplitPlan, index: bigint | number): Split {
  const count = splitCount(plan);
  const wanted = BigInt(index);
  if (wanted < 0n || wanted >= count) throw new RangeError(`split ${wanted} of ${count}`);
  const number = Number(wanted);
  switch (plan.strategy) {
    case 'none':
    case 'partitions':
      return everything(number);
    case 'range':
    case 'percentile': {
      const ranges = plan.nulls ? count - 1n : count;
      if (wanted === ranges) return nullSplit(number);
      const [lower, upper] =
        plan.strategy === 'range' ? boundsOf(layoutOf(plan), wanted) : boundsBetweenCuts(plan, number);
      return {
        index: number,
        lower,
        upper,
        openBelow: wanted === 0n,
        openAbove: wanted === ranges - 1n,
        nulls: false,
      };
    }
    case 'ctid': {
      const first = number * plan.blocksPerSplit;
      const last = Math.max(first, Math.min(first + plan.blocksPerSplit, plan.blocks) - 1);
      return {
        index: number,
        lower: String(first),
        upper: String(last),
        openBelow: wanted === 0n,
        openAbove: wanted === count - 1n,
        nulls: false,
      };
    }
    case 'hash':
      return everything(number);
    case 'values':
      return number === plan.items.length ? everything(number) : { ...everything(number), item: plan.items[number] };
    default:
      return plan satisfies never;
  }
}

type RangePlan = Extract<SplitPlan, { strategy: 'range' }>;
type PercentilePlan = Extract<SplitPlan, { strategy: 'percentile' }>;

function layoutOf(plan: RangePlan): RangeLayout {
  const wish = plan.size !== undefined ? { size: BigInt(plan.size) } : { count: BigInt(plan.count ?? '1') };
  return rangeLayout(BigInt(plan.min), BigInt(plan.max), wish);
}

function boundsOf(layout: RangeLayout, index: bigint): readonly [string, string] {
  return [String(layout.lower(index)), String(layout.upper(index))];
}

function boundsBetweenCuts(plan: PercentilePlan, index: number): readonly [string, string] {
  const lower = index === 0 ? plan.min : plan.cuts[index - 1];
  const upper = index === plan.cuts.length ? plan.max : String(BigInt(plan.cuts[index]) - 1n);
  return [lower, upper];
}

function everything(index: number): Split {
  return { index, lower: null, upper: null, openBelow: true, openAbove: true, nulls: false };
}

function nullSplit(index: number): Split {
  return { index, lower: null, upper: null, openBelow: false, openAbove: false, nulls: true };
}

/**
 * How the keys of a column are spread, as the statistics of the server tell: a histogram of buckets that hold equally many
 * rows, and the values that are so common that the histogram leaves them out.
 *
 * Everything is an estimate and only decides where splits are cut, never which rows they read.
 */
export interface KeyStatistics {
  /** Ascending. Every gap between two of them holds the same share of the rows that are not in `common`. */
  readonly bounds: readonly bigint[];
  readonly common: readonly { readonly value: bigint; readonly share: number }[];
}

export class KeyDistribution {
  private readonly commonShare: number;

  constructor(private readonly statistics: KeyStatistics) {
    this.commonShare = statistics.common.reduce((sum, { share }) => sum + share, 0);
  }

  /** Share of the rows whose key is below `value`, 0 to 1. */
  shareBelow(value: bigint): number {
    const { bounds, common } = this.statistics;
    let share = 0;
    for (const one of common) if (one.value < value) share += one.share;
    const buckets = bounds.length - 1;
    if (buckets < 1) return this.commonShare === 0 ? 0 : share / this.commonShare;
    let low = 0;
    let high = buckets;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (bounds[middle] <= value) low = middle;
      else high = middle - 1;
    }
    if (value <= bounds[0]) return share;
    const inside = low === buckets ? 0 : Number(value - bounds[low]) / Number(bounds[low + 1] - bounds[low]);
    return share + Math.max(0, 1 - this.commonShare) * ((low + inside) / buckets);
  }

  /** Largest share that one of the ranges beginning at `starts` would hold, times their number: 1 is perfectly even. */
  unevenness(starts: readonly bigint[]): number {
    let largest = 0;
    for (let i = 0; i < starts.length; i++) {
      const from = i === 0 ? 0 : this.shareBelow(starts[i]);
      const to = i + 1 === starts.length ? 1 : this.shareBelow(starts[i + 1]);
      largest = Math.max(largest, to - from);
    }
    return largest * starts.length;
  }

  /** First keys of the second, third … of `count` ranges of about equal shares, between `min` and `max`. */
  cuts(count: number, min: bigint, max: bigint): bigint[] {
    const cuts: bigint[] = [];
    for (let i = 1; i < count; i++) cuts.push(this.valueAt(i / count, min, max));
    return distinctCuts(cuts, min);
  }

  /** Smallest value with at least that share below it. */
  private valueAt(share: number, min: bigint, max: bigint): bigint {
    let low = min;
    let high = max;
    while (low < high) {
      const middle = (low + high) >> 1n;
      if (this.shareBelow(middle) >= share) high = middle;
      else low = middle + 1n;
    }
    return low;
  }
}

/** Ascending and distinct, above `min`. */
export function distinctCuts(cuts: readonly bigint[], min: bigint): bigint[] {
  const sorted = [...new Set(cuts)].filter((cut) => cut > min);
  return sorted.sort((a, b) => (a < b ? -1 : 1));
}

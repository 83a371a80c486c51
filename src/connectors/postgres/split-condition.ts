/**
 * A split as a condition. Bounds travel as integers (days, microseconds); here they become values of the column's type
 * again, exactly, so that an index on the column can be used.
 *
 *     "id" BETWEEN '1' AND '50' · "id" >= '51' · "id" IS NULL · ctid >= '(0,0)' AND ctid < '(128,0)'
 */
import type { DataType } from '../../columnar/data-type.js';
import { splitBoundText } from '../../split/render-split.js';
import type { Split, SplitPlan, SplitValueKind } from '../../split/split.js';
import { quoteName } from './sql-text.js';

/** What a plan splits by. JSON. */
export type SplitBy =
  | { readonly kind: 'all' }
  | { readonly kind: 'column'; readonly column: string; readonly valueKind: SplitValueKind }
  | { readonly kind: 'ctid' };

export function splitByOf(plan: SplitPlan): SplitBy {
  if (plan.strategy === 'range' || plan.strategy === 'percentile')
    return { kind: 'column', column: plan.column, valueKind: plan.valueKind };
  return { kind: plan.strategy === 'ctid' ? 'ctid' : 'all' };
}

/** The condition with its bounds written by `write`, which gets text and type; null: everything. */
export function splitCondition(
  by: SplitBy,
  split: Split,
  write: (text: string, type: DataType | 'tid') => string,
): string | null {
  switch (by.kind) {
    case 'all':
      return null;
    case 'column': {
      const bound = (value: string | null): string | null =>
        value === null ? null : write(splitBoundText(by.valueKind, value), { kind: by.valueKind });
      return conditionBetween(by, {
        ...split,
        lower: split.openBelow ? null : bound(split.lower),
        upper: split.openAbove ? null : bound(split.upper),
      });
    }
    case 'ctid': {
      const block = (number: string | null, after: bigint): string | null =>
        number === null ? null : write(`(${BigInt(number) + after},0)`, 'tid');
      return conditionBetween(by, {
        ...split,
        lower: split.openBelow ? null : block(split.lower, 0n),
        upper: split.openAbove ? null : block(split.upper, 1n),
      });
    }
  }
}

/** `split` holds SQL in place of its bounds. */
export function conditionBetween(by: SplitBy, { nulls, lower, upper, openBelow, openAbove }: Split): string | null {
  if (by.kind === 'all') return null;
  const column = by.kind === 'ctid' ? 'ctid' : quoteName(by.column);
  if (nulls) return `${column} IS NULL`;
  const isCtid = by.kind === 'ctid'; // the first block that is not read, where values have a last one that is
  if (!openBelow && !openAbove && !isCtid) return `${column} BETWEEN ${lower} AND ${upper}`;
  const above = openBelow ? null : `${column} >= ${lower}`;
  const below = openAbove ? null : `${column} ${isCtid ? '<' : '<='} ${upper}`;
  if (above === null && below === null) return isCtid ? null : `${column} IS NOT NULL`;
  return [above, below].filter((part) => part !== null).join(' AND ');
}

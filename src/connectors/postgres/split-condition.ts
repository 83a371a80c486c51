/**
 * A split as a condition. Bounds travel as integers (days, microseconds); here they become values of the column's type
 * again, exactly, so that an index on the column can be used.
 *
 *     "id" BETWEEN '1' AND '50' · "id" >= '51' · "id" IS NULL · ctid >= '(0,0)' AND ctid < '(128,0)'
 *     (hash of "k") % 4 = 1 · "k" = 'de' · ("k" IN ('de', 'fr')) IS NOT TRUE
 */
import type { Schema } from '../../columnar/batch.js';
import type { DataType } from '../../columnar/data-type.js';
import { splitBoundText } from '../../split/render-split.js';
import type { Split, SplitPlan, SplitValueKind } from '../../split/split.js';
import { isStandIn } from './resolve-types.js';
import { quoteName } from './sql-text.js';

/** What a plan splits by. JSON. */
export type SplitBy =
  | { readonly kind: 'all' }
  | { readonly kind: 'column'; readonly column: string; readonly valueKind: SplitValueKind }
  | { readonly kind: 'ctid' }
  | { readonly kind: 'hash'; readonly column: string; readonly count: number }
  | { readonly kind: 'values'; readonly column: string; readonly type: DataType; readonly values: readonly string[] };

export function splitByOf(plan: SplitPlan, { fields }: Schema): SplitBy {
  if (plan.strategy === 'hash') return { kind: 'hash', column: plan.column, count: plan.count };
  if (plan.strategy === 'values' && plan.column !== undefined) {
    const { column, items } = plan;
    return { kind: 'values', column, type: fields.find(({ name }) => name === column)!.type, values: items };
  }
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
    case 'hash':
      return `${hashOf(by)} = ${split.index}`;
    case 'values': {
      const key = comparedKey(by);
      const type = comparedType(by.type);
      if (split.item !== undefined) return `${key} = ${write(split.item, type)}`;
      return `(${key} IN (${by.values.map((value) => write(value, type)).join(', ')})) IS NOT TRUE`;
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

/** The condition of an inner split, for explain. */
export function explainedCondition(by: SplitBy): string | null {
  switch (by.kind) {
    case 'all':
      return null;
    case 'hash':
      return `${hashOf(by)} = $1`;
    case 'values':
      return `${comparedKey(by)} = $1`;
    case 'column':
    case 'ctid':
      return conditionBetween(by, {
        index: 0,
        lower: '$1',
        upper: '$2',
        openBelow: false,
        openAbove: false,
        nulls: false,
      });
  }
}

/** What listed values are compared as: what we only have the text of, as text. */
export function comparedType(type: DataType): DataType {
  return isStandIn(type) ? { kind: 'text' } : type;
}

function comparedKey({ column, type }: SplitBy & { kind: 'values' }): string {
  return isStandIn(type) ? `${quoteName(column)}::pg_catalog.text` : quoteName(column);
}

/** From 0 to 2^31-1, of the bytes of the value's text; the same in every session, for they are all set alike. */
function hashOf({ column, count }: SplitBy & { kind: 'hash' }): string {
  const text = `${quoteName(column)}::pg_catalog.text COLLATE "C"`;
  return `(coalesce(pg_catalog.hashtext(${text}), 0) & 2147483647) % ${count}`;
}

/** `split` holds SQL in place of its bounds. */
function conditionBetween(
  by: SplitBy & { kind: 'column' | 'ctid' },
  { nulls, lower, upper, openBelow, openAbove }: Split,
): string | null {
  const column = by.kind === 'ctid' ? 'ctid' : quoteName(by.column);
  if (nulls) return `${column} IS NULL`;
  const isCtid = by.kind === 'ctid'; // the first block that is not read, where values have a last one that is
  if (!openBelow && !openAbove && !isCtid) return `${column} BETWEEN ${lower} AND ${upper}`;
  const above = openBelow ? null : `${column} >= ${lower}`;
  const below = openAbove ? null : `${column} ${isCtid ? '<' : '<='} ${upper}`;
  if (above === null && below === null) return isCtid ? null : `${column} IS NOT NULL`;
  return [above, below].filter((part) => part !== null).join(' AND ');
}

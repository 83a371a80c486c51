/**
 * A split as explain prints it: `id <= 15`, `id 16..30`, `id >= 87`, `id IS NULL`, `blocks 0..127`, `orders-01.csv`.
 *
 * Bounds are shown as the column's own values (a date, not a day number).
 */
import { ByteWriter } from '../columnar/byte-writer.js';
import { writeDate, writeTimestamp } from '../columnar/datetime.js';
import type { Split, SplitPlan, SplitValueKind } from './split.js';

export function renderSplit(plan: SplitPlan, split: Split): string {
  switch (plan.strategy) {
    case 'none':
      return 'all rows';
    case 'hash':
      return `hash of ${plan.column} % ${plan.count} = ${split.index}`;
    case 'partitions':
      return `partition ${split.index}`;
    case 'values':
      if (plan.column === undefined) return split.item ?? '';
      return split.item === undefined ? `all others, and NULL` : `${plan.column} = ${split.item}`;
    case 'ctid':
      return renderRange('blocks', split, (bound) => bound);
    case 'range':
    case 'percentile':
      return renderRange(plan.column, split, (bound) => splitBoundText(plan.valueKind, bound));
    default:
      return plan satisfies never;
  }
}

function renderRange(name: string, split: Split, bound: (text: string) => string): string {
  if (split.nulls) return `${name} IS NULL`;
  if (split.openBelow && split.openAbove) return `all ${name === 'blocks' ? 'blocks' : `values of ${name}`}`;
  if (split.openBelow) return `${name} <= ${bound(split.upper!)}`;
  if (split.openAbove) return `${name} >= ${bound(split.lower!)}`;
  return split.lower === split.upper
    ? `${name} = ${bound(split.lower!)}`
    : `${name} ${bound(split.lower!)}..${bound(split.upper!)}`;
}

function uuidText(bits: bigint): string {
  return bits
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A bound in the column's own form. */
export function splitBoundText(kind: SplitValueKind, text: string): string {
  if (kind === 'int64') return text;
  if (kind === 'uuid') return uuidText(BigInt(text));
  const out = new ByteWriter(32);
  if (kind === 'date') writeDate(Number(text), out);
  else {
    const micros = BigInt(text);
    const low = Number(BigInt.asIntN(32, micros));
    const high = Number(BigInt.asIntN(32, micros >> 32n));
    writeTimestamp(low, high, ' ', kind === 'timestamptz' ? '+00' : '', out);
  }
  return out.view().toString('latin1');
}

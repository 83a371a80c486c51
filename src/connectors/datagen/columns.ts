/** What a generated column is, after its block was checked. JSON-safe: the slots get it as it is. */
import type { Field } from '../../columnar/batch.js';
import type { Column } from '../../columnar/column.js';
import type { DataType } from '../../columnar/data-type.js';

/** Integers of any size are decimal text. */
export type Generator =
  /** `start + step · row` */
  | { readonly kind: 'sequence'; readonly start: string; readonly step: string }
  /** Any value in `[min, max]`, both included: units of the type (days, microseconds, the unscaled decimal). */
  | { readonly kind: 'uniform'; readonly min: string; readonly max: string }
  /** Ranks 1 to `values`; rank k comes k^exponent times as rarely as rank 1. */
  | { readonly kind: 'zipf'; readonly values: number; readonly exponent: number }
  /** `minLength` to `maxLength` characters of the alphabet. */
  | { readonly kind: 'text'; readonly minLength: number; readonly maxLength: number; readonly alphabet: string }
  /** The prefix, then a number from 1 to `distinct`. */
  | { readonly kind: 'label'; readonly prefix: string; readonly distinct: number }
  /** `start + step · row`, then up to `jitter` later, in microseconds. */
  | { readonly kind: 'timestamps'; readonly start: string; readonly step: string; readonly jitter: number };

export interface GeneratedColumn {
  readonly type: DataType;
  /** The share of rows that are NULL. */
  readonly nulls: number;
  readonly generator: Generator;
}

/**
 * The rows `[from, from + length)` of a column.
 * `validity`: which of them will not be NULL, or null when none will be; texts are not made for the others.
 */
export type FillColumn = (from: number, length: number, validity: Uint8Array | null) => Column;

/** What the slots are sent. */
export interface DatagenParams {
  readonly rows: number;
  readonly seed: string;
  readonly columns: readonly (GeneratedColumn & { readonly name: string })[];
  readonly batchRows: number;
}

export function fieldOf(name: string, { type, nulls }: GeneratedColumn): Field {
  return { name, type, nullable: nulls > 0 };
}

/** About the most bytes of a value, for the size of batches. */
export function widthOf({ type, generator }: GeneratedColumn): number {
  switch (generator.kind) {
    case 'sequence':
    case 'zipf':
    case 'timestamps':
      return 8;
    case 'uniform':
      return type.kind === 'decimal' ? 16 : 8;
    case 'text':
      return generator.maxLength * longestSymbol(generator.alphabet) + 4;
    case 'label':
      return Buffer.byteLength(generator.prefix) + String(generator.distinct).length + 4;
    default:
      return generator satisfies never;
  }
}

function longestSymbol(alphabet: string): number {
  return Math.max(...Array.from(alphabet, (symbol) => Buffer.byteLength(symbol)));
}

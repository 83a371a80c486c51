/**
 * Arrow's own types, as far as we tell them apart, and their names in its metadata.
 *
 * Source: format/Schema.fbs and format/Message.fbs of Apache Arrow 1.0 and later. The tables of numbers are the order of
 * the schema's unions and enumerations.
 */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

export type ArrowType =
  | { readonly kind: 'null' }
  | { readonly kind: 'int'; readonly bits: number; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: number }
  | { readonly kind: 'bool' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number; readonly bits: number }
  | { readonly kind: 'date'; readonly unit: 'day' | 'ms' }
  | { readonly kind: 'time'; readonly unit: TimeUnit; readonly bits: number }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly timezone: string | null }
  | { readonly kind: 'duration'; readonly unit: TimeUnit }
  | { readonly kind: 'interval'; readonly unit: 'month' | 'day-time' | 'month-day-nano' }
  /** Bytes with offsets; `large`: offsets of 64 bits. */
  | { readonly kind: 'utf8' | 'binary'; readonly large: boolean }
  | { readonly kind: 'utf8-view' | 'binary-view' }
  | { readonly kind: 'fixed-binary'; readonly width: number }
  | { readonly kind: 'list'; readonly large: boolean }
  | { readonly kind: 'fixed-list'; readonly size: number }
  /** What we cannot read, by name. */
  | { readonly kind: 'other'; readonly name: string };

export interface ArrowField {
  readonly name: string;
  readonly nullable: boolean;
  /** Of the values; what lies in a dictionary-encoded column is `dictionary.index`. */
  readonly type: ArrowType;
  readonly children: readonly ArrowField[];
  readonly dictionary: { readonly id: number; readonly bits: number; readonly signed: boolean } | null;
  /** JSON of the `DataType` that we wrote, under this key of the field's metadata. */
  readonly etlType: string | null;
}

export const ETL_TYPE_KEY = 'etl.type';

/** MetadataVersion V5, of Arrow 1.0. */
export const METADATA_V5 = 4;
export const METADATA_V4 = 3;

export const headerIds = { schema: 1, dictionary: 2, batch: 3 } as const;

export const typeIds = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  fixedBinary: 15,
  fixedList: 16,
  duration: 18,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  binaryView: 23,
  utf8View: 24,
} as const;

/** Names of the ones that have no counterpart here, for messages. */
export const otherTypes: Readonly<Record<number, string>> = {
  13: 'a struct',
  14: 'a union',
  17: 'a map',
  22: 'run-end encoded',
  25: 'a list view',
  26: 'a list view',
};

export const timeUnits: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];
export const floatBits: readonly number[] = [16, 32, 64];
export const intervalUnits = ['month', 'day-time', 'month-day-nano'] as const;

/**
 * Every aggregate of the language: which arguments it takes, and what comes out, by PostgreSQL's pg_aggregate. One line each.
 *
 *     sum(integer) → bigint      sum(bigint) → numeric      avg(integer) → numeric      avg(real) → double precision
 *
 * A sum of `numeric(p,s)` is a decimal of 38 digits where 10¹² rows of the largest value still fit; else it is `numeric`.
 * `first`, `last`, `min_by`, `max_by` and `approx_count_distinct` are not PostgreSQL's; the first two go by ORDER BY.
 */
import type { DataType, Kind } from '../../columnar/data-type.js';
import { hasOrder } from '../require-order.js';
import { pgKind } from '../type-rules.js';

export type AggregateName =
  | 'count'
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'bool_and'
  | 'bool_or'
  | 'string_agg'
  | 'array_agg'
  | 'stddev_samp'
  | 'stddev_pop'
  | 'var_samp'
  | 'var_pop'
  | 'first'
  | 'last'
  | 'min_by'
  | 'max_by'
  | 'percentile_cont'
  | 'percentile_disc'
  | 'approx_count_distinct';

export interface Fit {
  /** By argument: the type that it is cast to. */
  readonly args: readonly DataType[];
  readonly result: DataType;
}

export interface AggregateEntry {
  readonly name: AggregateName;
  /** `sum(integer, bigint, …)`: what a message says there is. */
  readonly takes: string;
  /** How it is called: plainly, or with what it ranks in WITHIN GROUP. */
  readonly form: 'plain' | 'within group';
  /** Null where it does not take arguments of these types. Within group: of what is ranked. */
  readonly fit: (types: readonly DataType[]) => Fit | null;
  /** Does the result depend on the order of the rows? Else ORDER BY is dropped. */
  readonly ordered: boolean;
  /** Does it depend on how often a value comes? Else DISTINCT is dropped. */
  readonly counts: boolean;
}

const int64: DataType = { kind: 'int64' };
const float64: DataType = { kind: 'float64' };
const numeric: DataType = { kind: 'numeric' };
const boolean: DataType = { kind: 'boolean' };
const text: DataType = { kind: 'text' };
const interval: DataType = { kind: 'interval' };

const numbers = 'a number';
const plain = { form: 'plain', ordered: false, counts: true } as const;

const entries: readonly AggregateEntry[] = [
  {
    ...plain,
    name: 'count',
    takes: '*, or any value',
    fit: (types) => (types.length <= 1 ? same(types, int64) : null),
  },
  { ...plain, name: 'sum', takes: `${numbers} or an interval`, fit: one(sumOf) },
  { ...plain, name: 'avg', takes: `${numbers} or an interval`, fit: one(averageOf) },
  { ...plain, counts: false, name: 'min', takes: 'a value that min and max know', fit: one(extremeOf) },
  { ...plain, counts: false, name: 'max', takes: 'a value that min and max know', fit: one(extremeOf) },
  { ...plain, counts: false, name: 'bool_and', takes: 'a boolean', fit: one(booleanOf) },
  { ...plain, counts: false, name: 'bool_or', takes: 'a boolean', fit: one(booleanOf) },
  { ...plain, ordered: true, name: 'string_agg', takes: 'text and a separator', fit: joinedText },
  { ...plain, ordered: true, name: 'array_agg', takes: 'a value that is no array', fit: one(listOf) },
  ...(['stddev_samp', 'stddev_pop', 'var_samp', 'var_pop'] as const).map((name): AggregateEntry => ({
    ...plain,
    name,
    takes: numbers,
    fit: one(spreadOf),
  })),
  { ...plain, ordered: true, counts: false, name: 'first', takes: 'any value', fit: one(itself) },
  { ...plain, ordered: true, counts: false, name: 'last', takes: 'any value', fit: one(itself) },
  { ...plain, counts: false, name: 'min_by', takes: 'any value, and one that has an order', fit: byOrder },
  { ...plain, counts: false, name: 'max_by', takes: 'any value, and one that has an order', fit: byOrder },
  { ...plain, form: 'within group', name: 'percentile_cont', takes: `${numbers} or an interval`, fit: one(middleOf) },
  { ...plain, form: 'within group', name: 'percentile_disc', takes: 'a value that has an order', fit: one(ranked) },
  { ...plain, counts: false, name: 'approx_count_distinct', takes: 'any value', fit: (types) => types.length === 1 ? same(types, int64) : null }, // prettier-ignore
];

/** Other names for the same. */
const synonyms: Readonly<Record<string, AggregateName>> = {
  __proto__: null as never,
  every: 'bool_and',
  stddev: 'stddev_samp',
  variance: 'var_samp',
};

export function aggregateEntry(name: string): AggregateEntry | null {
  const known = synonyms[name] ?? name;
  return entries.find((entry) => entry.name === known) ?? null;
}

export function aggregateNameList(): readonly string[] {
  return [...entries.map((entry) => entry.name), ...Object.keys(synonyms)];
}

function same(args: readonly DataType[], result: DataType): Fit {
  return { args, result };
}

/** One argument, of a type that the rule knows. A time is summed as the interval that it casts to. */
function one(rule: (type: DataType) => DataType | { readonly arg: DataType; readonly result: DataType } | null) {
  return (types: readonly DataType[]): Fit | null => {
    if (types.length !== 1) return null;
    const [type] = types as readonly [DataType];
    const found = rule(type);
    if (found === null) return null;
    return 'kind' in found ? same(types, found) : { args: [found.arg], result: found.result };
  };
}

function sumOf(type: DataType) {
  switch (type.kind) {
    case 'int16':
    case 'int32':
      return int64;
    case 'int64':
      return { kind: 'decimal', precision: 38, scale: 0 } as const;
    case 'decimal':
      return type.precision <= 26 ? ({ ...type, precision: 38 } as const) : { arg: numeric, result: numeric };
    case 'numeric':
    case 'float32':
    case 'float64':
    case 'interval':
      return type;
    case 'time':
      return { arg: interval, result: interval };
    default:
      return null;
  }
}

function averageOf(type: DataType) {
  switch (type.kind) {
    case 'time':
      return { arg: interval, result: interval };
    case 'interval':
      return interval;
    default:
      return spreadOf(type);
  }
}

/** Of averages and deviations: exact where the input is, with as many digits as PostgreSQL gives. */
function spreadOf({ kind }: DataType): DataType | null {
  if (kind === 'float32' || kind === 'float64') return float64;
  return kind === 'int16' || kind === 'int32' || kind === 'int64' || pgKind(kind) === 'numeric' ? numeric : null;
}

/** No min and max: PostgreSQL has none for these. */
const withoutExtremes: ReadonlySet<Kind> = new Set(['boolean', 'uuid', 'bytea']);

function extremeOf(type: DataType): DataType | null {
  if (!hasOrder(type) || withoutExtremes.has(type.kind)) return null;
  return type.kind === 'text' ? text : type;
}

function booleanOf(type: DataType): DataType | null {
  return type.kind === 'boolean' ? boolean : null;
}

function joinedText(types: readonly DataType[]): Fit | null {
  return types.length === 2 && types.every((type) => type.kind === 'text') ? same([text, text], text) : null;
}

function listOf(type: DataType): DataType | null {
  return type.kind === 'list' ? null : { kind: 'list', element: type };
}

function itself(type: DataType): DataType {
  return type;
}

function byOrder(types: readonly DataType[]): Fit | null {
  const [value, order] = types;
  return types.length === 2 && hasOrder(order!) ? same(types, value!) : null;
}

function ranked(type: DataType): DataType | null {
  return hasOrder(type) ? type : null;
}

function middleOf(type: DataType) {
  if (type.kind === 'interval' || type.kind === 'time') return { arg: interval, result: interval };
  return spreadOf(type) === null ? null : { arg: float64, result: float64 };
}

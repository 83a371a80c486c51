/**
 * Random well-typed expressions over the catalog, up to a depth, as fast-check arbitraries.
 *
 * Each expression is a tree of SQL text, so that a difference can be narrowed down to its smallest part. A call has at least
 * one column below it: the server computes what is constant while it plans, errors of branches not taken included.
 */
import fc from 'fast-check';
import type { DataType, Kind } from '../../../src/columnar/data-type.js';
import { functionNames, overloadsOf } from '../../../src/expr/catalog.js';
import type { ArgKind, Overload } from '../../../src/expr/overload.js';

export interface RandomExpr {
  readonly text: string;
  readonly hasColumn: boolean;
  readonly children: readonly RandomExpr[];
}

/** Columns of the grid by kind. */
export const columns: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  boolean: ['o', 'p'],
  int16: ['s'],
  int32: ['i', 'j'],
  int64: ['b', 'c'],
  float32: ['r'],
  float64: ['f', 'g'],
  decimal: ['d'],
  numeric: ['n', 'd', 'w'],
  text: ['t', 'u'],
  bytea: ['x'],
  uuid: ['q'],
  date: ['dt', 'du'],
  time: ['tm'],
  timestamp: ['ts'],
  timestamptz: ['tz'],
  interval: ['v', 'vv'],
  json: ['js'],
  jsonb: ['jb'],
};

const literals: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  boolean: ['true', 'false'],
  int16: ['3::smallint'],
  int32: ['0', '1', '2', '7', '-3'],
  int64: ['5000000000', '1::bigint'],
  float32: ['1.5::real'],
  float64: ["'0.5'::float8", "'-2'::float8", "'1e3'::float8"],
  numeric: ['1.50', '0.333', '-2.0', '12'],
  text: ["''", "'a'", "'Zürich'", "'b c'"],
  date: ["date '2024-02-29'"],
  timestamp: ["timestamp '2001-02-03 04:05:06.789'"],
  interval: ["interval '1 month 2 days'", "interval '-3 hours'"],
};

const typeNames: Readonly<Partial<Record<Kind, string>>> = {
  boolean: 'boolean',
  int16: 'smallint',
  int32: 'integer',
  int64: 'bigint',
  float32: 'real',
  float64: 'double precision',
  numeric: 'numeric',
  text: 'text',
  bytea: 'bytea',
  uuid: 'uuid',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  interval: 'interval',
  json: 'json',
  jsonb: 'jsonb',
};

const patterns = ["'a'", "'^[a-z]+$'", "'[[:alpha:]]+'", "'(a|b)+c?'", "'\\d+'", "'\\w+$'", "'.b'", "'x*'", "'ü|é'"];
const smallCounts = ['0', '1', '3', '-1', '9'];

/** Arguments that are one of a few constants; the rest is any expression. By name and place. */
const constants: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>> = {
  '~': { 1: patterns },
  '!~': { 1: patterns },
  '~*': { 1: patterns },
  '!~*': { 1: patterns },
  regexp_like: { 1: patterns, 2: ["'i'"] },
  regexp_replace: { 1: patterns, 2: ["'<\\&>'", "''", "'\\1-'"], 3: smallCounts, 4: smallCounts, 5: ["'i'"] },
  regexp_count: { 1: patterns, 2: smallCounts, 3: ["'i'"] },
  regexp_substr: { 1: patterns, 2: smallCounts, 3: smallCounts, 4: ["'i'"], 5: smallCounts },
  regexp_instr: { 1: patterns, 2: smallCounts, 3: smallCounts, 4: ['0', '1'], 5: ["'i'"], 6: smallCounts },
  like: { 2: ["'\\'", "'!'"] },
  ilike: { 2: ["'\\'", "'!'"] },
  repeat: { 1: smallCounts },
  lpad: { 1: smallCounts },
  rpad: { 1: smallCounts },
  to_char: { 1: ["'YYYY-MM-DD'", "'HH24:MI:SS.US'", "'FMMonth DD Dy'", "'IYYY-IW Q'"] },
  timezone: { 0: ["'UTC'"] },
  date_trunc: { 2: ["'UTC'"] },
  'cast digits': { 1: ['0', '3', '5'] },
  encode: { 1: ["'hex'", "'base64'", "'escape'"] },
  decode: { 1: ["'hex'", "'base64'", "'escape'"] },
  '#>': { 1: ["'{a}'", "'{b,0}'", "'{}'"] },
  '#>>': { 1: ["'{a}'", "'{b,0}'", "'{}'"] },
};

const timestampFields = [
  'microseconds',
  'milliseconds',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'decade',
  'isoyear',
  'isodow',
  'dow',
  'doy',
  'epoch',
];
const fields: Readonly<Partial<Record<ArgKind, readonly string[]>>> = {
  timestamp: timestampFields,
  timestamptz: timestampFields,
  date: ['day', 'week', 'month', 'quarter', 'year', 'decade', 'isoyear', 'isodow', 'dow', 'doy', 'epoch'],
  time: ['second', 'minute', 'hour', 'epoch', 'milliseconds'],
  interval: ['second', 'minute', 'hour', 'day', 'month', 'year', 'epoch'],
};
const truncUnits = ['second', 'minute', 'hour', 'day', 'month', 'quarter', 'year', 'century'];

/** What a C library computes to the last digit is compared by itself, elsewhere; SQL's own forms have rules of
 * their own here; make_interval overflows in silence in PostgreSQL 15, and to_timestamp makes
 * infinities. */
export const leftOut: ReadonlySet<string> = new Set([
  'exp',
  'ln',
  'log',
  'log10',
  'power',
  'pow',
  '^',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'atan2',
  'cbrt',
  'degrees',
  'radians',
  'pi',
  'make_interval',
  'to_timestamp',
  'cast',
  'and',
  'or',
  'not',
  'in',
  'greatest',
  'least',
  'nullif',
  'coalesce',
  'is distinct from',
  'is not distinct from',
]);

export interface Production {
  /** The function, operator or form that it calls. */
  readonly name: string;
  readonly result: Kind;
  readonly args: readonly (ArgKind | { readonly constants: readonly string[] })[];
  readonly print: (args: readonly string[]) => string;
  /** A constant here would be all that the server sees of the call. */
  readonly decidedByFirst?: true;
}

/** One for each signature. */
export function productions(): Production[] {
  const calls = functionNames()
    .filter((name) => !leftOut.has(name))
    .flatMap((name) => overloadsOf(name).flatMap((overload) => productionsOf(name, overload)));
  const casts = overloadsOf('cast').flatMap((cast): Production[] => {
    const to = (cast.result as DataType).kind;
    // Texts that read as dates or intervals in more ways than ours are the parsers' own tests.
    const isWordy = cast.args[0] === 'text' && ['date', 'time', 'timestamp', 'timestamptz', 'interval'].includes(to);
    if (typeNames[to] === undefined || isWordy) return [];
    return [{ name: 'cast', result: to, args: [cast.args[0]!], print: ([a]) => `CAST(${a} AS ${typeNames[to]})` }];
  });
  return [...calls, ...casts, ...specialForms()].filter((production) => production.args.every(isGenerated));
}

function isGenerated(arg: Production['args'][number]): boolean {
  return typeof arg !== 'string' || columns[arg as Kind] !== undefined;
}

function productionsOf(name: string, overload: Overload): Production[] {
  if (overload.refused !== undefined || isSwapped(name, overload)) return [];
  const kinds =
    overload.variadic === undefined
      ? [overload.args]
      : (name.endsWith('build_object') ? [2, 4] : [2, 3]).map((count) => [
          ...overload.args,
          ...new Array<ArgKind>(count - overload.args.length).fill(overload.variadic!),
        ]);
  return kinds.flatMap((args): Production[] => {
    const result = resultKind(name, overload, args);
    if (result === null) return [];
    const given = args.map((kind, index) => {
      const isPattern = name === 'substring' && index === 1 && kind === 'text';
      const list = isPattern ? patterns : constants[name]?.[index];
      if (list !== undefined) return { constants: list };
      if (index === 0 && (name === 'extract' || name === 'date_part'))
        return { constants: fields[args[1]!]!.map((field) => (name === 'extract' ? field : `'${field}'`)) };
      if (index === 0 && name === 'date_trunc') return { constants: truncUnits.map((unit) => `'${unit}'`) };
      return kind === 'any' ? anyKinds[index % anyKinds.length]! : kind;
    });
    const print: Production['print'] =
      name === 'cast digits' ? ([a, digits]) => `CAST(${a} AS ${result}(${digits}))` : printer(name);
    return [{ name, result, args: given, print }];
  });
}

/** The server turns `time + date` and the like around: of two errors it reports the other one. */
function isSwapped(name: string, { args: [a, b] }: Overload): boolean {
  return (
    name === '+' &&
    ['int32', 'time', 'interval'].includes(a!) &&
    ['date', 'time', 'timestamp', 'timestamptz'].includes(b!)
  );
}

const anyKinds: readonly ArgKind[] = ['text', 'int32', 'numeric', 'boolean'];

/** Rules that depend on the arguments all end in numeric, but for these. */
function resultKind(name: string, overload: Overload, args: readonly ArgKind[]): Kind | null {
  if (typeof overload.result !== 'function') return overload.result.kind;
  if (name.startsWith('concat')) return 'text';
  if (name === 'date_trunc') return args[1] as Kind;
  return 'numeric';
}

function printer(name: string): Production['print'] {
  if (name.startsWith('is ')) return ([a]) => `(${a} ${name.toUpperCase()})`;
  if (!/^[a-z]/.test(name))
    return (args) => (args.length === 1 ? `(${name} ${args[0]})` : `(${args[0]} ${name} ${args[1]})`);
  switch (name) {
    case 'like':
    case 'ilike':
      return ([a, b, c]) => `(${a} ${name.toUpperCase()} ${b}${c === undefined ? '' : ` ESCAPE ${c}`})`;
    case 'extract':
      return ([a, b]) => `extract(${a} FROM ${b})`;
    case 'position':
      return ([a, b]) => `position(${b} IN ${a})`;
    case 'overlay':
      return ([a, b, c, d]) => `overlay(${a} PLACING ${b} FROM ${c}${d === undefined ? '' : ` FOR ${d}`})`;
    default:
      return (args) => `${name}(${args.join(', ')})`;
  }
}

function specialForms(): Production[] {
  const kinds = Object.keys(columns).filter((kind) => kind !== 'decimal') as Kind[];
  const comparable = kinds.filter((kind) => kind !== 'json' && kind !== 'jsonb');
  return [
    ...['AND', 'OR'].map((word): Production => ({
      name: word.toLowerCase(),
      result: 'boolean',
      args: ['boolean', 'boolean'],
      print: ([a, b]) => `(${a} ${word} ${b})`,
      decidedByFirst: true,
    })),
    { name: 'not', result: 'boolean', args: ['boolean'], print: ([a]) => `(NOT ${a})` },
    ...kinds.flatMap((kind): Production[] => [
      {
        name: 'case',
        result: kind,
        args: ['boolean', kind as ArgKind, kind as ArgKind],
        print: ([a, b, c]) => `CASE WHEN ${a} THEN ${b} ELSE ${c} END`,
        decidedByFirst: true,
      },
      {
        name: 'coalesce',
        result: kind,
        args: [kind as ArgKind, kind as ArgKind],
        print: ([a, b]) => `COALESCE(${a}, ${b})`,
        decidedByFirst: true,
      },
    ]),
    ...comparable.flatMap((kind): Production[] => [
      ...['IS DISTINCT FROM', 'IS NOT DISTINCT FROM'].map((word): Production => ({
        name: word.toLowerCase(),
        result: 'boolean',
        args: [kind as ArgKind, kind as ArgKind],
        print: ([a, b]) => `(${a} ${word} ${b})`,
      })),
      {
        name: 'between',
        result: 'boolean',
        args: [kind as ArgKind, kind as ArgKind, kind as ArgKind],
        print: ([a, b, c]) => `(${a} BETWEEN ${b} AND ${c})`,
      },
      {
        name: 'in',
        result: 'boolean',
        args: [kind as ArgKind, kind as ArgKind, kind as ArgKind],
        print: ([a, b, c]) => `(${a} IN (${b}, ${c}))`,
      },
      {
        name: 'nullif',
        result: kind,
        args: [kind as ArgKind, kind as ArgKind],
        print: ([a, b]) => `NULLIF(${a}, ${b})`,
      },
      ...(kind === 'boolean'
        ? []
        : ['GREATEST', 'LEAST'].map((word): Production => ({
            name: word.toLowerCase(),
            result: kind,
            args: [kind as ArgKind, kind as ArgKind],
            print: ([a, b]) => `${word}(${a}, ${b})`,
          }))),
    ]),
  ];
}

/** Expressions of any kind, at most `depth` calls deep. */
export function randomExpressions(depth: number): fc.Arbitrary<RandomExpr> {
  const byKind = new Map<Kind, Production[]>();
  for (const production of productions()) {
    const list = byKind.get(production.result) ?? [];
    list.push(production);
    byKind.set(production.result, list);
  }
  const cache = new Map<string, fc.Arbitrary<RandomExpr>>();
  const ofKind = (kind: Kind, left: number): fc.Arbitrary<RandomExpr> => {
    const key = `${kind} ${left}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const leaf = leafOf(kind);
    const calls = left === 0 ? [] : (byKind.get(kind) ?? []);
    const made =
      calls.length === 0
        ? leaf
        : fc.oneof(
            { weight: 1, arbitrary: leaf },
            { weight: 4, arbitrary: fc.constantFrom(...calls).chain((call) => callOf(call, left - 1)) },
          );
    cache.set(key, made);
    return made;
  };
  const callOf = (call: Production, left: number): fc.Arbitrary<RandomExpr> =>
    fc
      .tuple(
        ...call.args.map((arg) =>
          typeof arg === 'string' ? ofKind(arg as Kind, left) : fc.constantFrom(...arg.constants).map(constant),
        ),
      )
      .map((args) => {
        const isVarying = call.decidedByFirst ? args[0]!.hasColumn : args.some((arg) => arg.hasColumn);
        const children = isVarying ? args : withColumn(call, args);
        return {
          text: call.print(children.map((child) => child.text)),
          hasColumn: true,
          children: children.filter((child) => child.hasColumn),
        };
      });
  const kinds = [...byKind.keys()].filter((kind) => columns[kind] !== undefined);
  return fc
    .constantFrom(...kinds)
    .chain((kind) => fc.constantFrom(...byKind.get(kind)!).chain((call) => callOf(call, depth - 1)));
}

function leafOf(kind: Kind): fc.Arbitrary<RandomExpr> {
  const own = columns[kind]!.map((text): RandomExpr => ({ text, hasColumn: true, children: [] }));
  const fixed = (literals[kind] ?? []).map(constant);
  return fixed.length === 0
    ? fc.constantFrom(...own)
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...own) }, { weight: 1, arbitrary: fc.constantFrom(...fixed) });
}

function constant(text: string): RandomExpr {
  return { text, hasColumn: false, children: [] };
}

/** The first argument that may be a column becomes one. */
function withColumn(call: Production, args: readonly RandomExpr[]): readonly RandomExpr[] {
  const at = call.args.findIndex((arg) => typeof arg === 'string');
  if (at < 0) return args;
  return args.map((arg, index) =>
    index === at ? { text: columns[call.args[at] as Kind]![0]!, hasColumn: true, children: [] } : arg,
  );
}

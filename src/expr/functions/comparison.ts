/**
 * `= <> < <= > >=`, IS [NOT] DISTINCT FROM, IN, GREATEST, LEAST, NULLIF over every type that has an order.
 *
 * Text is compared as bytes, NaN equals NaN and is above all numbers, -0 equals 0, decimals by value.
 */
import type { DataType, Kind } from '../../columnar/data-type.js';
import { compareBytes, equalBytes } from '../../kernels/compare-bytes.js';
import { compareNumeric } from '../numeric.js';
import { columnOfText } from '../literal.js';
import { referencedColumns } from '../walk.js';
import {
  define,
  inline,
  lazy,
  present,
  type CallExpr,
  type Emitter,
  type Overload,
  type SqlPrinter,
  type Value,
} from '../overload.js';
import type { TypedExpr } from '../typed-expr.js';
import { formOf } from '../value-form.js';
import { aligned } from './arithmetic.js';
import { ByteSet, compareIntervals } from './compare-values.js';

type Symbol = '=' | '<>' | '<' | '<=' | '>' | '>=';
type ComparedKind = Exclude<Kind, 'decimal' | 'list' | 'json' | 'jsonb'>;

const symbols: readonly Symbol[] = ['=', '<>', '<', '<=', '>', '>='];
const kinds: readonly ComparedKind[] = [
  'boolean',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'numeric',
  'text',
  'uuid',
  'bytea',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'interval',
];
const pairs: readonly (readonly [ComparedKind, ComparedKind])[] = [
  ...kinds.map((kind) => [kind, kind] as const),
  ['float32', 'float64'],
  ['float64', 'float32'],
];

const boolean: DataType = { kind: 'boolean' };

/** Text has to be told its collation: the server's default may sort otherwise. Equality does not depend on it. */
const asComparison: SqlPrinter = ([a, b], call) => {
  const ordered = call.name !== '=' && call.name !== '<>';
  return ordered && call.args[0]!.type.kind === 'text'
    ? `(${a} ${call.name} ${b} COLLATE "C")`
    : `(${a} ${call.name} ${b})`;
};

const asOrderedCall: SqlPrinter = (args, call) => {
  const list = call.type.kind === 'text' ? args.map((arg) => `(${arg} COLLATE "C")`) : args;
  return `${call.name.toUpperCase()}(${list.join(', ')})`;
};

export const comparisonFunctions: readonly Overload[] = [
  ...symbols.flatMap((symbol) => pairs.map(([left, right]) => comparison(symbol, left, right))),
  {
    ...define(
      'is distinct from',
      ['any', 'any'],
      boolean,
      lazy((e, call) => emitDistinct(e, call, false)),
      ([a, b]) => `(${a} IS DISTINCT FROM ${b})`,
    ),
  },
  {
    ...define(
      'is not distinct from',
      ['any', 'any'],
      boolean,
      lazy((e, call) => emitDistinct(e, call, true)),
      ([a, b]) => `(${a} IS NOT DISTINCT FROM ${b})`,
    ),
  },
  {
    ...define('in', ['any'], boolean, lazy(emitIn), ([value, ...list]) => `(${value} IN (${list.join(', ')}))`),
    variadic: 'any',
  },
  {
    ...define(
      'greatest',
      [],
      boolean,
      lazy((e, call) => emitExtreme(e, call, '>')),
      asOrderedCall,
    ),
    variadic: 'any',
  },
  {
    ...define(
      'least',
      [],
      boolean,
      lazy((e, call) => emitExtreme(e, call, '<')),
      asOrderedCall,
    ),
    variadic: 'any',
  },
  define('nullif', ['any', 'any'], boolean, lazy(emitNullif), (args) => `NULLIF(${args.join(', ')})`),
];

function comparison(symbol: Symbol, left: ComparedKind, right: ComparedKind): Overload {
  const kernel = inline((e, [a, b], call) => present(emitComparison(e, symbol, call.args[0]!, call.args[1]!, a!, b!)));
  const overload = define(symbol, [left, right], boolean, kernel, asComparison);
  return left === 'numeric' ? { ...overload, decimals: true } : overload;
}

/** JavaScript of `a symbol b` for two values that are not NULL. */
function emitComparison(e: Emitter, symbol: Symbol, left: TypedExpr, right: TypedExpr, a: Value, b: Value): string {
  const [x, y] = [a.parts[0]!, b.parts[0]!];
  switch (formOf(left.type)) {
    case 'boolean':
      return booleanComparison(symbol, x, y);
    case 'int':
    case 'long':
      return `${x} ${jsSymbol(symbol)} ${y}`;
    case 'float':
      return floatComparison(symbol, x, y);
    case 'decimal': {
      const [i, j] = aligned(e, [a, b], { kind: 'call', name: symbol, args: [left, right], type: boolean });
      return `${i} ${jsSymbol(symbol)} ${j}`;
    }
    case 'numeric':
      return `${e.constant(compareNumeric)}(${x}, ${y}) ${jsSymbol(symbol)} 0`;
    case 'interval':
      return `${e.constant(compareIntervals)}(${x}, ${y}) ${jsSymbol(symbol)} 0`;
    case 'bytes':
      return bytesComparison(e, symbol, a, b);
    case 'list':
      throw new TypeError('arrays are not compared');
  }
}

function jsSymbol(symbol: Symbol): string {
  return symbol === '=' ? '===' : symbol === '<>' ? '!==' : symbol;
}

function booleanComparison(symbol: Symbol, x: string, y: string): string {
  switch (symbol) {
    case '=':
    case '<>':
      return `${x} ${jsSymbol(symbol)} ${y}`;
    case '<':
      return `!${x} && ${y}`;
    case '<=':
      return `!${x} || ${y}`;
    case '>':
      return `${x} && !${y}`;
    case '>=':
      return `${x} || !${y}`;
  }
}

function floatComparison(symbol: Symbol, x: string, y: string): string {
  switch (symbol) {
    case '=':
      return `(${x} === ${y} || (${x} !== ${x} && ${y} !== ${y}))`;
    case '<>':
      return `!(${x} === ${y} || (${x} !== ${x} && ${y} !== ${y}))`;
    case '<':
      return `(${x} < ${y} || (${y} !== ${y} && ${x} === ${x}))`;
    case '<=':
      return `(${x} <= ${y} || ${y} !== ${y})`;
    case '>':
      return floatComparison('<', y, x);
    case '>=':
      return floatComparison('<=', y, x);
  }
}

function bytesComparison(e: Emitter, symbol: Symbol, a: Value, b: Value): string {
  const [, aStart, aEnd] = a.parts;
  const [, bStart, bEnd] = b.parts;
  const args = [...a.parts, ...b.parts].join(', ');
  if (symbol === '=') return `(${aEnd} - ${aStart} === ${bEnd} - ${bStart} && ${e.constant(equalBytes)}(${args}))`;
  if (symbol === '<>') return `(${aEnd} - ${aStart} !== ${bEnd} - ${bStart} || !${e.constant(equalBytes)}(${args}))`;
  return `${e.constant(compareBytes)}(${args}) ${symbol} 0`;
}

function emitDistinct(e: Emitter, call: CallExpr, negated: boolean): Value {
  const [left, right] = call.args as [TypedExpr, TypedExpr];
  const a = e.value(left);
  const b = e.value(right);
  const distinct = e.local(`${a.isNull} !== ${b.isNull}`);
  e.branch(`!${a.isNull} && !${b.isNull}`, () =>
    e.line(`${distinct} = ${emitComparison(e, '<>', left, right, a, b)};`),
  );
  return present(e.local(negated ? `!${distinct}` : distinct));
}

/** From how many constants on a set is asked instead of one comparison after the other. */
const SET_FROM = 9;

/** NULL when nothing equals and one of them is NULL. The value and the members have one type. */
function emitIn(e: Emitter, call: CallExpr): Value {
  const [subject, ...written] = call.args as [TypedExpr, ...TypedExpr[]];
  const members = inServerOrder(written);
  const value = e.value(subject);
  const result = e.result(boolean);
  e.branch(
    value.isNull,
    () => {
      // Comparing is strict: what is compared with NULL is computed all the same, and may fail.
      for (const member of members) if (member.kind === 'call' || member.kind === 'case') e.value(member);
      e.line(`${result.isNull} = true;`);
    },
    () => {
      const constants = members.filter((member) => member.kind === 'literal' && member.text !== null);
      const asked = constants.length >= SET_FROM ? emitSet(e, subject, value, constants) : null;
      const rest = asked === null ? members : members.filter((member) => !constants.includes(member));
      e.block((exit) => {
        if (asked !== null) e.line(`if (${asked}) { ${result.parts[0]} = true; ${exit} }`);
        let sawNull = 'false';
        for (const member of rest) {
          if (member.kind === 'literal' && member.text === null) sawNull = 'true';
          else emitMember(e, subject, value, member, result, exit);
        }
        if (sawNull === 'true') e.line(`${result.isNull} = true;`);
      });
    },
  );
  return result;
}

/** The server asks several constants first, as one array, then the rest from left to right. */
function inServerOrder(members: readonly TypedExpr[]): readonly TypedExpr[] {
  const constants = members.filter((member) => referencedColumns(member).size === 0);
  return constants.length < 2 ? members : [...constants, ...members.filter((member) => !constants.includes(member))];
}

function emitMember(
  e: Emitter,
  subject: TypedExpr,
  value: Value,
  member: TypedExpr,
  result: Value,
  exit: string,
): void {
  const other = e.value(member);
  const test = (): void =>
    e.line(
      `if (${emitComparison(e, '=', subject, member, value, other)}) { ${result.parts[0]} = true; ${result.isNull} = false; ${exit} }`,
    );
  if (other.isNull === 'false') test();
  else e.branch(other.isNull, () => e.line(`${result.isNull} = true;`), test);
}

/** The question to a set of constants, or null for types that have none. */
function emitSet(e: Emitter, subject: TypedExpr, value: Value, constants: readonly TypedExpr[]): string | null {
  const form = formOf(subject.type);
  if (form !== 'int' && form !== 'long' && form !== 'bytes') return null;
  const columns = constants.map((constant) =>
    columnOfText((constant as Extract<TypedExpr, { kind: 'literal' }>).text, subject.type),
  );
  const members: unknown[] = columns.map((column) => {
    if (column.layout === 'int32') return column.values[0]!;
    if (column.layout === 'int64') return e.exact ? column.values[0]! : Number(column.values[0]!);
    return column.layout === 'bytes' ? column.data.slice(column.offsets[0], column.offsets[1]) : null;
  });
  if (form !== 'bytes') return `${e.constant(new Set(members))}.has(${value.parts[0]})`;
  return `${e.constant(new ByteSet(members as Uint8Array[]))}.has(${value.parts.join(', ')})`;
}

/** NULLs do not count; NULL when there is nothing else. */
function emitExtreme(e: Emitter, call: CallExpr, symbol: '<' | '>'): Value {
  const result = e.result(call.type);
  e.line(`${result.isNull} = true;`);
  for (const arg of call.args) {
    const value = e.value(arg);
    if (value.isNull === 'true') continue;
    const like: TypedExpr = { kind: 'column', name: '', type: call.type };
    e.branch(isPresent(value), () => {
      const better = e.local(`${result.isNull}`);
      e.branch(`!${better}`, () => e.line(`${better} = ${emitComparison(e, symbol, like, like, value, result)};`));
      e.branch(better, () => e.assign(result, value));
    });
  }
  return result;
}

function emitNullif(e: Emitter, call: CallExpr): Value {
  const [left, right] = call.args as [TypedExpr, TypedExpr];
  const a = e.value(left);
  const b = e.value(right);
  const result = e.result(call.type);
  e.assign(result, a);
  e.branch(`${isPresent(a)} && ${isPresent(b)}`, () =>
    e.line(`${result.isNull} = ${emitComparison(e, '=', left, right, a, b)};`),
  );
  return result;
}

function isPresent(value: Value): string {
  return value.isNull === 'false' ? 'true' : value.isNull === 'true' ? 'false' : `!${value.isNull}`;
}

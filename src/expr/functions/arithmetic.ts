/**
 * `+ - * / % ^` and the signs, for numbers. Integer division truncates, `%` takes the sign of the dividend; what leaves the
 * type is 22003, division by zero 22012. Decimals keep exact digits: `+ -` the larger scale, `*` the sum of both.
 */
import type { DataType, Kind } from '../../columnar/data-type.js';
import {
  absNumeric,
  addNumeric,
  divideNumeric,
  moduloNumeric,
  multiplyNumeric,
  negateNumeric,
  subtractNumeric,
} from '../numeric.js';
import {
  asOperator,
  define,
  inline,
  notPushed,
  present,
  run,
  type BoundCall,
  type CallExpr,
  type Emitter,
  type Overload,
  type Value,
} from '../overload.js';
import { decimalOrNumeric } from '../type-rules.js';
import { checkedDecimal, checkedFloat, checkedInt, checkedLong, isInfinite, scaledUp, scaleOf } from './emit-number.js';
import { powerFloat } from './float-functions.js';

type IntegerKind = 'int16' | 'int32' | 'int64';

const integers: readonly IntegerKind[] = ['int16', 'int32', 'int64'];

/** float4 with float8 computes in float8. */
const floatPairs: readonly (readonly ['float32' | 'float64', 'float32' | 'float64', 'float32' | 'float64'])[] = [
  ['float32', 'float32', 'float32'],
  ['float64', 'float64', 'float64'],
  ['float32', 'float64', 'float64'],
  ['float64', 'float32', 'float64'],
];

export const arithmeticFunctions: readonly Overload[] = [
  ...integers.flatMap(integerOperators),
  ...floatPairs.flatMap(([left, right, result]) => floatOperators(left, right, result)),
  ...(['float32', 'float64'] as const).flatMap(floatSigns),
  ...numericOperators(),
  ...integers.map((kind) =>
    define(
      'mod',
      [kind, kind],
      kind,
      inline((e, [a, b]) => integerModulo(e, kind, a!, b!)),
      asModulo,
    ),
  ),
  { ...define('mod', ['numeric', 'numeric'], moduloType, inline(emitModulo), asModulo), decimals: true },
];

function asModulo(args: readonly string[]): string {
  return `mod(${args.join(', ')})`;
}

function integerOperators(kind: IntegerKind): Overload[] {
  const binary = (symbol: string): Overload =>
    define(
      symbol,
      [kind, kind],
      kind,
      inline((e, [a, b]) => present(checkedInteger(e, kind, `${a!.parts[0]} ${symbol} ${b!.parts[0]}`))),
      asOperator,
    );
  const zero = (e: Emitter): string => (kind === 'int64' && e.exact ? '0n' : '0');
  return [
    binary('+'),
    binary('-'),
    binary('*'),
    define(
      '/',
      [kind, kind],
      kind,
      inline((e, [a, b]) => integerDivision(e, kind, a!, b!)),
      asOperator,
    ),
    define(
      '%',
      [kind, kind],
      kind,
      inline((e, [a, b]) => integerModulo(e, kind, a!, b!)),
      asOperator,
    ),
    define(
      '-',
      [kind],
      kind,
      inline((e, [a]) => present(checkedInteger(e, kind, `${zero(e)} - ${a!.parts[0]}`))),
      asOperator,
    ),
    define(
      '+',
      [kind],
      kind,
      inline((_, [a]) => a!),
      asOperator,
    ),
  ];
}

function checkedInteger(e: Emitter, kind: IntegerKind, code: string): string {
  return kind === 'int64' ? checkedLong(e, code) : checkedInt(e, kind, code);
}

function refuseZero(e: Emitter, divisor: string, zero = '0'): void {
  e.line(`if (${divisor} === ${zero}) ${e.fail('22012', 'division by zero')}`);
}

function integerDivision(e: Emitter, kind: IntegerKind, a: Value, b: Value): Value {
  const [x, y] = [a.parts[0]!, b.parts[0]!];
  refuseZero(e, y, kind === 'int64' && e.exact ? '0n' : '0');
  if (kind !== 'int64') return present(checkedInt(e, kind, `Math.trunc(${x} / ${y})`));
  // x - x % y divides without rest, so the double quotient is exact.
  return present(checkedLong(e, e.exact ? `${x} / ${y}` : `(${x} - ${x} % ${y}) / ${y}`));
}

function integerModulo(e: Emitter, kind: IntegerKind, a: Value, b: Value): Value {
  const [x, y] = [a.parts[0]!, b.parts[0]!];
  refuseZero(e, y, kind === 'int64' && e.exact ? '0n' : '0');
  if (kind !== 'int64') return present(`${x} % ${y} | 0`);
  return present(e.exact ? `${x} % ${y}` : `${x} % ${y} + 0`);
}

function floatOperators(
  left: Kind & ('float32' | 'float64'),
  right: 'float32' | 'float64',
  result: 'float32' | 'float64',
): Overload[] {
  const operator = (symbol: string, emit: (e: Emitter, x: string, y: string) => string): Overload =>
    define(
      symbol,
      [left, right],
      result,
      inline((e, [a, b]) => present(emit(e, a!.parts[0]!, b!.parts[0]!))),
      asOperator,
    );
  const either = (x: string, y: string): string => `${isInfinite(x)} || ${isInfinite(y)}`;
  return [
    operator('+', (e, x, y) => checkedFloat(e, result, `${x} + ${y}`, either(x, y), null)),
    operator('-', (e, x, y) => checkedFloat(e, result, `${x} - ${y}`, either(x, y), null)),
    operator('*', (e, x, y) => checkedFloat(e, result, `${x} * ${y}`, either(x, y), `${x} !== 0 && ${y} !== 0`)),
    operator('/', (e, x, y) => {
      e.line(`if (${y} === 0 && ${x} === ${x}) ${e.fail('22012', 'division by zero')}`);
      return checkedFloat(e, result, `${x} / ${y}`, isInfinite(x), `${x} !== 0 && !(${isInfinite(y)})`);
    }),
  ];
}

function floatSigns(kind: 'float32' | 'float64'): Overload[] {
  return [
    define(
      '-',
      [kind],
      kind,
      inline((_, [a]) => present(`-${a!.parts[0]}`)),
      asOperator,
    ),
    define(
      '+',
      [kind],
      kind,
      inline((_, [a]) => a!),
      asOperator,
    ),
  ];
}

function numericOperators(): Overload[] {
  const decimal = (
    name: string,
    arity: 1 | 2,
    result: (call: BoundCall) => DataType,
    emit: (e: Emitter, args: readonly Value[], call: CallExpr) => Value,
  ): Overload => ({
    ...define(name, arity === 1 ? ['numeric'] : ['numeric', 'numeric'], result, inline(emit), asOperator),
    decimals: true,
  });
  return [
    decimal('+', 2, sumType, (e, args, call) => emitSum(e, args, call, '+', addNumeric)),
    decimal('-', 2, sumType, (e, args, call) => emitSum(e, args, call, '-', subtractNumeric)),
    decimal('*', 2, productType, emitProduct),
    decimal('%', 2, moduloType, emitModulo),
    decimal('-', 1, ({ types }) => types[0]!, emitNegate),
    decimal(
      '+',
      1,
      ({ types }) => types[0]!,
      (_, [a]) => a!,
    ),
    define('/', ['numeric', 'numeric'], 'numeric', run(divideNumeric), asOperator),
    {
      ...define(
        'abs',
        ['numeric'],
        ({ types }) => types[0]!,
        inline(emitAbs),
        (args) => `abs(${args[0]})`,
      ),
      decimals: true,
    },
    define('^', ['float64', 'float64'], 'float64', run(powerFloat), notPushed),
    {
      ...define('^', ['numeric', 'numeric'], 'numeric', run(powerFloat), notPushed),
      refused: 'cast to double precision: x::float8 ^ y::float8',
    },
  ];
}

interface Digits {
  readonly whole: number;
  readonly scale: number;
}

/** Digits before and behind the point; null for `numeric`. */
function digitsOf(type: DataType): Digits | null {
  return type.kind === 'decimal' ? { whole: type.precision - type.scale, scale: type.scale } : null;
}

function combined({ types }: BoundCall, rule: (a: Digits, b: Digits) => DataType): DataType {
  const [a, b] = types.map(digitsOf);
  return a && b ? rule(a, b) : { kind: 'numeric' };
}

function sumType(call: BoundCall): DataType {
  return combined(call, (a, b) => {
    const scale = Math.max(a.scale, b.scale);
    return decimalOrNumeric(Math.max(a.whole, b.whole) + 1 + scale, scale);
  });
}

function productType(call: BoundCall): DataType {
  return combined(call, (a, b) => decimalOrNumeric(a.whole + a.scale + b.whole + b.scale, a.scale + b.scale));
}

function moduloType(call: BoundCall): DataType {
  return combined(call, (a, b) => {
    const scale = Math.max(a.scale, b.scale);
    return decimalOrNumeric(Math.max(a.whole, b.whole) + scale, scale);
  });
}

function emitSum(e: Emitter, args: readonly Value[], call: CallExpr, symbol: string, exact: typeof addNumeric): Value {
  if (call.type.kind === 'numeric') return throughNumeric(e, exact, args);
  const [x, y] = aligned(e, args, call);
  return present(checkedDecimal(e, `${x} ${symbol} ${y}`));
}

function emitProduct(e: Emitter, args: readonly Value[], call: CallExpr): Value {
  if (call.type.kind === 'numeric') return throughNumeric(e, multiplyNumeric, args);
  return present(checkedDecimal(e, `${args[0]!.parts[0]} * ${args[1]!.parts[0]}`));
}

function emitModulo(e: Emitter, args: readonly Value[], call: CallExpr): Value {
  if (call.type.kind === 'numeric') return throughNumeric(e, moduloNumeric, args);
  const [x, y] = aligned(e, args, call);
  refuseZero(e, y, e.exact ? '0n' : '0');
  return present(checkedDecimal(e, `${x} % ${y}`));
}

function emitNegate(e: Emitter, [a]: readonly Value[], call: CallExpr): Value {
  if (call.type.kind === 'numeric') return throughNumeric(e, negateNumeric, [a!]);
  return present(e.exact ? `-${a!.parts[0]}` : `0 - ${a!.parts[0]}`);
}

function emitAbs(e: Emitter, [a]: readonly Value[], call: CallExpr): Value {
  if (call.type.kind === 'numeric') return throughNumeric(e, absNumeric, [a!]);
  const x = a!.parts[0]!;
  return present(e.exact ? `(${x} < 0n ? -${x} : ${x})` : `Math.abs(${x})`);
}

/** Both operands at the larger scale. */
export function aligned(e: Emitter, args: readonly Value[], call: CallExpr): [string, string] {
  const scales = call.args.map((arg) => scaleOf(arg.type)) as [number, number];
  const scale = Math.max(...scales);
  return [scaledUp(e, args[0]!.parts[0]!, scale - scales[0]), scaledUp(e, args[1]!.parts[0]!, scale - scales[1])];
}

/** numeric.ts throws for a bad row; the loop has to catch. */
function throughNumeric(e: Emitter, fn: (...args: never[]) => unknown, args: readonly Value[]): Value {
  e.throws();
  return present(`${e.constant(fn)}(${args.map((arg) => arg.parts[0]).join(', ')})`);
}

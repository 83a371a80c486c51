/** Functions of numbers: rounding, signs, roots, powers, logarithms, angles. */
import type { DataType } from '../../columnar/data-type.js';
import {
  ceilNumeric,
  divideTruncated,
  floorNumeric,
  roundNumeric,
  signNumeric,
  sqrtNumeric,
  truncateNumeric,
} from '../numeric.js';
import {
  asCall,
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
import { checkedInt, checkedLong, scaledDown, scaledUp, scaleOf } from './emit-number.js';
import * as float from './float-functions.js';

type Rounding = 'round' | 'truncate' | 'floor' | 'ceil';

export const numericFunctions: readonly Overload[] = [
  ...(['int16', 'int32', 'int64'] as const).map((kind) =>
    define(
      'abs',
      [kind],
      kind,
      inline((e, [a]) => integerAbs(e, kind, a!)),
      asCall,
    ),
  ),
  ...(['float32', 'float64'] as const).map((kind) =>
    define(
      'abs',
      [kind],
      kind,
      inline((_, [a]) => present(`Math.abs(${a!.parts[0]})`)),
      asCall,
    ),
  ),
  ...rounding(
    'round',
    'round',
    (x, e) => `${e.constant(float.roundToEven)}(${x})`,
    (a) => roundNumeric(a, 0),
  ),
  ...rounding(
    'trunc',
    'truncate',
    (x) => `Math.trunc(${x})`,
    (a) => truncateNumeric(a, 0),
  ),
  ...rounding('floor', 'floor', (x) => `Math.floor(${x})`, floorNumeric),
  ...rounding('ceil', 'ceil', (x) => `Math.ceil(${x})`, ceilNumeric),
  ...rounding('ceiling', 'ceil', (x) => `Math.ceil(${x})`, ceilNumeric),
  {
    ...define(
      'round',
      ['numeric', 'int32'],
      roundedType,
      inline((e, args, call) => emitRounded(e, args, call, 'round', roundNumeric)),
      asCall,
    ),
    decimals: true,
  },
  {
    ...define(
      'trunc',
      ['numeric', 'int32'],
      roundedType,
      inline((e, args, call) => emitRounded(e, args, call, 'truncate', truncateNumeric)),
      asCall,
    ),
    decimals: true,
  },
  define(
    'sign',
    ['float64'],
    'float64',
    inline((_, [a]) => present(floatSign(a!.parts[0]!))),
    asCall,
  ),
  { ...define('sign', ['numeric'], signType, inline(emitSign), asCall), decimals: true },
  define('div', ['numeric', 'numeric'], 'numeric', run(divideTruncated), asCall),
  ...(['int32', 'int64'] as const).flatMap((kind) => [
    define(
      'gcd',
      [kind, kind],
      kind,
      inline((e, args) => integerGcd(e, kind, args)),
      asCall,
    ),
    define(
      'lcm',
      [kind, kind],
      kind,
      inline((e, args) => integerLcm(e, kind, args)),
      asCall,
    ),
  ]),
  define('sqrt', ['float64'], 'float64', run(float.squareRoot), asCall),
  define('sqrt', ['numeric'], 'numeric', run(sqrtNumeric), asCall),
  define(
    'pi',
    [],
    'float64',
    run(() => Math.PI),
    asCall,
  ),
  define('degrees', ['float64'], 'float64', run(float.degrees), asCall),
  define('radians', ['float64'], 'float64', run(float.radians), asCall),
  // What follows may differ from the C library's in the last digit, so it is never left to the server.
  ...(['power', 'pow'] as const).flatMap((name) => [
    define(name, ['float64', 'float64'], 'float64', run(float.powerFloat), notPushed),
    refusedNumeric(name, 2),
  ]),
  ...transcendental('exp', float.exponential, true),
  ...transcendental('ln', float.naturalLogarithm, true),
  ...transcendental('log', float.decimalLogarithm, true),
  refusedNumeric('log', 2),
  ...transcendental('log10', float.decimalLogarithm, true),
  ...transcendental('cbrt', Math.cbrt, false),
  ...transcendental('sin', float.finiteAngle(Math.sin), false),
  ...transcendental('cos', float.finiteAngle(Math.cos), false),
  ...transcendental('tan', float.finiteAngle(Math.tan), false),
  ...transcendental('asin', float.arcSine, false),
  ...transcendental('acos', float.arcCosine, false),
  ...transcendental('atan', Math.atan, false),
  define('atan2', ['float64', 'float64'], 'float64', run(Math.atan2), notPushed),
];

function transcendental(name: string, fn: (x: number) => number, hasNumeric: boolean): Overload[] {
  const overload = define(name, ['float64'], 'float64', run(fn), notPushed);
  return hasNumeric ? [overload, refusedNumeric(name, 1)] : [overload];
}

function refusedNumeric(name: string, arity: number): Overload {
  const args = Array.from({ length: arity }, () => 'numeric' as const);
  return {
    ...define(
      name,
      args,
      'numeric',
      run(() => null),
      notPushed,
    ),
    refused: `cast to double precision: ${name}(x::float8${arity === 2 ? ', y::float8' : ''})`,
  };
}

function integerAbs(e: Emitter, kind: 'int16' | 'int32' | 'int64', a: Value): Value {
  const x = a.parts[0]!;
  if (kind !== 'int64') return present(checkedInt(e, kind, `Math.abs(${x})`));
  return present(e.exact ? checkedLong(e, `(${x} < 0n ? -${x} : ${x})`) : `Math.abs(${x})`);
}

/** One argument: float8, or numeric to a whole number. */
function rounding(
  name: string,
  mode: Rounding,
  js: (x: string, e: Emitter) => string,
  exact: (a: never) => unknown,
): Overload[] {
  const emitNumeric = (e: Emitter, [a]: readonly Value[], call: CallExpr): Value => {
    const x = a!.parts[0]!;
    if (call.type.kind === 'numeric') return present(`${e.constant(exact)}(${x})`);
    return present(scaledDown(e, x, scaleOf(call.args[0]!.type), mode));
  };
  return [
    define(
      name,
      ['float64'],
      'float64',
      inline((e, [a]) => present(js(a!.parts[0]!, e))),
      asCall,
    ),
    { ...define(name, ['numeric'], wholeType, inline(emitNumeric), asCall), decimals: true },
  ];
}

function wholeType({ types: [type] }: BoundCall): DataType {
  return type!.kind === 'decimal' ? decimalOrNumeric(type!.precision - type!.scale + 1, 0) : { kind: 'numeric' };
}

function signType({ types: [type] }: BoundCall): DataType {
  return type!.kind === 'decimal' ? { kind: 'decimal', precision: 1, scale: 0 } : { kind: 'numeric' };
}

/** Known digits give a decimal of as many; digits that vary by row give `numeric`. */
function roundedType({ types: [type], constants }: BoundCall): DataType {
  const digits = constants[1];
  if (type!.kind !== 'decimal' || typeof digits !== 'string') return { kind: 'numeric' };
  const scale = Math.max(0, Number(digits));
  return decimalOrNumeric(type!.precision - type!.scale + 1 + scale, scale);
}

function emitRounded(
  e: Emitter,
  [a, digits]: readonly Value[],
  call: CallExpr,
  mode: 'round' | 'truncate',
  exact: typeof roundNumeric,
): Value {
  if (call.type.kind === 'numeric') {
    e.throws();
    return present(`${e.constant(exact)}(${a!.parts[0]}, ${digits!.parts[0]})`);
  }
  const from = scaleOf(call.args[0]!.type);
  const wanted = call.args[1]! as Extract<CallExpr['args'][number], { kind: 'literal' }>;
  // 38 digits at most: what is cut further to the left is zero anyway.
  const to = Math.max(-39, Number(wanted.text));
  if (to >= from) return present(scaledUp(e, a!.parts[0]!, to - from));
  const kept = scaledDown(e, a!.parts[0]!, from - to, mode);
  return present(to >= 0 ? kept : scaledUp(e, e.local(kept), -to));
}

function floatSign(x: string): string {
  return `(${x} > 0 ? 1 : ${x} < 0 ? -1 : 0)`;
}

function emitSign(e: Emitter, [a]: readonly Value[], call: CallExpr): Value {
  const x = a!.parts[0]!;
  if (call.type.kind === 'numeric') return present(`${e.constant(signNumeric)}(${x})`);
  return present(e.exact ? `(${x} > 0n ? 1n : ${x} < 0n ? -1n : 0n)` : `(${x} > 0 ? 1 : ${x} < 0 ? -1 : 0)`);
}

function emitGcd(e: Emitter, kind: 'int32' | 'int64', [a, b]: readonly Value[]): string {
  const zero = kind === 'int64' && e.exact ? '0n' : '0';
  const x = e.local(`${a!.parts[0]} < ${zero} ? ${zero} - ${a!.parts[0]} : ${a!.parts[0]}`);
  const y = e.local(`${b!.parts[0]} < ${zero} ? ${zero} - ${b!.parts[0]} : ${b!.parts[0]}`);
  e.line(`while (${y} !== ${zero}) { const rest = ${x} % ${y}; ${x} = ${y}; ${y} = rest; }`);
  return x;
}

function integerGcd(e: Emitter, kind: 'int32' | 'int64', args: readonly Value[]): Value {
  const x = emitGcd(e, kind, args);
  return present(kind === 'int64' ? checkedLong(e, x) : checkedInt(e, kind, x));
}

function integerLcm(e: Emitter, kind: 'int32' | 'int64', args: readonly Value[]): Value {
  const zero = kind === 'int64' && e.exact ? '0n' : '0';
  const [a, b] = args.map((arg) => arg.parts[0]!) as [string, string];
  const divisor = emitGcd(e, kind, args);
  const raw = e.local(`${a} === ${zero} || ${b} === ${zero} ? ${zero} : ${a} / ${divisor} * ${b}`);
  e.line(`if (${raw} < ${zero}) ${raw} = ${zero} - ${raw};`);
  return present(kind === 'int64' ? checkedLong(e, raw) : checkedInt(e, kind, raw));
}

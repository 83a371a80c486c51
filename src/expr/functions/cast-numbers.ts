/** Casts among numbers: rounding half away from zero from decimals, half to even from floats; 22003 where it does not fit. */
import { typeName, type DataType } from '../../columnar/data-type.js';
import { ValueError } from '../../columnar/row-errors.js';
import { Numeric, numericFromFloat, numericToFloat, numericToInteger, powerOfTen, rescale } from '../numeric.js';
import { define, inline, present, type CallExpr, type Emitter, type Overload, type Value } from '../overload.js';
import { checkedFloat, checkedInt, checkedLong, isInfinite, rescaled, SAFE, scaleOf } from './emit-number.js';
import { roundToEven } from './float-functions.js';

type NumberKind = 'int16' | 'int32' | 'int64' | 'float32' | 'float64' | 'numeric';

const kinds: readonly NumberKind[] = ['int16', 'int32', 'int64', 'float32', 'float64', 'numeric'];
const anyDecimal: DataType = { kind: 'decimal', precision: 38, scale: 0 };
const names = { int16: 'smallint', int32: 'integer', int64: 'bigint' } as const;
const limits = {
  int16: [-0x8000n, 0x7fffn],
  int32: [-0x80000000n, 0x7fffffffn],
  int64: [-0x8000000000000000n, 0x7fffffffffffffffn],
} as const;

export const numberCasts: readonly Overload[] = kinds.flatMap((from) => [
  ...kinds.map((to) => numberCast(from, { kind: to })),
  numberCast(from, anyDecimal),
]);

function numberCast(from: NumberKind, to: DataType): Overload {
  const kernel = inline((e, [a], call) => present(convert(e, a!, call)));
  return { ...define('cast', [from], to, kernel, asCast), decimals: true };
}

export function asCast([a]: readonly string[], call: CallExpr): string {
  return `CAST(${a} AS ${typeName(call.type)})`;
}

function convert(e: Emitter, a: Value, call: CallExpr): string {
  const from = call.args[0]!.type;
  const to = call.type;
  const x = a.parts[0]!;
  switch (to.kind) {
    case 'int16':
    case 'int32':
      return toInt(e, x, from, to.kind);
    case 'int64':
      return toLong(e, x, from);
    case 'float32':
    case 'float64':
      return toFloat(e, x, from, to.kind);
    case 'decimal':
      return toDecimal(e, x, from, to);
    default:
      return toNumeric(e, x, from);
  }
}

function toInt(e: Emitter, x: string, from: DataType, kind: 'int16' | 'int32'): string {
  switch (from.kind) {
    case 'float32':
    case 'float64':
      return checkedInt(e, kind, `${e.constant(roundToEven)}(${x})`);
    case 'int64':
      return checkedInt(e, kind, e.exact ? `Number(${x})` : x);
    case 'decimal': {
      const whole = rescaled(e, x, from.scale, 0);
      return checkedInt(e, kind, e.exact ? `Number(${whole})` : whole);
    }
    case 'numeric':
      e.throws();
      return `Number(${e.constant(numericToInteger)}(${x}, ${limits[kind][0]}n, ${limits[kind][1]}n, ${e.constant(names[kind])}))`;
    default:
      return checkedInt(e, kind, x);
  }
}

function toLong(e: Emitter, x: string, from: DataType): string {
  switch (from.kind) {
    case 'float32':
    case 'float64':
      return floatToLong(e, x);
    case 'decimal':
      return checkedLong(e, rescaled(e, x, from.scale, 0));
    case 'numeric': {
      e.throws();
      const whole = `${e.constant(numericToInteger)}(${x}, ${limits.int64[0]}n, ${limits.int64[1]}n, ${e.constant(names.int64)})`;
      return e.exact ? whole : checkedLong(e, `Number(${whole})`);
    }
    case 'int64':
      return x;
    default:
      return e.exact ? `BigInt(${x})` : x;
  }
}

function floatToLong(e: Emitter, x: string): string {
  const whole = e.local(`${e.constant(roundToEven)}(${x}) + 0`);
  if (!e.exact) return checkedLong(e, whole);
  e.line(
    `if (!(${whole} >= -9223372036854775808 && ${whole} < 9223372036854775808)) ${e.fail('22003', 'bigint out of range')}`,
  );
  return `BigInt(${whole})`;
}

function toFloat(e: Emitter, x: string, from: DataType, kind: 'float32' | 'float64'): string {
  switch (from.kind) {
    case 'int64':
      if (!e.exact) return kind === 'float32' ? `Math.fround(${x})` : x;
      return kind === 'float32' ? `${e.constant(bigintToFloat32)}(${x})` : `Number(${x})`;
    case 'decimal': {
      const value =
        e.exact || from.scale > 22
          ? `${e.constant(decimalToFloat)}(${e.exact ? x : `BigInt(${x})`}, ${from.scale})`
          : `${x} / ${10 ** from.scale}`;
      return kind === 'float32' ? `Math.fround(${value})` : value;
    }
    case 'numeric': {
      e.throws();
      const value = e.local(`${e.constant(numericToFloat)}(${x})`);
      if (kind === 'float64') return value;
      return checkedFloat(e, kind, value, isInfinite(value), `${value} !== 0`);
    }
    case 'float64':
      return kind === 'float32' ? checkedFloat(e, kind, x, isInfinite(x), `${x} !== 0`) : x;
    case 'int32':
      return kind === 'float32' ? `Math.fround(${x})` : x;
    default:
      return x;
  }
}

function toDecimal(e: Emitter, x: string, from: DataType, to: Extract<DataType, { kind: 'decimal' }>): string {
  switch (from.kind) {
    case 'float32':
    case 'float64': {
      e.throws();
      const value = `${e.constant(numericFromFloat)}(${x}, ${from.kind === 'float32' ? 6 : 15})`;
      return unscaledInRange(e, value, to);
    }
    case 'numeric':
      e.throws();
      return unscaledInRange(e, x, to);
    default:
      return rescaledInRange(e, x, from, to);
  }
}

function rescaledInRange(e: Emitter, x: string, from: DataType, to: Extract<DataType, { kind: 'decimal' }>): string {
  const isLong = from.kind === 'int64' || from.kind === 'decimal';
  const part = e.exact && !isLong ? e.local(`BigInt(${x})`) : x;
  const value = e.local(rescaled(e, part, scaleOf(from), to.scale));
  if (to.precision - to.scale < wholeDigits(from) + (scaleOf(from) > to.scale ? 1 : 0)) {
    const limit = e.exact ? `${powerOfTen(to.precision)}n` : String(10 ** Math.min(to.precision, 16));
    e.line(`if (${value} >= ${limit} || ${value} <= -${limit}) ${e.fail('22003', 'numeric field overflow')}`);
  }
  return value;
}

function wholeDigits(type: DataType): number {
  switch (type.kind) {
    case 'decimal':
      return type.precision - type.scale;
    case 'int16':
      return 5;
    case 'int32':
      return 10;
    default:
      return 19;
  }
}

function unscaledInRange(e: Emitter, value: string, to: Extract<DataType, { kind: 'decimal' }>): string {
  const unscaled = e.local(`${e.constant(numericToUnscaled)}(${value}, ${to.precision}, ${to.scale})`);
  if (e.exact) return unscaled;
  const number = e.local(`Number(${unscaled})`);
  e.line(`if (!(${number} <= ${SAFE} && ${number} >= -${SAFE})) ${e.bail()}`);
  return number;
}

function toNumeric(e: Emitter, x: string, from: DataType): string {
  switch (from.kind) {
    case 'numeric':
      return x;
    case 'float32':
    case 'float64':
      return `${e.constant(numericFromFloat)}(${x}, ${from.kind === 'float32' ? 6 : 15})`;
    default: {
      const isBigInt = e.exact && (from.kind === 'int64' || from.kind === 'decimal');
      return `${e.constant(numericOf)}(${isBigInt ? x : `BigInt(${x})`}, ${scaleOf(from)})`;
    }
  }
}

function numericOf(unscaled: bigint, scale: number): Numeric {
  return new Numeric(unscaled, scale);
}

function numericToUnscaled(value: Numeric, precision: number, scale: number): bigint {
  if (value.special !== null)
    throw new ValueError(
      '22003',
      `numeric field overflow: ${value.special} has no place in numeric(${precision},${scale})`,
    );
  const unscaled = rescale(value.unscaled, value.scale, scale);
  const limit = powerOfTen(precision);
  if (unscaled >= limit || unscaled <= -limit) throw new ValueError('22003', 'numeric field overflow');
  return unscaled;
}

function decimalToFloat(unscaled: bigint, scale: number): number {
  return numericToFloat(new Numeric(unscaled, scale));
}

/** Rounded once: the bits that a double would drop are folded into the last one it keeps. */
function bigintToFloat32(value: bigint): number {
  if (value < 0x20000000000000n && value > -0x20000000000000n) return Math.fround(Number(value));
  const low = value & 2047n;
  return Math.fround(Number(low === 0n ? value : (value - low) | 1024n));
}

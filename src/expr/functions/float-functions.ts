/** float8 functions of float.c that JavaScript's Math does not have in PostgreSQL's form, with its error conditions. */
import { ValueError } from '../../columnar/row-errors.js';

/** rint: half to even. */
export function roundToEven(x: number): number {
  if (!(Math.abs(x) < 4503599627370496)) return x;
  const floor = Math.floor(x);
  const rest = x - floor;
  const rounded = rest < 0.5 ? floor : rest > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

export function powerFloat(x: number, y: number): number {
  if (Number.isNaN(x)) return y === 0 ? 1 : NaN;
  if (Number.isNaN(y)) return x === 1 ? 1 : NaN;
  if (x === 0 && y < 0) throw new ValueError('2201F', 'zero raised to a negative power is undefined');
  if (x < 0 && Number.isFinite(y) && Math.floor(y) !== y)
    throw new ValueError('2201F', 'a negative number raised to a non-integer power yields a complex result');
  if (Math.abs(x) === 1 && !Number.isFinite(y)) return 1;
  return inRange(x ** y, !Number.isFinite(x) || !Number.isFinite(y), x === 0);
}

export function squareRoot(x: number): number {
  if (x < 0) throw new ValueError('2201F', 'cannot take square root of a negative number');
  return Math.sqrt(x);
}

export function exponential(x: number): number {
  return inRange(Math.exp(x), !Number.isFinite(x), false);
}

export function naturalLogarithm(x: number): number {
  return Math.log(positive(x));
}

export function decimalLogarithm(x: number): number {
  return Math.log10(positive(x));
}

export function arcSine(x: number): number {
  return Math.asin(unit(x));
}

export function arcCosine(x: number): number {
  return Math.acos(unit(x));
}

export function finiteAngle(fn: (x: number) => number): (x: number) => number {
  return (x) => {
    if (x === Infinity || x === -Infinity) throw outOfRange();
    return fn(x);
  };
}

export function degrees(x: number): number {
  return inRange(x / 0.017453292519943295, !Number.isFinite(x), x === 0);
}

export function radians(x: number): number {
  return inRange(x * 0.017453292519943295, !Number.isFinite(x), x === 0);
}

function positive(x: number): number {
  if (x === 0) throw new ValueError('2201E', 'cannot take logarithm of zero');
  if (x < 0) throw new ValueError('2201E', 'cannot take logarithm of a negative number');
  return x;
}

function unit(x: number): number {
  if (x < -1 || x > 1) throw outOfRange();
  return x;
}

function outOfRange(): ValueError {
  return new ValueError('22003', 'input is out of range');
}

function inRange(result: number, mayBeInfinite: boolean, mayBeZero: boolean): number {
  if (!Number.isFinite(result) && !Number.isNaN(result) && !mayBeInfinite)
    throw new ValueError('22003', 'value out of range: overflow');
  if (result === 0 && !mayBeInfinite && !mayBeZero) throw new ValueError('22003', 'value out of range: underflow');
  return result;
}

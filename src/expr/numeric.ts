/**
 * PostgreSQL's `numeric` without limits: an exact decimal `unscaled × 10^-scale`, or NaN, or ±Infinity.
 *
 * `scale` is the display scale: how many digits stand behind the point, zeros included. Rules are those of numeric.c:
 * `+ - %` keep the larger scale, `*` adds them, `/` gives at least 16 significant digits, rounding is half away from zero.
 * NaN equals NaN and sorts above everything; operations with infinities follow IEEE, with NaN for what has no value.
 */
import type { ByteWriter } from '../columnar/byte-writer.js';
import { decimalToText, invalidNumeric, scanDecimal } from '../columnar/decimal.js';
import { ValueError } from '../columnar/row-errors.js';

const MAX_INTEGER_DIGITS = 131_072;
const MAX_RESULT_SCALE = 16_383;

export class Numeric {
  constructor(
    readonly unscaled: bigint,
    readonly scale: number,
    readonly special: 'NaN' | 'Infinity' | '-Infinity' | null = null,
  ) {}

  toString(): string {
    return this.special ?? decimalToText(this.unscaled, this.scale);
  }
}

export const numericNaN = new Numeric(0n, 0, 'NaN');
export const numericInfinity = new Numeric(0n, 0, 'Infinity');
export const numericMinusInfinity = new Numeric(0n, 0, '-Infinity');

const specials = { NaN: numericNaN, Infinity: numericInfinity, '-Infinity': numericMinusInfinity };

const smallPowers: readonly bigint[] = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));

export function powerOfTen(exponent: number): bigint {
  return smallPowers[exponent] ?? 10n ** BigInt(exponent);
}

export function parseNumeric(bytes: Uint8Array, start: number, end: number): Numeric {
  const parts = scanDecimal(bytes, start, end);
  if (parts === null) throw invalidNumeric(bytes, start, end);
  if (parts.special !== null) return specials[parts.special];
  if (parts.pointAt > MAX_INTEGER_DIGITS || parts.displayScale > MAX_RESULT_SCALE) throw overflows();
  if (!parts.nonZero) return new Numeric(0n, parts.displayScale);
  let digits = '';
  for (let i = parts.from; i < parts.to; i++) if (bytes[i] !== 46) digits += String.fromCharCode(bytes[i]);
  const magnitude = BigInt(digits) * powerOfTen(Math.max(0, parts.pointAt - parts.digits + parts.displayScale));
  return new Numeric(parts.negative ? -magnitude : magnitude, parts.displayScale);
}

export function numericFromText(text: string): Numeric {
  const bytes = Buffer.from(text);
  return parseNumeric(bytes, 0, bytes.length);
}

export function writeNumeric(value: Numeric, out: ByteWriter): void {
  out.ascii(value.toString());
}

/** The 15 (or 6) significant digits that PostgreSQL keeps of a float. */
export function numericFromFloat(value: number, digits: 15 | 6): Numeric {
  if (Number.isNaN(value)) return numericNaN;
  if (!Number.isFinite(value)) return value > 0 ? numericInfinity : numericMinusInfinity;
  const [mantissa, exponent] = roundedToEven(value, digits).split('e') as [string, string];
  return numericFromText(`${mantissa.replace(/\.?0+$/, '')}e${exponent}`);
}

/** `toExponential`, but a value exactly between two goes to the even one, as C's printf has it. */
function roundedToEven(value: number, digits: number): string {
  const rounded = value.toExponential(digits - 1);
  if (!value.toExponential(digits).includes('5e')) return rounded;
  // All digits of the value, as far as a tie could show: digits, a 5, and nothing behind it.
  const [exact, exponent] = value.toExponential(100).split('e') as [string, string];
  const kept = exact.startsWith('-') ? digits + 2 : digits + 1;
  if (exact[kept] !== '5' || /[1-9]/.test(exact.slice(kept + 1)) || Number(exact[kept - 1]) % 2 !== 0) return rounded;
  return `${exact.slice(0, kept)}e${exponent}`;
}

/** The nearest double (`float8in` of the text). 22003 when it is beyond the doubles. */
export function numericToFloat(value: Numeric): number {
  const result = Number(value.toString());
  if (value.special === null && (!Number.isFinite(result) || (result === 0 && value.unscaled !== 0n)))
    throw new ValueError('22003', `"${value}" is out of range for type double precision`);
  return result;
}

/** Rounded half away from zero to an integer. `typeName` is for the message. */
export function numericToInteger(value: Numeric, min: bigint, max: bigint, typeName: string): bigint {
  if (value.special !== null)
    throw new ValueError('0A000', `cannot convert ${value.special === 'NaN' ? 'NaN' : 'infinity'} to ${typeName}`);
  const integer = rescale(value.unscaled, value.scale, 0);
  if (integer < min || integer > max) throw new ValueError('22003', `${typeName} out of range`);
  return integer;
}

/** `unscaled` of one scale as that of another, rounded half away from zero. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  return to >= from ? unscaled * powerOfTen(to - from) : divideRounded(unscaled, powerOfTen(from - to));
}

/** `dividend / divisor` rounded half away from zero. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n !== divisor < 0n;
  const n = dividend < 0n ? -dividend : dividend;
  const d = divisor < 0n ? -divisor : divisor;
  const rounded = (2n * n + d) / (2n * d);
  return negative ? -rounded : rounded;
}

export function compareNumeric(a: Numeric, b: Numeric): number {
  if (a.special !== null || b.special !== null) return rank(a) - rank(b);
  const left = a.scale >= b.scale ? a.unscaled : a.unscaled * powerOfTen(b.scale - a.scale);
  const right = b.scale >= a.scale ? b.unscaled : b.unscaled * powerOfTen(a.scale - b.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

function rank(value: Numeric): number {
  return value.special === null ? 0 : value.special === 'NaN' ? 2 : value.special === 'Infinity' ? 1 : -1;
}

export function negateNumeric(a: Numeric): Numeric {
  if (a.special !== null)
    return a.special === 'NaN' ? a : a.special === 'Infinity' ? numericMinusInfinity : numericInfinity;
  return new Numeric(-a.unscaled, a.scale);
}

export function absNumeric(a: Numeric): Numeric {
  return a.special === '-Infinity' || a.unscaled < 0n ? negateNumeric(a) : a;
}

export function signNumeric(a: Numeric): Numeric {
  if (a.special === 'NaN') return a;
  return new Numeric(BigInt(signOf(a)), 0);
}

export function addNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.special !== null || b.special !== null) return fromIeee(asIeee(a) + asIeee(b));
  const scale = Math.max(a.scale, b.scale);
  return checked(rescale(a.unscaled, a.scale, scale) + rescale(b.unscaled, b.scale, scale), scale);
}

export function subtractNumeric(a: Numeric, b: Numeric): Numeric {
  return addNumeric(a, negateNumeric(b));
}

export function multiplyNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.special !== null || b.special !== null) return fromIeee(asIeee(a) * asIeee(b));
  const scale = a.scale + b.scale;
  const product = a.unscaled * b.unscaled;
  return scale <= MAX_RESULT_SCALE
    ? checked(product, scale)
    : checked(rescale(product, scale, MAX_RESULT_SCALE), MAX_RESULT_SCALE);
}

export function divideNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.special === 'NaN' || b.special === 'NaN') return numericNaN;
  if (b.special === null && b.unscaled === 0n) throw divisionByZero();
  if (a.special !== null) return fromIeee(b.special !== null ? NaN : asIeee(a) * signOf(b));
  if (b.special !== null) return new Numeric(0n, 0);
  const scale = divisionScale(a, b);
  const shift = scale + b.scale - a.scale;
  const dividend = shift >= 0 ? a.unscaled * powerOfTen(shift) : a.unscaled;
  const divisor = shift >= 0 ? b.unscaled : b.unscaled * powerOfTen(-shift);
  return checked(divideRounded(dividend, divisor), scale);
}

/** The integer part of the quotient (`div`). */
export function divideTruncated(a: Numeric, b: Numeric): Numeric {
  if (a.special !== null || b.special !== null) return divideNumeric(a, b);
  if (b.unscaled === 0n) throw divisionByZero();
  const scale = Math.max(a.scale, b.scale);
  return checked(rescale(a.unscaled, a.scale, scale) / rescale(b.unscaled, b.scale, scale), 0);
}

export function moduloNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.special === 'NaN' || b.special === 'NaN') return numericNaN;
  if (a.special !== null) {
    if (b.special === null && b.unscaled === 0n) throw divisionByZero();
    return numericNaN;
  }
  if (b.special !== null) return a;
  if (b.unscaled === 0n) throw divisionByZero();
  const scale = Math.max(a.scale, b.scale);
  return new Numeric(rescale(a.unscaled, a.scale, scale) % rescale(b.unscaled, b.scale, scale), scale);
}

export function roundNumeric(a: Numeric, digits: number): Numeric {
  if (a.special !== null) return a;
  const to = clampScale(digits);
  return to >= 0
    ? checked(rescale(a.unscaled, a.scale, to), to)
    : checked(rescale(a.unscaled, a.scale, to) * powerOfTen(-to), 0);
}

export function truncateNumeric(a: Numeric, digits: number): Numeric {
  if (a.special !== null) return a;
  const to = clampScale(digits);
  if (to >= a.scale) return new Numeric(rescale(a.unscaled, a.scale, to), to);
  const kept = a.unscaled / powerOfTen(a.scale - to);
  return to >= 0 ? new Numeric(kept, to) : new Numeric(kept * powerOfTen(-to), 0);
}

export function floorNumeric(a: Numeric): Numeric {
  if (a.special !== null) return a;
  const divisor = powerOfTen(a.scale);
  const whole = a.unscaled / divisor;
  return new Numeric(whole * divisor > a.unscaled ? whole - 1n : whole, 0);
}

export function ceilNumeric(a: Numeric): Numeric {
  return negateNumeric(floorNumeric(negateNumeric(a)));
}

/** numeric.c sqrt_var: at least 16 significant digits, not fewer than the argument shows. */
export function sqrtNumeric(a: Numeric): Numeric {
  if (a.special === 'NaN' || a.special === 'Infinity') return a;
  if (a.special === '-Infinity' || a.unscaled < 0n)
    throw new ValueError('2201F', 'cannot take square root of a negative number');
  const { weight } = leadingDigit(a);
  return sqrtToScale(a, Math.min(1000, Math.max(16 - ((weight + 1) * 2 - 1), a.scale, 0)));
}

/** Of a number that is not negative, with so many digits behind the point. */
export function sqrtToScale(a: Numeric, scale: number): Numeric {
  const doubled = 2 * (scale + 1);
  const root = integerRoot(
    doubled >= a.scale ? a.unscaled * powerOfTen(doubled - a.scale) : a.unscaled / powerOfTen(a.scale - doubled),
  );
  return new Numeric(divideRounded(root, 10n), scale);
}

/** Floor of the square root. */
function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let x = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/** numeric.c select_div_scale, in its base of 10,000. */
function divisionScale(a: Numeric, b: Numeric): number {
  const left = leadingDigit(a);
  const right = leadingDigit(b);
  const quotientWeight = left.weight - right.weight - (left.digit <= right.digit ? 1 : 0);
  return Math.min(1000, Math.max(16 - quotientWeight * 4, a.scale, b.scale, 0));
}

/** The first non-zero digit in base 10,000 and its exponent there; zero is (0, 0). */
function leadingDigit(value: Numeric): { weight: number; digit: number } {
  if (value.unscaled === 0n) return { weight: 0, digit: 0 };
  const magnitude = value.unscaled < 0n ? -value.unscaled : value.unscaled;
  const small = Number(magnitude);
  const digits = small < 1e15 ? digitCount(small) : magnitude.toString().length;
  const pointAt = digits - value.scale;
  const weight = Math.ceil(pointAt / 4) - 1;
  const count = pointAt - weight * 4;
  if (small < 1e15)
    return {
      weight,
      digit: digits >= count ? Math.floor(small / 10 ** (digits - count)) : small * 10 ** (count - digits),
    };
  return { weight, digit: Number(magnitude / powerOfTen(digits - count)) };
}

/** Of a positive integer below 10^15. */
function digitCount(value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  return count;
}

function clampScale(digits: number): number {
  return Math.max(-MAX_RESULT_SCALE, Math.min(MAX_RESULT_SCALE, digits));
}

function checked(unscaled: bigint, scale: number): Numeric {
  const magnitude = unscaled < 0n ? -unscaled : unscaled;
  // 40 decimal digits are far from the limit; only giants pay for the count.
  if (magnitude >> 128n !== 0n && magnitude.toString().length - scale > MAX_INTEGER_DIGITS) throw overflows();
  return new Numeric(unscaled, scale);
}

function signOf(value: Numeric): number {
  if (value.special !== null) return value.special === 'Infinity' ? 1 : value.special === '-Infinity' ? -1 : NaN;
  return value.unscaled < 0n ? -1 : value.unscaled > 0n ? 1 : 0;
}

/** Only the sign and the specialness matter where it is used. */
function asIeee(value: Numeric): number {
  return value.special === null ? signOf(value) : Number(value.special);
}

function fromIeee(value: number): Numeric {
  return Number.isNaN(value) ? numericNaN : value > 0 ? numericInfinity : numericMinusInfinity;
}

export function divisionByZero(): ValueError {
  return new ValueError('22012', 'division by zero');
}

function overflows(): ValueError {
  return new ValueError('22003', 'value overflows numeric format');
}

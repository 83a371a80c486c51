/**
 * Floats ↔ text as PostgreSQL writes them with `extra_float_digits = 1`: the shortest decimal that reads back the same,
 * plain from 1e-4 up to 1e15 (real: 1e6), else `1.5e+20`.
 *
 * JavaScript's shortest digits are PostgreSQL's, but for one rule: PostgreSQL never writes a decimal that lies exactly
 * between two floats (2^k · odd with short text, such as 1e23), since not every reader rounds it to even.
 */
import type { ByteWriter } from './byte-writer.js';
import { isSpace } from './decimal.js';
import { ValueError } from './row-errors.js';

export function writeFloat64(value: number, out: ByteWriter): void {
  if (writePlain(value, 1e15, out)) return;
  if (!Number.isFinite(value)) return writeSpecial(value, out);
  const magnitude = Math.abs(value);
  // Here JavaScript's form is PostgreSQL's.
  if (magnitude >= 1e-4 && magnitude < 1e15) return out.ascii(String(value));
  const text = magnitude > 2 ** 53 && magnitude < 1e41 ? unambiguous(magnitude) : String(magnitude);
  writeDigits(value < 0, text, 15, out);
}

/** `value` is a double that is exactly a 32-bit float. */
export function writeFloat32(value: number, out: ByteWriter): void {
  if (Number.isInteger(value) && Math.abs(value) < 1e6 && writePlain(value, 1e6, out)) return;
  if (!Number.isFinite(value)) return writeSpecial(value, out);
  writeDigits(value < 0, shortestFloat32(Math.abs(value)), 6, out);
}

/** A float of PostgreSQL's input syntax; 22P02 for other text, 22003 where it overflows or underflows. */
export function parseFloat64(bytes: Uint8Array, start: number, end: number): number {
  const short = parseShort(bytes, start, end);
  if (!Number.isNaN(short)) return short;
  const text = numberText(bytes, start, end, 'double precision');
  const value = toDouble(text);
  if (isLost(value, text)) throw outOfRange(text, 'double precision');
  return value;
}

/** The nearest 32-bit float, as a double. */
export function parseFloat32(bytes: Uint8Array, start: number, end: number): number {
  const text = numberText(bytes, start, end, 'real');
  const value = nearestFloat32(text);
  if (isLost(value, text)) throw outOfRange(text, 'real');
  return value;
}

/** Integers and short fractions (prices), exactly, without making a string. */
function writePlain(value: number, limit: number, out: ByteWriter): boolean {
  const magnitude = Math.abs(value);
  if (!(magnitude < limit)) return false;
  if (Number.isInteger(value)) {
    if (Object.is(value, -0)) out.byte(45);
    out.integer(value);
    return true;
  }
  if (magnitude < 1e-4) return false;
  // A decimal of at most 15 digits is the only one so short that reads back as its double.
  for (let digits = 1, unit = 10; digits <= 6; digits++, unit *= 10) {
    const scaled = Math.round(magnitude * unit);
    if (scaled >= 1e15) return false;
    if (scaled / unit !== magnitude) continue;
    if (value < 0) out.byte(45);
    const whole = Math.floor(scaled / unit);
    out.integer(whole);
    out.byte(46);
    let rest = scaled - whole * unit;
    out.reserve(digits);
    out.length += digits;
    for (let i = 1; i <= digits; i++) {
      const next = (rest / 10) | 0;
      out.bytes[out.length - i] = 48 + (rest - next * 10);
      rest = next;
    }
    return true;
  }
  return false;
}

function writeSpecial(value: number, out: ByteWriter): void {
  out.ascii(Number.isNaN(value) ? 'NaN' : value < 0 ? '-Infinity' : 'Infinity');
}

/** Writes JavaScript's text of a number in PostgreSQL's form. */
function writeDigits(negative: boolean, text: string, plainBelow: number, out: ByteWriter): void {
  const [mantissa, power] = text.split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  const leading = /^0*/.exec(all)![0].length;
  const digits = all.slice(leading).replace(/0+$/, '') || '0';
  const exponent = whole.length - 1 - leading + Number(power ?? 0);
  if (negative) out.byte(45);
  if (exponent < -4 || exponent >= plainBelow) {
    out.ascii(digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`);
    out.ascii(`e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`);
  } else if (exponent < 0) out.ascii(`0.${'0'.repeat(-1 - exponent)}${digits}`);
  else if (digits.length <= exponent + 1) out.ascii(digits.padEnd(exponent + 1, '0'));
  else out.ascii(`${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`);
}

/** Shortest text of a double above 2^53 that is not midway between two doubles. */
function unambiguous(value: number): string {
  let text = String(value);
  for (let digits = 1; digits <= 17 && isMidway(text, value, nextDouble); digits++) {
    const longer = value.toPrecision(digits);
    if (Number(longer) === value) text = longer;
  }
  return text;
}

/** The shortest decimals that read back as `value`; of these the nearest; of two as near, the even one. */
function shortestFloat32(value: number): string {
  for (let digits = value < 2 ** -126 ? 1 : 6; digits < 9; digits++) {
    const [mantissa, power] = value.toExponential(digits - 1).split('e');
    const nearest = Number(mantissa.replace('.', ''));
    const text = (candidate: number): string => `${candidate}e${Number(power) - digits + 1}`;
    const reads = (candidate: number): boolean =>
      nearestFloat32(text(candidate)) === value &&
      !(value > 2 ** 24 && value < 1e20 && isMidway(text(candidate), value, nextFloat32));
    if (reads(nearest)) {
      // `toExponential` rounds a tie up.
      return nearest % 2 === 1 && isTie(value, digits) && reads(nearest - 1) ? text(nearest - 1) : text(nearest);
    }
    // At a power of two the floats below lie closer: the nearest decimal may miss where its neighbour does not.
    if (reads(nearest + 1)) return text(nearest + 1);
    if (reads(nearest - 1)) return text(nearest - 1);
  }
  return value.toPrecision(9);
}

/** Is what stands behind the first `digits` digits exactly one half of the last? */
function isTie(value: number, digits: number): boolean {
  return /^50*$/.test(
    value
      .toExponential(60)
      .split('e')[0]
      .slice(1 + digits),
  );
}

/** Is the decimal exactly between `value` and a neighbour? For integers only. */
function isMidway(text: string, value: number, next: (value: number, step: 1 | -1) => number): boolean {
  const decimal = exactInteger(text);
  const twice = 2n * decimal;
  const exact = BigInt(value);
  return twice === exact + BigInt(next(value, 1)) || twice === exact + BigInt(next(value, -1));
}

function exactInteger(text: string): bigint {
  const [mantissa, power = '0'] = text.split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const zeros = Number(power) - fraction.length;
  const digits = BigInt(whole + fraction);
  return zeros >= 0 ? digits * 10n ** BigInt(zeros) : digits / 10n ** BigInt(-zeros);
}

function nextDouble(value: number, step: 1 | -1): number {
  const bits = new BigInt64Array(Float64Array.of(value).buffer);
  return new Float64Array(BigInt64Array.of(bits[0] + BigInt(step)).buffer)[0];
}

function nextFloat32(value: number, step: 1 | -1): number {
  const bits = new Int32Array(Float32Array.of(value).buffer);
  return new Float32Array(Int32Array.of(bits[0] + step).buffer)[0];
}

/**
 * Text → double → float rounds twice, which is wrong when the double lies exactly between two floats but the text does
 * not (7.038531e-26): then the text decides.
 */
function nearestFloat32(text: string): number {
  const double = toDouble(text);
  const rounded = Math.fround(double);
  if (rounded === double || !Number.isFinite(double)) return rounded;
  const magnitude = Math.abs(double);
  const near = Math.abs(rounded);
  const other = nextFloat32(near, near < magnitude ? 1 : -1);
  if (
    !Number.isFinite(near) ||
    !Number.isFinite(other) ||
    magnitude - Math.min(near, other) !== Math.max(near, other) - magnitude
  ) {
    return rounded;
  }
  const order = compareDecimal(text.replace(/^[+-]/, ''), magnitude);
  if (order === 0) return rounded;
  const chosen = order > 0 ? Math.max(near, other) : Math.min(near, other);
  return double < 0 ? -chosen : chosen;
}

/** Sign of (decimal text - double), exactly. */
function compareDecimal(text: string, value: number): number {
  const [mantissa, power = '0'] = text.toLowerCase().split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  let left = BigInt(whole + fraction || '0');
  const tens = Number(power) - fraction.length;
  let twos = 0;
  let rest = value;
  for (; !Number.isInteger(rest); rest *= 2) twos++;
  let right = BigInt(rest);
  if (tens >= 0) left *= 10n ** BigInt(tens);
  else right *= 10n ** BigInt(-tens);
  left <<= BigInt(twos);
  return left > right ? 1 : left < right ? -1 : 0;
}

/** `[-]digits[.digits]` of at most 15 digits: one exact division. NaN leaves it to the long way. */
function parseShort(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const negative = bytes[at] === 45;
  if (negative) at++;
  if (end - at > 16) return NaN;
  let digits = 0;
  let value = 0;
  let unit = 0;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte >= 48 && byte <= 57) {
      value = value * 10 + (byte - 48);
      unit *= 10;
      digits++;
    } else if (byte === 46 && unit === 0) unit = 1;
    else return NaN;
  }
  if (digits === 0 || digits > 15) return NaN;
  if (unit > 1) value /= unit;
  return negative ? -value : value;
}

function numberText(bytes: Uint8Array, start: number, end: number, type: string): string {
  let from = start;
  let to = end;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  const text = Buffer.from(bytes.subarray(from, to)).toString('latin1');
  if (!/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity|nan)$/i.test(text)) {
    const shown = Buffer.from(bytes.subarray(start, Math.min(end, start + 100))).toString();
    throw new ValueError('22P02', `invalid input syntax for type ${type}: "${shown}"`);
  }
  return text;
}

function toDouble(text: string): number {
  if (/nan$/i.test(text)) return NaN;
  if (/i/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

function isLost(value: number, text: string): boolean {
  if (value === 0) return /[1-9]/.test(text.split(/e/i)[0]);
  return !Number.isFinite(value) && !/[in]/i.test(text);
}

function outOfRange(text: string, type: string): ValueError {
  return new ValueError('22003', `"${text.slice(0, 100)}" is out of range for type ${type}`);
}

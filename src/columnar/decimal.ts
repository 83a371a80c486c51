/**
 * Decimals of 128 bits: an unscaled two's complement integer of four 32-bit words, low word first.
 *
 * Text goes to words and back by division in words (a double holds `word * 10^6` exactly); BigInt is for callers that
 * compute. PostgreSQL's rules: input is rounded half away from zero to the scale; 22003 where the precision is exceeded.
 */
import type { ByteWriter } from './byte-writer.js';
import { storeNumber } from './int64.js';
import { ValueError } from './row-errors.js';

const WORD = 4294967296;

export function decimalToBigInt(words: Int32Array, row: number): bigint {
  const at = 4 * row;
  const high = (BigInt(words[at + 3]) << 32n) | BigInt(words[at + 2] >>> 0);
  const low = (BigInt(words[at + 1] >>> 0) << 32n) | BigInt(words[at] >>> 0);
  return (high << 64n) | low;
}

export function storeDecimal(unscaled: bigint, words: Int32Array, row: number): void {
  const at = 4 * row;
  words[at] = Number(BigInt.asIntN(32, unscaled));
  words[at + 1] = Number(BigInt.asIntN(32, unscaled >> 32n));
  words[at + 2] = Number(BigInt.asIntN(32, unscaled >> 64n));
  words[at + 3] = Number(BigInt.asIntN(32, unscaled >> 96n));
}

/** Does the unscaled integer fit a double exactly (|value| < 2^53)? Then `decimalToNumber` is exact. */
export function isSmallDecimal(words: Int32Array, row: number): boolean {
  const at = 4 * row;
  const high = words[at + 1];
  const sign = high >> 31;
  return words[at + 2] === sign && words[at + 3] === sign && high >= -0x200000 && high < 0x200000;
}

/** The unscaled integer as a double; see `isSmallDecimal`. */
export function decimalToNumber(words: Int32Array, row: number): number {
  const at = 4 * row;
  return words[at + 1] * WORD + (words[at] >>> 0);
}

/** `decimalToText(-1234n, 2)` is `-12.34`. */
export function decimalToText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** A reusable writer: it owns the scratch that the digits are made in. */
export function decimalWriter(words: Int32Array, scale: number): (row: number, out: ByteWriter) => void {
  const limbs = new Float64Array(4);
  const digits = new Uint8Array(48);
  return (row, out) => {
    const at = 4 * row;
    const negative = words[at + 3] < 0;
    loadMagnitude(words, at, negative, limbs);
    let count = 0;
    if (limbs[3] === 0 && limbs[2] === 0 && limbs[1] < 0x200000) {
      let value = limbs[1] * WORD + limbs[0];
      while (value > 0x7fffffff) {
        const next = Math.floor(value / 10);
        digits[count++] = 48 + (value - next * 10);
        value = next;
      }
      for (let small = value | 0; small !== 0;) {
        const next = (small / 10) | 0;
        digits[count++] = 48 + (small - next * 10);
        small = next;
      }
    } else {
      while (limbs[0] !== 0 || limbs[1] !== 0 || limbs[2] !== 0 || limbs[3] !== 0) {
        let rest = divideByMillion(limbs);
        for (let i = 0; i < 6; i++) {
          const next = (rest / 10) | 0;
          digits[count++] = 48 + (rest - next * 10);
          rest = next;
        }
      }
      while (digits[count - 1] === 48) count--;
    }
    while (count <= scale) digits[count++] = 48;
    out.reserve(count + 2);
    const target = out.bytes;
    let to = out.length;
    if (negative) target[to++] = 45;
    while (count > scale) target[to++] = digits[--count];
    if (scale > 0) {
      target[to++] = 46;
      while (count > 0) target[to++] = digits[--count];
    }
    out.length = to;
  };
}

/**
 * Reads decimal text (`-12.5`, `1e3`, ` +.5 `) into the four words at `words[4 * row]`.
 * 22P02 for what is no number, 22003 where it needs more than `precision` digits, or is NaN or infinite.
 */
export function parseDecimal(
  bytes: Uint8Array,
  start: number,
  end: number,
  precision: number,
  scale: number,
  words: Int32Array,
  row: number,
): void {
  if (parseShort(bytes, start, end, precision, scale, words, 4 * row)) return;
  const part = scanDecimal(bytes, start, end);
  if (part === null) throw invalidNumeric(bytes, start, end);
  if (part.special !== null) {
    throw new ValueError(
      '22003',
      `numeric field overflow: ${part.special} has no place in numeric(${precision},${scale})`,
    );
  }
  // `keep` digits from the first significant one on make up the unscaled integer; the next one rounds.
  const keep = part.pointAt + scale;
  const limbs = [0, 0, 0, 0];
  let taken = 0;
  let roundUp = false;
  for (let i = part.from; i < part.to && taken <= keep; i++) {
    const digit = bytes[i] - 48;
    if (digit === -2) continue;
    if (taken === keep) roundUp = digit >= 5;
    else if (taken >= precision) throw overflow(precision, scale);
    else multiplyAdd(limbs, 10, digit);
    taken++;
  }
  if (part.digits > 0 && part.nonZero) {
    if (keep > precision) throw overflow(precision, scale);
    for (; taken < keep; taken++) multiplyAdd(limbs, 10, 0);
  }
  if (roundUp) {
    multiplyAdd(limbs, 1, 1);
    if (keep >= precision && isPowerOfTen(limbs, precision)) throw overflow(precision, scale);
  }
  storeMagnitude(limbs, part.negative, words, 4 * row);
}

export interface DecimalParts {
  readonly negative: boolean;
  /** `bytes[from, to)` are digits and at most one `.`, from the first non-zero digit on. */
  readonly from: number;
  readonly to: number;
  /** Digits in that range. */
  readonly digits: number;
  readonly nonZero: boolean;
  /** Digits of the range that stand before the decimal point, exponent applied; may be negative or beyond `digits`. */
  readonly pointAt: number;
  /** Digits behind the point that PostgreSQL would show for a `numeric` without limits. */
  readonly displayScale: number;
  readonly special: 'NaN' | 'Infinity' | '-Infinity' | null;
}

/** Splits the text of a number into its parts, or null where it is none. Spaces around it are allowed. */
export function scanDecimal(bytes: Uint8Array, start: number, end: number): DecimalParts | null {
  let at = start;
  let stop = end;
  while (at < stop && isSpace(bytes[at])) at++;
  while (stop > at && isSpace(bytes[stop - 1])) stop--;
  let negative = false;
  if (bytes[at] === 45 || bytes[at] === 43) negative = bytes[at++] === 45;
  const signed = at;
  let from = -1;
  let point = -1;
  let seen = 0;
  let digits = 0;
  let fraction = 0;
  let whole = 0;
  for (; at < stop; at++) {
    const byte = bytes[at];
    if (byte === 46) {
      if (point >= 0) return null;
      point = at;
      continue;
    }
    if (byte < 48 || byte > 57) break;
    seen++;
    if (point >= 0) fraction++;
    if (from < 0 && byte !== 48) from = at;
    if (from >= 0) {
      digits++;
      if (point < 0) whole++;
    } else if (point >= 0) whole--;
  }
  if (seen === 0) return special(bytes, signed, stop, negative);
  const to = at;
  let exponent = 0;
  if (at < stop) {
    if ((bytes[at] | 32) !== 101) return null;
    at++;
    let minus = false;
    if (bytes[at] === 45 || bytes[at] === 43) minus = bytes[at++] === 45;
    if (at >= stop) return null;
    for (; at < stop; at++) {
      if (bytes[at] < 48 || bytes[at] > 57) return null;
      exponent = Math.min(1e9, exponent * 10 + (bytes[at] - 48));
    }
    if (minus) exponent = -exponent;
  }
  const nonZero = from >= 0;
  return {
    negative: negative && nonZero,
    from: nonZero ? from : to,
    to,
    digits,
    nonZero,
    pointAt: nonZero ? whole + exponent : 0,
    displayScale: Math.max(0, fraction - exponent),
    special: null,
  };
}

export function invalidNumeric(bytes: Uint8Array, start: number, end: number): ValueError {
  const text = Buffer.from(bytes.subarray(start, Math.min(end, start + 100))).toString();
  return new ValueError('22P02', `invalid input syntax for type numeric: "${text}"`);
}

export function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** The common form, `-123.45` of at most 15 digits that fit without rounding; false leaves it to the long way. */
function parseShort(
  bytes: Uint8Array,
  start: number,
  end: number,
  precision: number,
  scale: number,
  words: Int32Array,
  to: number,
): boolean {
  let at = start;
  const negative = bytes[at] === 45;
  if (negative) at++;
  if (at === end || end - at > 15) return false;
  let value = 0;
  let digits = 0;
  let pointDigits = -1;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte >= 48 && byte <= 57) {
      value = value * 10 + (byte - 48);
      digits++;
    } else if (byte === 46 && pointDigits < 0) pointDigits = digits;
    else return false;
  }
  const fraction = pointDigits < 0 ? 0 : digits - pointDigits;
  if (digits === 0 || fraction > scale || digits + scale - fraction > Math.min(15, precision)) return false;
  for (let i = fraction; i < scale; i++) value *= 10;
  if (negative) value = -value;
  storeNumber(value, words, to);
  words[to + 2] = words[to + 3] = value < 0 ? -1 : 0;
  return true;
}

function special(bytes: Uint8Array, start: number, end: number, negative: boolean): DecimalParts | null {
  if (end - start > 8) return null;
  const word = String.fromCharCode(...bytes.subarray(start, end)).toLowerCase();
  const none = { negative: false, from: end, to: end, digits: 0, nonZero: false, pointAt: 0, displayScale: 0 };
  if (word === 'nan') return { ...none, special: 'NaN' };
  if (word === 'infinity' || word === 'inf') return { ...none, special: negative ? '-Infinity' : 'Infinity' };
  return null;
}

function overflow(precision: number, scale: number): ValueError {
  return new ValueError(
    '22003',
    `numeric field overflow: a number of numeric(${precision},${scale}) must round to less than 10^${precision - scale}`,
  );
}

function loadMagnitude(words: Int32Array, at: number, negative: boolean, limbs: Float64Array): void {
  let carry = negative ? 1 : 0;
  for (let i = 0; i < 4; i++) {
    const word = ((negative ? ~words[at + i] : words[at + i]) >>> 0) + carry;
    carry = word >= WORD ? 1 : 0;
    limbs[i] = word >= WORD ? 0 : word;
  }
}

function storeMagnitude(limbs: readonly number[], negative: boolean, words: Int32Array, at: number): void {
  let carry = negative ? 1 : 0;
  for (let i = 0; i < 4; i++) {
    const word = (negative ? ~limbs[i] >>> 0 : limbs[i]) + carry;
    carry = word >= WORD ? 1 : 0;
    words[at + i] = word;
  }
}

/** Divides in place; returns the rest. */
function divideByMillion(limbs: Float64Array): number {
  let rest = 0;
  for (let i = 3; i >= 0; i--) {
    const value = rest * WORD + limbs[i];
    const quotient = Math.floor(value / 1000000);
    rest = value - quotient * 1000000;
    limbs[i] = quotient;
  }
  return rest;
}

function multiplyAdd(limbs: number[], factor: number, add: number): void {
  let carry = add;
  for (let i = 0; i < 4; i++) {
    const value = limbs[i] * factor + carry;
    carry = Math.floor(value / WORD);
    limbs[i] = value - carry * WORD;
  }
}

function isPowerOfTen(limbs: readonly number[], power: number): boolean {
  const value = limbs.reduceRight((sum, limb) => sum * BigInt(WORD) + BigInt(limb), 0n);
  return value === 10n ** BigInt(power);
}

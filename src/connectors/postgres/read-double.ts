/**
 * Decimal text to the nearest double, without a string: digits with at most one point, no exponent. What it does not know
 * (exponents, NaN, more than 19 digits, the few values too near to the middle of two doubles) is NaN: ask someone slower.
 *
 *     up to 15 digits    mantissa / 10^k: both exact, one rounding (Clinger 1990)
 *     16 to 19 digits    mantissa and quotient in two doubles each; accepted when both ends of the error bound round alike
 */
const powersOfTen = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

const MAX_FAST_DIGITS = 15;
const MAX_DIGITS = 19;
/** The relative error of the correction is below 2^-48; Ziv's test with some room. */
const MARGIN = 2 ** -44;

export function readDouble(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === 45;
  let at = negative ? start + 1 : start;
  let head = 0;
  let tail = 0;
  let digits = 0;
  let point = -1;
  for (; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit >= 0 && digit <= 9) {
      if (digits < MAX_FAST_DIGITS) head = head * 10 + digit;
      else tail = tail * 10 + digit;
      if (head !== 0) digits++;
    } else if (digit === -2 && point < 0) {
      point = at;
    } else {
      return NaN;
    }
  }
  const scale = point < 0 ? 0 : end - point - 1;
  if (digits > MAX_DIGITS || scale > 22) return NaN;
  const value =
    digits <= MAX_FAST_DIGITS
      ? head / powersOfTen[scale]
      : longQuotient(head, tail, digits - MAX_FAST_DIGITS, powersOfTen[scale]);
  return negative ? -value : value;
}

/** (head · 10^tailDigits + tail) / divisor, correctly rounded, or NaN. */
function longQuotient(head: number, tail: number, tailDigits: number, divisor: number): number {
  const shift = powersOfTen[tailDigits];
  const high = head * shift;
  const low = productError(head, shift, high) + tail;
  const quotient = high / divisor;
  const product = quotient * divisor;
  const correction = (high - product - productError(quotient, divisor, product) + low) / divisor;
  const value = quotient + correction * (1 + MARGIN);
  return value === quotient + correction * (1 - MARGIN) ? value : NaN;
}

/** a · b - product, exactly (Dekker 1971). */
function productError(a: number, b: number, product: number): number {
  const aScaled = 134217729 * a;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = 134217729 * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

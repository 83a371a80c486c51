/**
 * `numeric` without limits is kept as PostgreSQL's own text: no `+`, no leading zeros, no exponent, `-0` is `0`.
 * At most 131072 digits before the point and 16383 behind it (22003).
 */
import type { ByteWriter } from './byte-writer.js';
import { invalidNumeric, scanDecimal, type DecimalParts } from './decimal.js';
import { ValueError } from './row-errors.js';

const MAX_WHOLE_DIGITS = 131072;
const MAX_SCALE = 16383;

/** Is the text already in PostgreSQL's form? Then it can be copied. Short texts only; false means: go the long way. */
export function isPlainNumeric(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  if (bytes[at] === 45) at++;
  const whole = at;
  let nonZero = false;
  while (at < end && bytes[at] >= 48 && bytes[at] <= 57) if (bytes[at++] !== 48) nonZero = true;
  const wholeDigits = at - whole;
  if (wholeDigits === 0 || wholeDigits > 1000 || (wholeDigits > 1 && bytes[whole] === 48)) return false;
  if (at < end) {
    if (bytes[at] !== 46 || at + 1 === end || end - at > 1000) return false;
    for (at++; at < end; at++) {
      if (bytes[at] < 48 || bytes[at] > 57) return false;
      if (bytes[at] !== 48) nonZero = true;
    }
  }
  return nonZero || whole === start;
}

/** Appends the number at `bytes[start, end)` in PostgreSQL's form. 22P02 for other text, 22003 beyond the limits. */
export function writeNumeric(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  if (isPlainNumeric(bytes, start, end)) return out.copy(bytes, start, end);
  const parts = scanDecimal(bytes, start, end);
  if (parts === null) throw invalidNumeric(bytes, start, end);
  if (parts.special !== null) return out.ascii(parts.special);
  if (parts.pointAt > MAX_WHOLE_DIGITS || parts.displayScale > MAX_SCALE) {
    throw new ValueError('22003', 'value overflows numeric format');
  }
  writeParts(bytes, parts, out);
}

function writeParts(bytes: Uint8Array, parts: DecimalParts, out: ByteWriter): void {
  const { pointAt, displayScale } = parts;
  out.reserve(parts.to - parts.from + Math.abs(pointAt) + displayScale + 4);
  if (parts.negative) out.byte(45);
  let source = parts.from;
  const nextDigit = (): number => {
    if (source < parts.to && bytes[source] === 46) source++;
    return source < parts.to ? bytes[source++] : 48;
  };
  if (pointAt <= 0) out.byte(48);
  for (let i = 0; i < pointAt; i++) out.byte(nextDigit());
  if (displayScale === 0) return;
  out.byte(46);
  for (let i = 0; i < displayScale; i++) out.byte(parts.nonZero && i >= -pointAt ? nextDigit() : 48);
}

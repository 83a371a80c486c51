/** Pieces of generated code that the number families share: range checks and changes of scale. */
import type { DataType, Kind } from '../../columnar/data-type.js';
import type { Emitter } from '../overload.js';

export const SAFE = 9007199254740991;

/** Range and name of the integer kinds. */
export const integerRange: Readonly<Partial<Record<Kind, { min: number; max: number; name: string }>>> = {
  int16: { min: -32768, max: 32767, name: 'smallint' },
  int32: { min: -2147483648, max: 2147483647, name: 'integer' },
};

/** An int16 or int32 from a double that holds the exact or a rounded too large result. */
export function checkedInt(e: Emitter, kind: Kind, code: string): string {
  const { min, max, name } = integerRange[kind]!;
  const raw = e.local(code);
  e.line(`if (!(${raw} <= ${max} && ${raw} >= ${min})) ${e.fail('22003', `${name} out of range`)}`);
  return `${raw} | 0`;
}

/** An int64: in the fast variant beyond ±(2^53-1) it goes to the exact one, there beyond 64 bits it is an error. */
export function checkedLong(e: Emitter, code: string): string {
  if (!e.exact) return safe(e, code);
  const raw = e.local(code);
  e.line(
    `if (${raw} > 9223372036854775807n || ${raw} < -9223372036854775808n) ${e.fail('22003', 'bigint out of range')}`,
  );
  return raw;
}

/** A decimal: always fits its type, so only the fast variant looks. */
export function checkedDecimal(e: Emitter, code: string): string {
  return e.exact ? code : safe(e, code);
}

/** The result of double arithmetic on safe integers, without -0. */
function safe(e: Emitter, code: string): string {
  const raw = e.local(`${code} + 0`);
  e.line(`if (!(${raw} <= ${SAFE} && ${raw} >= -${SAFE})) ${e.bail()}`);
  return raw;
}

/** `part × 10^digits` of a long or decimal. */
export function scaledUp(e: Emitter, part: string, digits: number): string {
  if (digits === 0) return part;
  if (e.exact) return e.local(`${part} * ${10n ** BigInt(digits)}n`);
  if (digits > 15) {
    e.line(`if (${part} !== 0) ${e.bail()}`);
    return '0';
  }
  return safe(e, `${part} * ${10 ** digits}`);
}

/** `part / 10^digits`, rounded half away from zero, towards zero, or down. */
export function scaledDown(
  e: Emitter,
  part: string,
  digits: number,
  mode: 'round' | 'truncate' | 'floor' | 'ceil',
): string {
  if (digits === 0) return part;
  if (!e.exact && digits > 15) {
    e.line(e.bail());
    return '0';
  }
  const n = e.exact ? 'n' : '';
  const divisor = e.exact ? `${10n ** BigInt(digits)}n` : `${10 ** digits}`;
  const rest = e.local(`${part} % ${divisor}`);
  const whole = e.local(e.exact ? `${part} / ${divisor}` : `(${part} - ${rest}) / ${divisor}`);
  switch (mode) {
    case 'truncate':
      break;
    case 'round':
      e.line(
        `if (2${n} * ${rest} >= ${divisor}) ${whole} += 1${n}; else if (2${n} * ${rest} <= -${divisor}) ${whole} -= 1${n};`,
      );
      break;
    case 'floor':
      e.line(`if (${rest} < 0${n}) ${whole} -= 1${n};`);
      break;
    case 'ceil':
      e.line(`if (${rest} > 0${n}) ${whole} += 1${n};`);
      break;
  }
  return whole;
}

/** Brings a decimal from one scale to another, rounding as a cast does. */
export function rescaled(e: Emitter, part: string, from: number, to: number): string {
  return to >= from ? scaledUp(e, part, to - from) : scaledDown(e, part, from - to, 'round');
}

/** A float result: overflow to infinity, and underflow to zero, are errors unless an operand explains them. */
export function checkedFloat(
  e: Emitter,
  kind: Kind,
  code: string,
  operandIsInfinite: string,
  underflows: string | null,
): string {
  const raw = e.local(kind === 'float32' ? `Math.fround(${code})` : code);
  e.line(
    `if ((${raw} === Infinity || ${raw} === -Infinity) && !(${operandIsInfinite})) ${e.fail('22003', 'value out of range: overflow')}`,
  );
  if (underflows !== null)
    e.line(`if (${raw} === 0 && ${underflows}) ${e.fail('22003', 'value out of range: underflow')}`);
  return raw;
}

export function isInfinite(part: string): string {
  return `${part} === Infinity || ${part} === -Infinity`;
}

export function scaleOf(type: DataType): number {
  return type.kind === 'decimal' ? type.scale : 0;
}

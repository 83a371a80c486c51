/**
 * JavaScript that reads one row of a column into locals.
 *
 * Row numbers are `i`. A column's arrays are taken out once per call, in the preamble. In the fast variant an int64 or
 * decimal beyond ±2^53 leaves the row to the exact one.
 */
import { decimalToBigInt } from '../columnar/decimal.js';
import type { DataType } from '../columnar/data-type.js';
import { parseNumeric } from './numeric.js';
import type { IntervalValue, Value } from './overload.js';
import { formOf, zeroParts } from './value-form.js';

export interface LoadContext {
  readonly exact: boolean;
  /** A line before the loop. */
  preamble(code: string): void;
  local(init: string): string;
  line(code: string): void;
  constant(value: unknown): string;
  bail(): string;
}

/** `c` is the name of the column's variable, declared by the caller in the preamble. */
export function loadColumn(e: LoadContext, c: string, type: DataType): Value {
  e.preamble(`const ${c}b = ${c}.validity;`);
  const isNull = e.local(`${c}b !== null && ((${c}b[i >> 3] >> (i & 7)) & 1) === 0`);
  return { isNull, parts: loadParts(e, c, type, isNull) };
}

function loadParts(e: LoadContext, c: string, type: DataType, isNull: string): string[] {
  switch (formOf(type)) {
    case 'boolean':
      e.preamble(`const ${c}v = ${c}.values;`);
      return [e.local(`((${c}v[i >> 3] >> (i & 7)) & 1) === 1`)];
    case 'int':
    case 'float':
      e.preamble(`const ${c}v = ${c}.values;`);
      return [e.local(`${c}v[i]`)];
    case 'long':
      return [e.exact ? loadBigInt(e, c, isNull) : loadSafe(e, c, isNull)];
    case 'decimal':
      return [e.exact ? loadBigDecimal(e, c, isNull) : loadSafeDecimal(e, c, isNull)];
    case 'numeric':
      e.preamble(`const ${c}o = ${c}.offsets, ${c}d = ${c}.data;`);
      return [
        e.local(
          `${isNull} ? ${zeroParts(type, e.exact, (v) => e.constant(v))[0]} : ${e.constant(parseNumeric)}(${c}d, ${c}o[i], ${c}o[i + 1])`,
        ),
      ];
    case 'bytes':
      e.preamble(`const ${c}o = ${c}.offsets, ${c}d = ${c}.data;`);
      return [`${c}d`, e.local(`${c}o[i]`), e.local(`${c}o[i + 1]`)];
    case 'interval':
      e.preamble(`const ${c}w = ${c}.words;`);
      return [e.local(`${e.constant(intervalAt)}(${c}w, i)`)];
    case 'list':
      e.preamble(`const ${c}o = ${c}.offsets, ${c}d = ${c}.child;`);
      return [`${c}d`, e.local(`${c}o[i]`), e.local(`${c}o[i + 1]`)];
  }
}

function loadSafe(e: LoadContext, c: string, isNull: string): string {
  e.preamble(`const ${c}w = ${c}.words;`);
  const high = e.local(`${c}w[2 * i + 1]`);
  e.line(`if ((${high} < -2097152 || ${high} > 2097151) && !${isNull}) ${e.bail()}`);
  return e.local(`${high} * 4294967296 + (${c}w[2 * i] >>> 0)`);
}

function loadBigInt(e: LoadContext, c: string, isNull: string): string {
  e.preamble(`const ${c}v = ${c}.values;`);
  return e.local(`${isNull} ? 0n : ${c}v[i]`);
}

function loadSafeDecimal(e: LoadContext, c: string, isNull: string): string {
  e.preamble(`const ${c}w = ${c}.words;`);
  const high = e.local(`${c}w[4 * i + 1]`);
  const sign = e.local(`${high} >> 31`);
  const wide = `${high} < -2097152 || ${high} > 2097151 || ${c}w[4 * i + 2] !== ${sign} || ${c}w[4 * i + 3] !== ${sign}`;
  e.line(`if ((${wide}) && !${isNull}) ${e.bail()}`);
  return e.local(`${high} * 4294967296 + (${c}w[4 * i] >>> 0)`);
}

function loadBigDecimal(e: LoadContext, c: string, isNull: string): string {
  e.preamble(`const ${c}w = ${c}.words;`);
  return e.local(`${isNull} ? 0n : ${e.constant(decimalToBigInt)}(${c}w, i)`);
}

export function intervalAt(words: Int32Array, row: number): IntervalValue {
  const at = 4 * row;
  const micros = (BigInt(words[at + 3]) << 32n) | BigInt(words[at + 2] >>> 0);
  return { months: words[at], days: words[at + 1], micros };
}

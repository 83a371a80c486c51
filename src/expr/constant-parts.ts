/** A literal as the parts of a value in generated code: numbers and booleans as JavaScript, the rest as constants. */
import type { DataType } from '../columnar/data-type.js';
import { columnOfText } from './literal.js';
import { intervalAt } from './load-column.js';
import { numericFromText, rescale } from './numeric.js';
import { formOf } from './value-form.js';

interface ConstantContext {
  readonly exact: boolean;
  constant(value: unknown): string;
  /** A constant beyond ±(2^53-1) makes the fast variant give up at once. */
  bail(): string;
  line(code: string): void;
}

export function constantParts(text: string, type: DataType, e: ConstantContext): string[] {
  const column = formOf(type) === 'numeric' || type.kind === 'decimal' ? null : columnOfText(text, type);
  switch (column?.layout) {
    case undefined:
      return type.kind === 'decimal'
        ? [wide(decimalUnscaled(text, type.scale), e)]
        : [e.constant(numericFromText(text))];
    case 'bits':
      return [(column.values[0]! & 1) === 1 ? 'true' : 'false'];
    case 'int32':
      return [jsNumber(column.values[0]!)];
    case 'float64':
      return [jsNumber(column.values[0]!)];
    case 'int64':
      return [wide(column.values[0]!, e)];
    case 'interval':
      return [e.constant(intervalAt(column.words, 0))];
    case 'bytes': {
      const bytes = column.data.slice(column.offsets[0], column.offsets[1]);
      return [e.constant(bytes), '0', String(bytes.length)];
    }
    case 'list':
      return [e.constant(column.child), String(column.offsets[0]), String(column.offsets[1])];
    case 'decimal128':
      throw new TypeError('decimals have constants of their own');
  }
}

function decimalUnscaled(text: string, scale: number): bigint {
  const value = numericFromText(text);
  return rescale(value.unscaled, value.scale, scale);
}

function wide(value: bigint, e: ConstantContext): string {
  if (e.exact) return value < 0n ? `(${value}n)` : `${value}n`;
  if (value > 9007199254740991n || value < -9007199254740991n) {
    e.line(`if (true) ${e.bail()}`);
    return '0';
  }
  return jsNumber(Number(value));
}

function jsNumber(value: number): string {
  if (Object.is(value, -0)) return '(-0)';
  return value < 0 ? `(${value})` : String(value);
}

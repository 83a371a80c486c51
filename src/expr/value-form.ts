/** How a value of a type lies in the locals of generated code (the table in overload.ts), and its zero. */
import type { DataType, Kind } from '../columnar/data-type.js';
import { createBuilder } from '../columnar/column-builder.js';
import { Numeric } from './numeric.js';
import type { IntervalValue } from './overload.js';

/** `long` and `decimal` are doubles holding safe integers in the fast variant, bigints in the exact one. */
export type ValueForm = 'boolean' | 'int' | 'float' | 'long' | 'decimal' | 'numeric' | 'bytes' | 'interval' | 'list';

const forms: Readonly<Record<Kind, ValueForm>> = {
  boolean: 'boolean',
  int16: 'int',
  int32: 'int',
  int64: 'long',
  float32: 'float',
  float64: 'float',
  decimal: 'decimal',
  numeric: 'numeric',
  text: 'bytes',
  json: 'bytes',
  jsonb: 'bytes',
  uuid: 'bytes',
  bytea: 'bytes',
  date: 'int',
  time: 'long',
  timestamp: 'long',
  timestamptz: 'long',
  interval: 'interval',
  list: 'list',
};

export function formOf(type: DataType): ValueForm {
  return forms[type.kind];
}

const zeroNumeric = new Numeric(0n, 0);
const zeroInterval: IntervalValue = { months: 0, days: 0, micros: 0n };
const noBytes = new Uint8Array(0);
const noElements = createBuilder({ kind: 'text' }, 0).finish();

/** JavaScript for the parts of a zero; `constant` names values that have no literal. */
export function zeroParts(type: DataType, exact: boolean, constant: (value: unknown) => string): string[] {
  switch (formOf(type)) {
    case 'boolean':
      return ['false'];
    case 'int':
    case 'float':
      return ['0'];
    case 'long':
    case 'decimal':
      return [exact ? '0n' : '0'];
    case 'numeric':
      return [constant(zeroNumeric)];
    case 'bytes':
      return [constant(noBytes), '0', '0'];
    case 'interval':
      return [constant(zeroInterval)];
    case 'list':
      return [constant(noElements), '0', '0'];
  }
}

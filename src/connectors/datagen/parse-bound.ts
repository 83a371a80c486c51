/**
 * Bounds of generated values, as the job file writes them → units of their type.
 *
 *     date '2026-01-31' → 20484 (days) · numeric(10,2) 12.5 → 1250 · integer '-7' → -7
 */
import type { Column } from '../../columnar/column.js';
import { createBuilder } from '../../columnar/column-builder.js';
import { isInfiniteDate, isInfiniteTimestamp } from '../../columnar/datetime.js';
import { decimalToBigInt } from '../../columnar/decimal.js';
import { typeName, type DataType } from '../../columnar/data-type.js';
import { textParser } from '../../columnar/parse-text.js';
import { ValueError } from '../../columnar/row-errors.js';

/** Decimal text of the integer that lies in the column; of the number itself for double precision. @throws ValueError */
export function parseBound(type: DataType, value: string | number): string {
  if (typeof value === 'number' && !Number.isInteger(value) && type.kind === 'decimal' && digitsOf(value) > 15)
    throw new ValueError('22P02', `${value} has more digits than a plain number keeps; put it in quotes`);
  const text = String(value);
  if (type.kind === 'decimal' && fractionOf(text) > type.scale)
    throw new ValueError('22003', `${text} has more digits behind the point than ${typeName(type)}`);
  const bytes = Buffer.from(text);
  const builder = createBuilder(type, 1);
  textParser(type)(bytes, 0, bytes.length, builder);
  return unitsOf(builder.finish(), text);
}

function unitsOf(column: Column, text: string): string {
  switch (column.layout) {
    case 'int32':
      if (column.type.kind === 'date' && isInfiniteDate(column.values[0])) throw infinite(text);
      return String(column.values[0]);
    case 'int64':
      if (column.type.kind !== 'int64' && isInfiniteTimestamp(column.words[0], column.words[1])) throw infinite(text);
      return String(column.values[0]);
    case 'float64':
      if (!Number.isFinite(column.values[0])) throw infinite(text);
      return String(column.values[0]);
    case 'decimal128':
      return String(decimalToBigInt(column.words, 0));
    case 'bits':
    case 'bytes':
    case 'interval':
    case 'list':
      throw new TypeError(`no bounds of ${column.type.kind}`);
    default:
      return column satisfies never;
  }
}

function infinite(text: string): ValueError {
  return new ValueError('22003', `${text} is no bound; give a finite value`);
}

function digitsOf(value: number): number {
  return String(value).replace(/e.*$/, '').replace(/\D/g, '').length;
}

/** Digits behind the point that count. */
function fractionOf(text: string): number {
  return /\.(\d*?)0*$/.exec(text.trim())?.[1].length ?? 0;
}

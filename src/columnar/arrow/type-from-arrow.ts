/**
 * What an Arrow field is to us: the type that we wrote, where it says so and lies in that layout; else the narrowest of
 * ours that holds every value.
 */
import type { Field } from '../batch.js';
import type { DataType } from '../data-type.js';
import { ArrowError } from './arrow-error.js';
import { otherTypes, type ArrowField, type ArrowType } from './arrow-type.js';
import { fieldToArrow } from './type-to-arrow.js';

/** @throws ArrowError where we have no such type */
export function fieldFromArrow(field: ArrowField): Field {
  return { name: field.name, nullable: field.nullable, type: ownType(field) ?? typeFromArrow(field, field.name) };
}

/** The type in `etl.type`, if that is what we would have written for it. */
function ownType(field: ArrowField): DataType | null {
  if (field.etlType === null || field.dictionary !== null) return null;
  try {
    const type = JSON.parse(field.etlType) as DataType;
    return isSameLayout(fieldToArrow({ name: '', type, nullable: true }), field) ? type : null;
  } catch {
    // Somebody else's metadata under our key.
    return null;
  }
}

function isSameLayout(a: ArrowField, b: ArrowField): boolean {
  return (
    b.dictionary === null &&
    JSON.stringify(a.type) === JSON.stringify(b.type) &&
    a.children.length === b.children.length &&
    a.children.every((child, i) => isSameLayout(child, b.children[i]))
  );
}

function typeFromArrow(field: ArrowField, column: string): DataType {
  const { type } = field;
  switch (type.kind) {
    case 'null':
    case 'utf8':
    case 'utf8-view':
      return { kind: 'text' };
    case 'bool':
      return { kind: 'boolean' };
    case 'int':
      return integerType(type.signed ? type.bits : type.bits + 1);
    case 'float':
      if (type.bits === 16) throw unreadable(column, 'a half-precision number');
      return { kind: type.bits === 32 ? 'float32' : 'float64' };
    case 'decimal':
      return decimalType(type, column);
    case 'date':
    case 'time':
      return { kind: type.kind };
    case 'timestamp':
      return { kind: type.timezone === null || type.timezone === '' ? 'timestamp' : 'timestamptz' };
    case 'duration':
    case 'interval':
      return { kind: 'interval' };
    case 'binary':
    case 'binary-view':
    case 'fixed-binary':
      return { kind: 'bytea' };
    case 'list':
    case 'fixed-list':
      if (field.children.length !== 1) throw new ArrowError(`its column "${column}" is a list without an element type`);
      return { kind: 'list', element: ownType(field.children[0]) ?? typeFromArrow(field.children[0], column) };
    case 'other':
      throw unreadable(column, type.name);
    default:
      return type satisfies never;
  }
}

function integerType(bits: number): DataType {
  if (bits <= 16) return { kind: 'int16' };
  if (bits <= 32) return { kind: 'int32' };
  return bits <= 64 ? { kind: 'int64' } : { kind: 'decimal', precision: 20, scale: 0 };
}

function decimalType({ precision, scale, bits }: ArrowType & { kind: 'decimal' }, column: string): DataType {
  if (bits > 128) throw unreadable(column, `a decimal of ${bits} bits`);
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision)
    throw unreadable(column, `a decimal(${precision}, ${scale})`);
  return { kind: 'decimal', precision, scale };
}

function unreadable(column: string, what: string): ArrowError {
  return new ArrowError(`its column "${column}" is ${what}, which etl cannot read`);
}

/** For messages: a type of the metadata that we do not know. */
export function nameOfOther(id: number): string {
  return otherTypes[id] ?? `of Arrow type ${id}`;
}

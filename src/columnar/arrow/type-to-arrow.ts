/**
 * The Arrow type in whose layout our columns lie already, so that they are written without a copy.
 *
 * Where two of our types share an Arrow type (`smallint` and `integer` are both Int 32 here), `etl.type` in the
 * field's metadata tells them apart.
 */
import type { Field } from '../batch.js';
import type { DataType } from '../data-type.js';
import type { ArrowField, ArrowType } from './arrow-type.js';

export function fieldToArrow({ name, type, nullable }: Field): ArrowField {
  const element: readonly ArrowField[] =
    type.kind === 'list' ? [fieldToArrow({ name: 'item', type: type.element, nullable: true })] : [];
  return {
    name,
    nullable,
    type: typeToArrow(type),
    children: element,
    dictionary: null,
    etlType: JSON.stringify(type),
  };
}

function typeToArrow(type: DataType): ArrowType {
  switch (type.kind) {
    case 'boolean':
      return { kind: 'bool' };
    case 'int16':
    case 'int32':
      return { kind: 'int', bits: 32, signed: true };
    case 'int64':
      return { kind: 'int', bits: 64, signed: true };
    case 'float32':
    case 'float64':
      return { kind: 'float', bits: 64 };
    case 'decimal':
      return { kind: 'decimal', precision: type.precision, scale: type.scale, bits: 128 };
    case 'numeric':
    case 'text':
    case 'json':
    case 'jsonb':
    case 'uuid':
      return { kind: 'utf8', large: false };
    case 'bytea':
      return { kind: 'binary', large: false };
    case 'date':
      return { kind: 'date', unit: 'day' };
    case 'time':
      return { kind: 'time', unit: 'us', bits: 64 };
    case 'timestamp':
      return { kind: 'timestamp', unit: 'us', timezone: null };
    case 'timestamptz':
      return { kind: 'timestamp', unit: 'us', timezone: 'UTC' };
    case 'interval':
      return { kind: 'fixed-binary', width: 16 };
    case 'list':
      return { kind: 'list', large: false };
    default:
      return type satisfies never;
  }
}

/** Arrow metadata → fields: what the file says, before anybody asks whether we can read it. */
import { ArrowError } from './arrow-error.js';
import {
  ETL_TYPE_KEY,
  floatBits,
  intervalUnits,
  timeUnits,
  typeIds,
  type ArrowField,
  type ArrowType,
} from './arrow-type.js';
import type { FlatTable } from './flat-table.js';
import { nameOfOther } from './type-from-arrow.js';

const DEEPEST = 64;

/** The fields of a schema table: of a message's header, or of a footer. */
export function readSchema(schema: FlatTable): ArrowField[] {
  if (schema.int16(0) !== 0) throw new ArrowError('its numbers are big-endian, which etl cannot read');
  return schema.tables(1).map((field) => readField(field, 0));
}

function readField(field: FlatTable, depth: number): ArrowField {
  if (depth > DEEPEST) throw new ArrowError('its types are nested too deeply');
  const encoding = field.table(4);
  const index = encoding?.table(1) ?? null;
  return {
    name: field.string(0) ?? '',
    nullable: field.int8(1) !== 0,
    type: readType(field.int8(2), field.table(3)),
    children: field.tables(5).map((child) => readField(child, depth + 1)),
    dictionary:
      encoding === null
        ? null
        : {
            id: encoding.int64(0),
            // Arrow's default index type.
            bits: index?.int32(0) ?? 32,
            signed: index === null || index.int8(1) !== 0,
          },
    etlType:
      field
        .tables(6)
        .find((entry) => entry.string(0) === ETL_TYPE_KEY)
        ?.string(1) ?? null,
  };
}

function readType(id: number, type: FlatTable | null): ArrowType {
  if (type === null) throw new RangeError('a field without a type');
  switch (id) {
    case typeIds.null:
      return { kind: 'null' };
    case typeIds.int:
      return { kind: 'int', bits: oneOf([8, 16, 32, 64], type.int32(0)), signed: type.int8(1) !== 0 };
    case typeIds.float:
      return { kind: 'float', bits: named(floatBits, type.int16(0)) };
    case typeIds.bool:
      return { kind: 'bool' };
    case typeIds.decimal:
      return {
        kind: 'decimal',
        precision: type.int32(0),
        scale: type.int32(1),
        bits: oneOf([32, 64, 128, 256], type.int32(2, 128)),
      };
    case typeIds.date:
      return { kind: 'date', unit: type.int16(0, 1) === 0 ? 'day' : 'ms' };
    case typeIds.time:
      return { kind: 'time', unit: named(timeUnits, type.int16(0, 1)), bits: oneOf([32, 64], type.int32(1, 32)) };
    case typeIds.timestamp:
      return { kind: 'timestamp', unit: named(timeUnits, type.int16(0)), timezone: type.string(1) };
    case typeIds.duration:
      return { kind: 'duration', unit: named(timeUnits, type.int16(0, 1)) };
    case typeIds.interval:
      return { kind: 'interval', unit: named(intervalUnits, type.int16(0)) };
    case typeIds.utf8:
    case typeIds.largeUtf8:
      return { kind: 'utf8', large: id === typeIds.largeUtf8 };
    case typeIds.binary:
    case typeIds.largeBinary:
      return { kind: 'binary', large: id === typeIds.largeBinary };
    case typeIds.utf8View:
      return { kind: 'utf8-view' };
    case typeIds.binaryView:
      return { kind: 'binary-view' };
    case typeIds.fixedBinary:
      return { kind: 'fixed-binary', width: atLeast0(type.int32(0)) };
    case typeIds.list:
    case typeIds.largeList:
      return { kind: 'list', large: id === typeIds.largeList };
    case typeIds.fixedList:
      return { kind: 'fixed-list', size: atLeast0(type.int32(0)) };
    default:
      return { kind: 'other', name: nameOfOther(id) };
  }
}

function named<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError('no such unit');
  return value;
}

function oneOf(values: readonly number[], value: number): number {
  if (!values.includes(value)) throw new RangeError('no such width');
  return value;
}

function atLeast0(value: number): number {
  if (value < 0) throw new RangeError('a negative size');
  return value;
}

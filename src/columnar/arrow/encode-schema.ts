/** Our schema as Arrow metadata: a message of its own at the start of a stream, and once more in the footer of a file. */
import type { Schema } from '../batch.js';
import {
  ETL_TYPE_KEY,
  floatBits,
  headerIds,
  timeUnits,
  typeIds,
  type ArrowField,
  type ArrowType,
} from './arrow-type.js';
import { FlatBuilder } from './flat-builder.js';
import { frameMessage } from './message.js';
import { fieldToArrow } from './type-to-arrow.js';

/** The schema message with which a stream begins. */
export function encodeSchema(schema: Schema): Buffer {
  const flat = new FlatBuilder();
  const header = writeSchema(flat, schema);
  return frameMessage(flat, headerIds.schema, header, 0);
}

export function writeSchema(flat: FlatBuilder, schema: Schema): number {
  const fields = flat.references(schema.fields.map((field) => writeField(flat, fieldToArrow(field))));
  flat.startTable(4);
  flat.reference(1, fields);
  return flat.endTable();
}

function writeField(flat: FlatBuilder, field: ArrowField): number {
  const name = flat.string(field.name);
  const type = writeType(flat, field.type);
  // An absent vector is not an empty one to every reader.
  const children = flat.references(field.children.map((child) => writeField(flat, child)));
  const metadata = field.etlType === null ? 0 : flat.references([writeKeyValue(flat, ETL_TYPE_KEY, field.etlType)]);
  flat.startTable(7);
  flat.reference(0, name);
  flat.reference(3, type.table);
  flat.reference(5, children);
  if (metadata !== 0) flat.reference(6, metadata);
  flat.int8(1, field.nullable ? 1 : 0);
  flat.int8(2, type.id);
  return flat.endTable();
}

function writeKeyValue(flat: FlatBuilder, key: string, value: string): number {
  const references = [flat.string(key), flat.string(value)];
  flat.startTable(2);
  references.forEach((reference, slot) => flat.reference(slot, reference));
  return flat.endTable();
}

/** The types that `fieldToArrow` makes; others are not written. */
function writeType(flat: FlatBuilder, type: ArrowType): { id: number; table: number } {
  const timezone = type.kind === 'timestamp' && type.timezone !== null ? flat.string(type.timezone) : 0;
  flat.startTable(3);
  const id = writeTypeSlots(flat, type, timezone);
  return { id, table: flat.endTable() };
}

function writeTypeSlots(flat: FlatBuilder, type: ArrowType, timezone: number): number {
  switch (type.kind) {
    case 'bool':
      return typeIds.bool;
    case 'int':
      flat.int32(0, type.bits);
      flat.int8(1, type.signed ? 1 : 0);
      return typeIds.int;
    case 'float':
      flat.int16(0, floatBits.indexOf(type.bits));
      return typeIds.float;
    case 'decimal':
      flat.int32(0, type.precision);
      flat.int32(1, type.scale);
      flat.int32(2, type.bits);
      return typeIds.decimal;
    case 'date':
      flat.int16(0, type.unit === 'day' ? 0 : 1);
      return typeIds.date;
    case 'time':
      flat.int32(1, type.bits);
      flat.int16(0, timeUnits.indexOf(type.unit));
      return typeIds.time;
    case 'timestamp':
      if (timezone !== 0) flat.reference(1, timezone);
      flat.int16(0, timeUnits.indexOf(type.unit));
      return typeIds.timestamp;
    case 'utf8':
      return typeIds.utf8;
    case 'binary':
      return typeIds.binary;
    case 'fixed-binary':
      flat.int32(0, type.width);
      return typeIds.fixedBinary;
    case 'list':
      return typeIds.list;
    default:
      throw new TypeError(`no column of ours lies as ${type.kind}`);
  }
}

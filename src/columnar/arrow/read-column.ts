/**
 * A column out of the body of a batch. What lies in our layout is used where it lies; what other writers put
 * there is converted (convert-numbers.ts, convert-bytes.ts).
 */
import { bitmapBytes, getBit } from '../bitmap.js';
import type { Column } from '../column.js';
import type { DataType } from '../data-type.js';
import { takeColumn } from '../take.js';
import { ArrowError } from './arrow-error.js';
import type { ArrowField } from './arrow-type.js';
import type { BodyReader } from './body-reader.js';
import { checkOffsets, checkText, narrowOffsets, readFixedBytes, readViews } from './convert-bytes.js';
import {
  readDate64,
  readInterval,
  readMoment,
  readSmallDecimal,
  readSmallInts,
  readUint32,
  readUint64,
} from './convert-numbers.js';

/** `type` is what `fieldFromArrow` made of `field`. */
export function readColumn(body: BodyReader, field: ArrowField, type: DataType): Column {
  if (field.dictionary !== null) return readEncoded(body, field, type);
  const { rows, nulls } = body.nextNode();
  const arrow = field.type;
  if (arrow.kind === 'null') return allNull(type, rows);
  const base = { type, length: rows, validity: body.nextValidity(rows, nulls) };
  switch (arrow.kind) {
    case 'bool':
      return { ...base, layout: 'bits', values: body.nextBytes(bitmapBytes(rows)) };
    case 'int':
      if (arrow.bits === 32 && arrow.signed) return { ...base, layout: 'int32', values: body.nextInt32(rows) };
      if (arrow.bits === 64 && arrow.signed) return { ...base, layout: 'int64', ...bothViews(body.nextInt64(rows)) };
      if (arrow.bits === 64) return { ...base, layout: 'decimal128', words: readUint64(body, rows) };
      if (arrow.bits === 32) return { ...base, layout: 'int64', ...bothViews(readUint32(body, rows)) };
      return { ...base, layout: 'int32', values: readSmallInts(body, rows, arrow.bits, arrow.signed) };
    case 'float': {
      const bytes = body.nextBytes((arrow.bits / 8) * rows);
      const values =
        arrow.bits === 64
          ? new Float64Array(bytes.buffer, bytes.byteOffset, rows)
          : Float64Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, rows));
      return { ...base, layout: 'float64', values };
    }
    case 'decimal':
      if (arrow.bits === 128) return { ...base, layout: 'decimal128', words: body.nextInt32(4 * rows) };
      return { ...base, layout: 'decimal128', words: readSmallDecimal(body, rows, arrow.bits) };
    case 'date':
      if (arrow.unit === 'day') return { ...base, layout: 'int32', values: body.nextInt32(rows) };
      return { ...base, layout: 'int32', values: readDate64(body, base) };
    case 'time':
    case 'timestamp': {
      const bits = arrow.kind === 'time' ? arrow.bits : 64;
      if (arrow.unit === 'us' && bits === 64) return { ...base, layout: 'int64', ...bothViews(body.nextInt64(rows)) };
      return { ...base, layout: 'int64', ...bothViews(readMoment(body, base, arrow.unit, bits)) };
    }
    case 'duration':
    case 'interval':
      return { ...base, layout: 'interval', words: readInterval(body, base, arrow) };
    case 'fixed-binary':
      if (type.kind === 'interval') return { ...base, layout: 'interval', words: body.nextInt32(4 * rows) };
      return { ...base, layout: 'bytes', ...readFixedBytes(body, rows, arrow.width) };
    case 'utf8':
    case 'binary': {
      const offsets = readOffsets(body, rows, arrow.large);
      const column = { ...base, layout: 'bytes' as const, offsets, data: body.nextBytes(offsets[rows]) };
      if (arrow.kind === 'utf8' && !body.trusted) checkText(column);
      return column;
    }
    case 'utf8-view':
    case 'binary-view': {
      const column = { ...base, layout: 'bytes' as const, ...readViews(body, base) };
      if (arrow.kind === 'utf8-view') checkText(column);
      return column;
    }
    case 'list': {
      const offsets = readOffsets(body, rows, arrow.large);
      return { ...base, layout: 'list', offsets, child: readElements(body, field, type, offsets[rows]) };
    }
    case 'fixed-list': {
      const offsets = Int32Array.from({ length: rows + 1 }, (_, row) => row * arrow.size);
      return { ...base, layout: 'list', offsets, child: readElements(body, field, type, rows * arrow.size) };
    }
    case 'other':
      throw new ArrowError(`its column "${field.name}" cannot be read`);
    default:
      return arrow satisfies never;
  }
}

/** Offsets of one more than `rows`; an empty column may have none. */
function readOffsets(body: BodyReader, rows: number, large: boolean): Int32Array {
  if (large) return narrowOffsets(body, rows);
  if (rows === 0) {
    body.nextBuffer();
    return new Int32Array(1);
  }
  const offsets = body.nextInt32(rows + 1);
  if (!body.trusted) checkOffsets(offsets);
  return offsets;
}

function readElements(body: BodyReader, field: ArrowField, type: DataType, count: number): Column {
  if (type.kind !== 'list') throw new TypeError(`a list read as ${type.kind}`);
  const child = readColumn(body, field.children[0], type.element);
  if (child.length < count) throw new ArrowError('a list column has fewer elements than its rows need');
  return child;
}

/** A column of places in a dictionary. */
function readEncoded(body: BodyReader, field: ArrowField, type: DataType): Column {
  const { id, bits, signed } = field.dictionary!;
  const { rows, nulls } = body.nextNode();
  const validity = body.nextValidity(rows, nulls);
  const dictionary = body.dictionaries.get(id);
  if (dictionary === undefined) throw new ArrowError(`its column "${field.name}" names a dictionary that is not there`);
  let places: Int32Array;
  if (bits === 64)
    places = Int32Array.from(body.nextInt64(rows), (place) => (place < 0x7fffffffn ? Number(place) : -1));
  else places = bits === 32 ? body.nextInt32(rows) : readSmallInts(body, rows, bits, signed);
  const taken = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    if (validity !== null && !getBit(validity, row)) taken[row] = -1;
    else if (places[row] >= 0 && places[row] < dictionary.length) taken[row] = places[row];
    else throw new ArrowError(`its column "${field.name}" reaches beyond its dictionary`);
  }
  return { ...takeColumn(dictionary, taken), type };
}

function allNull(type: DataType, rows: number): Column {
  return {
    layout: 'bytes',
    type,
    length: rows,
    validity: new Uint8Array(bitmapBytes(rows)),
    offsets: new Int32Array(rows + 1),
    data: Buffer.alloc(0),
  };
}

function bothViews(values: BigInt64Array): { values: BigInt64Array; words: Int32Array } {
  return { values, words: new Int32Array(values.buffer, values.byteOffset, 2 * values.length) };
}

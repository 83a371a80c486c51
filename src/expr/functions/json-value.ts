/**
 * A value of the expression language as JSON, the way `to_json` and `to_jsonb` write it.
 *
 * The two differ in spacing and in numbers: jsonb holds numerics, so the double 1e+20 is 100000000000000000000 there.
 */
import { ByteWriter } from '../../columnar/byte-writer.js';
import type { Column } from '../../columnar/column.js';
import { layoutOf, type DataType } from '../../columnar/data-type.js';
import { decimalToText } from '../../columnar/decimal.js';
import { storeNumber } from '../../columnar/int64.js';
import { jsonbWriter } from '../../columnar/jsonb-text.js';
import { writeNumeric } from '../../columnar/numeric-text.js';
import { jsonWriter, writeJsonString } from '../../columnar/write-json.js';
import { encodeHex } from './text-encode.js';
import type { Numeric } from '../numeric.js';
import type { IntervalValue } from '../overload.js';
import { storeInterval } from '../store-result.js';
import { formOf } from '../value-form.js';

export type JsonTarget = 'json' | 'jsonb';

/** `value` is the first part of an argument of a `run` function; `start` and `end` only where it has three. */
export type ValueWriter = (value: unknown, start: number, end: number, out: ByteWriter) => void;

/** How many places the value takes among the arguments. */
export function argumentSize(type: DataType): 1 | 3 {
  const form = formOf(type);
  return form === 'bytes' || form === 'list' ? 3 : 1;
}

export function jsonValueWriter(type: DataType, target: JsonTarget): ValueWriter {
  switch (formOf(type)) {
    case 'boolean':
      return (value, _, __, out) => out.ascii(value === true ? 'true' : 'false');
    case 'decimal': {
      const { scale } = type as Extract<DataType, { kind: 'decimal' }>;
      return (value, _, __, out) => out.ascii(decimalToText(BigInt(value as number | bigint), scale));
    }
    case 'numeric':
      return (value, _, __, out) => {
        const { special } = value as Numeric;
        out.ascii(special === null ? String(value) : `"${special}"`);
      };
    case 'int':
      return type.kind === 'date' ? cellWriter(type) : (value, _, __, out) => out.integer(value as number);
    case 'long':
      return type.kind === 'int64' ? integerWriter(cellWriter(type)) : cellWriter(type);
    case 'interval':
      return intervalWriter(type);
    case 'float':
      return target === 'json' ? cellWriter(type) : floatAsNumeric(cellWriter(type));
    case 'bytes':
      return bytesWriter(type, target);
    case 'list':
      return listWriter(target);
  }
}

/** Safe integers at once. */
function integerWriter(writeBig: ValueWriter): ValueWriter {
  return (value, _, __, out) => {
    if (typeof value === 'number') out.integer(value);
    else writeBig(value, 0, 0, out);
  };
}

/** Through a column of one row. */
function cellWriter(type: DataType): ValueWriter {
  const longs = new BigInt64Array(1);
  const words = new Int32Array(longs.buffer);
  const values =
    layoutOf(type) === 'int32' ? new Int32Array(1) : layoutOf(type) === 'int64' ? longs : new Float64Array(1);
  const write = jsonWriter({ layout: layoutOf(type), type, length: 1, validity: null, values, words } as Column);
  return (value, _, __, out) => {
    if (typeof value === 'bigint') longs[0] = value;
    else if (values === longs) storeNumber(value as number, words, 0);
    else values[0] = value as number;
    write(0, out);
  };
}

function intervalWriter(type: DataType): ValueWriter {
  const words = new Int32Array(4);
  const write = jsonWriter({ layout: 'interval', type, length: 1, validity: null, words });
  return (value, _, __, out) => {
    storeInterval(value as IntervalValue, words, 0);
    write(0, out);
  };
}

function floatAsNumeric(write: ValueWriter): ValueWriter {
  const scratch = new ByteWriter(32);
  return (value, _, __, out) => {
    scratch.clear();
    write(value, 0, 0, scratch);
    if (scratch.bytes[0] === 34) out.copy(scratch.bytes, 0, scratch.length);
    else writeNumeric(scratch.bytes, 0, scratch.length, out);
  };
}

function bytesWriter(type: DataType, target: JsonTarget): ValueWriter {
  switch (type.kind) {
    case 'jsonb':
      return (value, start, end, out) => out.copy(value as Uint8Array, start, end);
    case 'json':
      return target === 'json'
        ? (value, start, end, out) => out.copy(value as Uint8Array, start, end)
        : (jsonbWriter() as ValueWriter);
    case 'bytea':
      return (value, start, end, out) => {
        out.ascii('"\\\\x');
        encodeHex(value as Uint8Array, start, end, out);
        out.byte(34);
      };
    default:
      return (value, start, end, out) => writeJsonString(value as Uint8Array, start, end, out);
  }
}

function listWriter(target: JsonTarget): ValueWriter {
  const scratch = new ByteWriter(256);
  const writeJsonb = jsonbWriter();
  return (value, start, end, out) => {
    scratch.clear();
    const write = jsonWriter(value as Column);
    scratch.byte(91);
    for (let row = start; row < end; row++) {
      if (row > start) scratch.byte(44);
      write(row, scratch);
    }
    scratch.byte(93);
    if (target === 'json') out.copy(scratch.bytes, 0, scratch.length);
    else writeJsonb(scratch.bytes, 0, scratch.length, out);
  };
}

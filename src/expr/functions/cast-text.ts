/** Casts through a value's text, as PostgreSQL's input and output functions do them; and boolean ↔ integer. */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { getBit } from '../../columnar/bitmap.js';
import { createBuilder, type ColumnBuilder } from '../../columnar/column-builder.js';
import type { Column } from '../../columnar/column.js';
import { layoutOf, type DataType, type Kind } from '../../columnar/data-type.js';
import { decimalToBigInt, decimalToText } from '../../columnar/decimal.js';
import { storeNumber } from '../../columnar/int64.js';
import { textParser } from '../../columnar/parse-text.js';
import { textWriter } from '../../columnar/write-text.js';
import { intervalAt } from '../load-column.js';
import { parseNumeric, writeNumeric } from '../numeric.js';
import {
  bound,
  define,
  inline,
  notPushed,
  present,
  type BoundCall,
  type CallExpr,
  type Emitter,
  type IntervalValue,
  type Overload,
  type RunFunction,
  type Value,
} from '../overload.js';
import { formOf } from '../value-form.js';
import { asCast } from './cast-numbers.js';
import { storeInterval } from '../store-result.js';

type Bytes = (bytes: Uint8Array, start: number, end: number) => unknown;

const scalars: readonly Exclude<Kind, 'decimal' | 'list' | 'text'>[] = [
  'boolean',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'numeric',
  'json',
  'jsonb',
  'uuid',
  'bytea',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'interval',
];
const text: DataType = { kind: 'text' };

export const textCasts: readonly Overload[] = [
  define('cast', ['text'], 'text', inline(emitLengthCut), asCast),
  ...scalars.map(toText),
  ...scalars.map((kind) => fromText({ kind })),
  fromText({ kind: 'decimal', precision: 38, scale: 0 }),
  fromText({ kind: 'list', element: text }),
  define(
    'cast',
    ['boolean'],
    'int32',
    inline((_, [a]) => present(`${a!.parts[0]} ? 1 : 0`)),
    asCast,
  ),
  define(
    'cast',
    ['int32'],
    'boolean',
    inline((_, [a]) => present(`${a!.parts[0]} !== 0`)),
    asCast,
  ),
  define(
    'cast',
    ['boolean'],
    'boolean',
    inline((_, [a]) => a!),
    asCast,
  ),
];

/** varchar(n) keeps the first n characters. */
function emitLengthCut(e: Emitter, [a]: readonly Value[], call: CallExpr): Value {
  const limit = /\((\d+)\)$/.exec(call.type.kind === 'text' ? (call.type.sqlName ?? '') : '');
  if (limit === null) return a!;
  const [bytes, start, end] = a!.parts as [string, string, string];
  return present(bytes, start, `${e.constant(endOfCharacters)}(${bytes}, ${start}, ${end}, ${limit[1]})`);
}

function endOfCharacters(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = start;
  for (let left = count; at < end; at++) if ((bytes[at]! & 0xc0) !== 0x80 && left-- === 0) break;
  return at;
}

/** The text of json, uuid and jsonb is the value itself. */
function toText(kind: (typeof scalars)[number]): Overload {
  const same = inline((_, [a]) => a!);
  if (kind === 'json' || kind === 'jsonb' || kind === 'uuid') return define('cast', [kind], text, same, asCast);
  const bind = ({ types }: BoundCall): RunFunction => writerOf(types[0]!).write as RunFunction;
  const bindFast = ({ types }: BoundCall): RunFunction => writerOf(types[0]!).writeFast as RunFunction;
  const hasFast = kind === 'numeric' || formOf({ kind }) === 'long';
  const overload = define('cast', [kind], text, bound(bind, hasFast ? { bindFast } : {}), asCast);
  return kind === 'numeric' ? { ...overload, decimals: true } : overload;
}

interface Writers {
  readonly write: (value: never, out: ByteWriter) => void;
  readonly writeFast?: (value: number, out: ByteWriter) => void;
}

function writerOf(type: DataType): Writers {
  switch (formOf(type)) {
    case 'boolean':
      return { write: (value: boolean, out) => out.ascii(value ? 'true' : 'false') };
    case 'numeric':
      return { write: writeNumeric as never, writeFast: writeNumeric as never };
    case 'decimal': {
      const scale = type.kind === 'decimal' ? type.scale : 0;
      const words = new Int32Array(4);
      const cell = textWriter({ layout: 'decimal128', type, length: 1, validity: null, words });
      return {
        write: (value: bigint, out) => out.ascii(decimalToText(value, scale)),
        writeFast: (value, out) => {
          storeNumber(value, words, 0);
          words[2] = words[3] = value < 0 ? -1 : 0;
          cell(0, out);
        },
      };
    }
    case 'long': {
      const longs = new BigInt64Array(1);
      const words = new Int32Array(longs.buffer);
      const cell = textWriter({ layout: 'int64', type, length: 1, validity: null, values: longs, words });
      const write = (value: bigint, out: ByteWriter): void => {
        longs[0] = value;
        cell(0, out);
      };
      const writeFast = (value: number, out: ByteWriter): void => {
        storeNumber(value, words, 0);
        cell(0, out);
      };
      return { write, writeFast: type.kind === 'int64' ? (value, out) => out.integer(value) : writeFast };
    }
    case 'interval': {
      const words = new Int32Array(4);
      const cell = textWriter({ layout: 'interval', type, length: 1, validity: null, words });
      return {
        write: (value: IntervalValue, out) => {
          storeInterval(value, words, 0);
          cell(0, out);
        },
      };
    }
    case 'bytes':
      return { write: byteaText as never };
    default: {
      const values = layoutOf(type) === 'int32' ? new Int32Array(1) : new Float64Array(1);
      const column = { layout: layoutOf(type), type, length: 1, validity: null, values } as Column;
      const cell = textWriter(column);
      return {
        write: (value: number, out) => {
          values[0] = value;
          cell(0, out);
        },
      };
    }
  }
}

function byteaText(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  const offsets = Int32Array.of(start, end);
  textWriter({ layout: 'bytes', type: { kind: 'bytea' }, length: 1, validity: null, offsets, data: bytes })(0, out);
}

function fromText(type: DataType): Overload {
  // What a server takes as the text of a value can be wider than what we take, so reading text stays with us.
  if (formOf(type) === 'bytes')
    return define(
      'cast',
      ['text'],
      type,
      bound(() => bytesReader(type) as RunFunction),
      notPushed,
    );
  return define(
    'cast',
    ['text'],
    type,
    inline((e, args, call) => emitRead(e, args, call)),
    notPushed,
  );
}

function bytesReader(type: DataType): (bytes: Uint8Array, start: number, end: number, out: ByteWriter) => void {
  const builder = createBuilder(type, 8);
  const parse = textParser(type);
  return (bytes, start, end, out) => {
    builder.truncate(0);
    parse(bytes, start, end, builder);
    if (builder.layout === 'bytes') out.copy(builder.data, builder.offsets[0]!, builder.offsets[1]!);
  };
}

function emitRead(e: Emitter, [a]: readonly Value[], call: CallExpr): Value {
  e.throws();
  const { type } = call;
  const args = a!.parts.join(', ');
  if (type.kind === 'numeric') return present(`${e.constant(parseNumeric)}(${args})`);
  if (type.kind === 'list') {
    const child = e.local(`${e.constant(listReader(type))}(${args})`);
    return present(child, '0', `${child}.length`);
  }
  const read = e.local(`${e.constant(scalarReader(type))}(${args})`);
  const form = formOf(type);
  if (e.exact || (form !== 'long' && form !== 'decimal')) return present(read);
  const number = e.local(`Number(${read})`);
  e.line(`if (!(${number} <= 9007199254740991 && ${number} >= -9007199254740991)) ${e.bail()}`);
  return present(number);
}

function scalarReader(type: DataType): Bytes {
  const builder = createBuilder(type, 8);
  const parse = textParser(type);
  return (bytes, start, end) => {
    builder.truncate(0);
    parse(bytes, start, end, builder);
    return firstValue(builder);
  };
}

function listReader(type: DataType): Bytes {
  const builder = createBuilder(type, 8);
  const parse = textParser(type);
  return (bytes, start, end) => {
    builder.truncate(0);
    parse(bytes, start, end, builder);
    const column = builder.finish();
    return column.layout === 'list' ? column.child : null;
  };
}

function firstValue(builder: ColumnBuilder): unknown {
  switch (builder.layout) {
    case 'bits':
      return getBit(builder.values, 0);
    case 'int32':
    case 'float64':
    case 'int64':
      return builder.values[0];
    case 'decimal128':
      return decimalToBigInt(builder.words, 0);
    case 'interval':
      return intervalAt(builder.words, 0);
    default:
      return null;
  }
}

/**
 * Where the values of one expression go: the arrays of the column to be, and the JavaScript that stores row `i` into them.
 *
 * Generated code sees the target as `target`; the arrays are taken out in the preamble. Bytes and lists are written in row
 * order (`filled` rows have their offsets), everything else at its row.
 */
import { allValid, bitmapBytes } from '../columnar/bitmap.js';
import { ByteWriter } from '../columnar/byte-writer.js';
import type { Column } from '../columnar/column.js';
import { createBuilder, type ColumnBuilder } from '../columnar/column-builder.js';
import { layoutOf, type DataType } from '../columnar/data-type.js';
import { storeDecimal } from '../columnar/decimal.js';
import { writeNumeric } from './numeric.js';
import type { IntervalValue, Value } from './overload.js';
import { formOf } from './value-form.js';

export interface Target {
  readonly validity: Uint8Array;
  nulls: number;
  readonly bits: Uint8Array;
  readonly ints: Int32Array;
  readonly floats: Float64Array;
  readonly longs: BigInt64Array;
  /** Of `longs`, or of decimals and intervals. */
  readonly words: Int32Array;
  readonly offsets: Int32Array;
  readonly out: ByteWriter;
  readonly child: ColumnBuilder | null;
  filled: number;
}

const none = {
  bits: new Uint8Array(0),
  ints: new Int32Array(0),
  floats: new Float64Array(0),
  longs: new BigInt64Array(0),
  words: new Int32Array(0),
  offsets: new Int32Array(0),
  out: new ByteWriter(0),
  child: null,
};

export function createTarget(type: DataType, length: number, byteEstimate: number): Target {
  const target = { ...none, validity: allValid(length), nulls: 0, filled: 0 };
  switch (layoutOf(type)) {
    case 'bits':
      return { ...target, bits: new Uint8Array(bitmapBytes(length)) };
    case 'int32':
      return { ...target, ints: new Int32Array(length) };
    case 'float64':
      return { ...target, floats: new Float64Array(length) };
    case 'int64': {
      const longs = new BigInt64Array(length);
      return { ...target, longs, words: new Int32Array(longs.buffer) };
    }
    case 'decimal128':
    case 'interval':
      return { ...target, words: new Int32Array(4 * length) };
    case 'bytes':
      return { ...target, offsets: new Int32Array(length + 1), out: new ByteWriter(Math.max(64, byteEstimate)) };
    case 'list':
      return {
        ...target,
        offsets: new Int32Array(length + 1),
        child: createBuilder((type as Extract<DataType, { kind: 'list' }>).element),
      };
  }
}

/** The column; the target must not be used again. */
export function finishTarget(target: Target, type: DataType, length: number): Column {
  const base = { type, length, validity: target.nulls === 0 ? null : target.validity };
  switch (layoutOf(type)) {
    case 'bits':
      return { ...base, layout: 'bits', values: target.bits };
    case 'int32':
      return { ...base, layout: 'int32', values: target.ints };
    case 'float64':
      return { ...base, layout: 'float64', values: target.floats };
    case 'int64':
      return { ...base, layout: 'int64', values: target.longs, words: target.words };
    case 'decimal128':
      return { ...base, layout: 'decimal128', words: target.words };
    case 'interval':
      return { ...base, layout: 'interval', words: target.words };
    case 'bytes':
      target.offsets.fill(target.out.length, target.filled + 1);
      return { ...base, layout: 'bytes', offsets: target.offsets, data: target.out.bytes };
    case 'list': {
      const child = target.child!.finish();
      target.offsets.fill(child.length, target.filled + 1);
      return { ...base, layout: 'list', offsets: target.offsets, child };
    }
  }
}

export interface StoreContext {
  readonly exact: boolean;
  preamble(code: string): void;
  line(code: string): void;
  constant(value: unknown): string;
}

/** Makes row `i` NULL; also what a failed row is left with. */
export function storeNull(type: DataType): string {
  const mark = 'target.validity[i >> 3] &= ~(1 << (i & 7)); target.nulls++;';
  switch (layoutOf(type)) {
    case 'bytes':
      return `${mark} out.length = offsets[i]; offsets[i + 1] = out.length; target.filled = i + 1;`;
    case 'list':
      return `${mark} child.truncate(offsets[i]); offsets[i + 1] = child.length; target.filled = i + 1;`;
    default:
      return mark;
  }
}

/** What has to happen at the start of a row, before anything is computed. */
export function beginRow(e: StoreContext, type: DataType): void {
  const layout = layoutOf(type);
  if (layout === 'bytes') {
    e.preamble('const out = target.out, offsets = target.offsets;');
    e.line('for (let f = target.filled + 1; f <= i; f++) offsets[f] = out.length;');
  } else if (layout === 'list') {
    e.preamble('const child = target.child, offsets = target.offsets;');
    e.line('for (let f = target.filled + 1; f <= i; f++) offsets[f] = child.length;');
  }
}

/** Stores a value that is not NULL; bytes may stand in `out` already (`parts` empty). */
export function storeValue(e: StoreContext, type: DataType, parts: Value['parts']): void {
  const [value, start, end] = parts as [string, string, string];
  switch (formOf(type)) {
    case 'boolean':
      e.preamble('const bits = target.bits;');
      e.line(`if (${value}) bits[i >> 3] |= 1 << (i & 7);`);
      return;
    case 'int':
      e.preamble('const ints = target.ints;');
      e.line(`ints[i] = ${value};`);
      return;
    case 'float':
      e.preamble('const floats = target.floats;');
      e.line(`floats[i] = ${value};`);
      return;
    case 'long':
      return storeLong(e, value);
    case 'decimal':
      return storeDecimalValue(e, value);
    case 'interval':
      e.preamble('const words = target.words;');
      e.line(`${e.constant(storeInterval)}(${value}, words, i);`);
      return;
    case 'numeric':
      e.line(`${e.constant(writeNumeric)}(${value}, out);`);
      return endBytes(e);
    case 'bytes':
      if (parts.length > 0) e.line(`out.copy(${value}, ${start}, ${end});`);
      return endBytes(e);
    case 'list':
      if (parts.length > 0) e.line(`${e.constant(copyList)}(${value}, ${start}, ${end}, child);`);
      e.line('offsets[i + 1] = child.length; target.filled = i + 1;');
  }
}

function endBytes(e: StoreContext): void {
  e.line('offsets[i + 1] = out.length; target.filled = i + 1;');
}

function storeLong(e: StoreContext, value: string): void {
  if (e.exact) {
    e.preamble('const longs = target.longs;');
    e.line(`longs[i] = ${value};`);
    return;
  }
  e.preamble('const words = target.words;');
  e.line(
    `const high = Math.floor(${value} / 4294967296); words[2 * i] = ${value} - high * 4294967296 | 0; words[2 * i + 1] = high;`,
  );
}

function storeDecimalValue(e: StoreContext, value: string): void {
  e.preamble('const words = target.words;');
  if (e.exact) {
    e.line(`${e.constant(storeDecimal)}(${value}, words, i);`);
    return;
  }
  e.line(
    `const high = Math.floor(${value} / 4294967296); words[4 * i] = ${value} - high * 4294967296 | 0; words[4 * i + 1] = high;`,
  );
  e.line('words[4 * i + 2] = words[4 * i + 3] = high >> 31;');
}

export function storeInterval(value: IntervalValue, words: Int32Array, row: number): void {
  const at = 4 * row;
  words[at] = value.months;
  words[at + 1] = value.days;
  words[at + 2] = Number(BigInt.asIntN(32, value.micros));
  words[at + 3] = Number(BigInt.asIntN(32, value.micros >> 32n));
}

/** Only text lists are computed (string_to_array and the like); lists of other types pass through whole. */
function copyList(from: Column, start: number, end: number, child: ColumnBuilder): void {
  if (from.layout !== 'bytes' || child.layout !== 'bytes') throw new TypeError('only lists of text are copied');
  for (let row = start; row < end; row++) {
    const present = from.validity === null || ((from.validity[row >> 3]! >> (row & 7)) & 1) === 1;
    if (present) child.appendBytes(from.data, from.offsets[row]!, from.offsets[row + 1]!);
    else child.appendNull();
  }
}

/** A value of any type as text, for `concat` and `||`: PostgreSQL's output, where a boolean is one letter for concat only. */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import type { Column } from '../../columnar/column.js';
import { layoutOf, type DataType } from '../../columnar/data-type.js';
import { decimalToText } from '../../columnar/decimal.js';
import { storeNumber } from '../../columnar/int64.js';
import { textWriter } from '../../columnar/write-text.js';
import { writeNumeric, type Numeric } from '../numeric.js';
import type { IntervalValue } from '../overload.js';
import { storeInterval } from '../store-result.js';
import { formOf } from '../value-form.js';
import type { ValueWriter } from './json-value.js';
import { encodeHex } from './text-encode.js';

export function textValueWriter(type: DataType, booleans: 'letter' | 'word'): ValueWriter {
  switch (formOf(type)) {
    case 'boolean': {
      const [yes, no] = booleans === 'letter' ? ['t', 'f'] : ['true', 'false'];
      return (value, _, __, out) => out.ascii(value === true ? yes : no);
    }
    case 'decimal': {
      const { scale } = type as Extract<DataType, { kind: 'decimal' }>;
      return (value, _, __, out) => out.ascii(decimalToText(BigInt(value as number | bigint), scale));
    }
    case 'numeric':
      return (value, _, __, out) => writeNumeric(value as Numeric, out);
    case 'interval': {
      const words = new Int32Array(4);
      const write = textWriter({ layout: 'interval', type, length: 1, validity: null, words });
      return (value, _, __, out) => {
        storeInterval(value as IntervalValue, words, 0);
        write(0, out);
      };
    }
    case 'int':
    case 'float':
    case 'long':
      return cellWriter(type);
    case 'bytes':
      return type.kind === 'bytea' ? writeBytea : (value, start, end, out) => out.copy(value as Uint8Array, start, end);
    case 'list':
      return (value, start, end, out) => {
        const offsets = Int32Array.of(start, end);
        textWriter({ layout: 'list', type, length: 1, validity: null, offsets, child: value as Column })(0, out);
      };
  }
}

function writeBytea(value: unknown, start: number, end: number, out: ByteWriter): void {
  out.ascii('\\x');
  encodeHex(value as Uint8Array, start, end, out);
}

/** Through a column of one row. */
function cellWriter(type: DataType): ValueWriter {
  const longs = new BigInt64Array(1);
  const words = new Int32Array(longs.buffer);
  const values =
    layoutOf(type) === 'int32' ? new Int32Array(1) : layoutOf(type) === 'int64' ? longs : new Float64Array(1);
  const write = textWriter({ layout: layoutOf(type), type, length: 1, validity: null, values, words } as Column);
  return (value, _, __, out) => {
    if (typeof value === 'bigint') longs[0] = value;
    else if (values === longs) storeNumber(value as number, words, 0);
    else values[0] = value as number;
    write(0, out);
  };
}

/**
 * Cells into the values that the driver binds. Integers are bigint, because a number would be bound as REAL.
 *
 * | SQL | SQLite |
 * |---|---|
 * | boolean, integers | INTEGER |
 * | real, double precision | REAL; NaN is refused, which SQLite would turn into NULL |
 * | bytea | BLOB |
 * | all others | TEXT, as PostgreSQL prints it |
 */
import { ByteWriter } from '../../columnar/byte-writer.js';
import { isValid, type Column } from '../../columnar/column.js';
import { ValueError } from '../../columnar/row-errors.js';
import { textWriter } from '../../columnar/write-text.js';
import type { SqliteValue } from './cell-reader.js';

export type CellBinder = (row: number) => SqliteValue;

/** Throws `ValueError` for a value that SQLite cannot keep. */
export function cellBinder(column: Column): CellBinder {
  const bind = valueBinder(column);
  return (row) => (isValid(column, row) ? bind(row) : null);
}

function valueBinder(column: Column): CellBinder {
  const { kind } = column.type;
  if (column.layout === 'bits') return (row) => BigInt((column.values[row >> 3] >> (row & 7)) & 1);
  if (column.layout === 'int32' && kind !== 'date') return (row) => BigInt(column.values[row]);
  if (column.layout === 'int64' && kind === 'int64') return (row) => column.values[row];
  if (column.layout === 'float64') {
    return (row) => {
      const value = column.values[row];
      if (Number.isNaN(value)) throw new ValueError('22003', 'NaN, which SQLite cannot keep');
      return value;
    };
  }
  if (column.layout === 'bytes') {
    const { offsets } = column;
    const data = Buffer.from(column.data.buffer, column.data.byteOffset, column.data.byteLength);
    if (kind === 'bytea') return (row) => data.subarray(offsets[row], offsets[row + 1]);
    return (row) => data.toString('utf8', offsets[row], offsets[row + 1]);
  }
  const out = new ByteWriter(64);
  const write = textWriter(column);
  return (row) => {
    out.clear();
    write(row, out);
    return out.view().toString();
  };
}

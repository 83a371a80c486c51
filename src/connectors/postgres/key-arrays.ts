/** Columns of keys as the array literals of a statement's parameters: a text a column, none a cell. */
import type { Batch } from '../../columnar/batch.js';
import { allValid, clearBit } from '../../columnar/bitmap.js';
import { ByteWriter } from '../../columnar/byte-writer.js';
import type { BytesColumn, Column, ListColumn } from '../../columnar/column.js';
import { textWriter } from '../../columnar/write-text.js';

export function keyArrays({ columns, length }: Batch): string[] {
  return columns.map((column) => {
    const child = column.layout === 'bytes' && column.type.kind !== 'bytea' ? withoutNul(column) : column;
    const type = { kind: 'list', element: column.type } as const;
    const offsets = Int32Array.of(0, length);
    const list: ListColumn = { layout: 'list', type, length: 1, validity: null, offsets, child };
    const out = new ByteWriter(16 * length);
    textWriter(list)(0, out);
    return out.view().toString();
  });
}

/** A text with the character NUL is equal to nothing that PostgreSQL can hold, and it does not even take it: NULL, too, equals nothing. */
function withoutNul(column: BytesColumn): Column {
  const { data, offsets, length } = column;
  if (data.indexOf(0, offsets[0]) < 0) return column;
  const validity = column.validity?.slice() ?? allValid(length);
  for (let row = 0; row < length; row++)
    if (data.subarray(offsets[row], offsets[row + 1]).includes(0)) clearBit(validity, row);
  return { ...column, validity };
}

/** Text and bytes of other layouts → offsets of 32 bits and one run of bytes; and the checks that foreign ones need. */
import { isUtf8 } from 'node:buffer';
import { getBit } from '../bitmap.js';
import type { BytesColumn, Column } from '../column.js';
import { ArrowError } from './arrow-error.js';
import type { BodyReader } from './body-reader.js';

type Rows = Pick<Column, 'length' | 'validity'>;
type Bytes = Pick<BytesColumn, 'offsets' | 'data'>;

const VIEW_BYTES = 16;
/** A view of up to this many bytes holds them itself. */
const INLINE_BYTES = 12;
const MOST_BYTES = 0x7fffffff;

export function checkOffsets(offsets: Int32Array): void {
  let last = 0;
  for (const offset of offsets) {
    if (offset < last) throw new ArrowError('the rows of a column overlap');
    last = offset;
  }
}

/** Every row is UTF-8: the whole is, and no row begins inside of a character. */
export function checkText({ offsets, data, length }: BytesColumn): void {
  const used = data.subarray(offsets[0], offsets[length]);
  if (!isUtf8(used)) throw new ArrowError('it holds text that is not UTF-8');
  for (let row = 1; row < length; row++) {
    if (offsets[row] < offsets[length] && (data[offsets[row]] & 0xc0) === 0x80)
      throw new ArrowError('it holds text that is not UTF-8');
  }
}

/** Offsets of 64 bits. */
export function narrowOffsets(body: BodyReader, rows: number): Int32Array {
  if (rows === 0) {
    body.nextBuffer();
    return new Int32Array(1);
  }
  const wide = body.nextInt64(rows + 1);
  const offsets = Int32Array.from(wide, (offset) => {
    if (offset < 0n || offset > MOST_BYTES) throw tooLarge();
    return Number(offset);
  });
  checkOffsets(offsets);
  return offsets;
}

export function readFixedBytes(body: BodyReader, rows: number, width: number): Bytes {
  if (rows * width > MOST_BYTES) throw tooLarge();
  const data = body.nextBytes(rows * width);
  return { offsets: Int32Array.from({ length: rows + 1 }, (_, row) => row * width), data };
}

/**
 * Views: 16 bytes a row. Short values stand in them, others name a place in one of several buffers:
 *
 *     length (int32) | up to 12 bytes
 *     length (int32) | first 4 bytes | buffer (int32) | offset (int32)
 */
export function readViews(body: BodyReader, rows: Rows): Bytes {
  const views = body.nextBytes(VIEW_BYTES * rows.length);
  const buffers = Array.from({ length: checkedCount(body.nextVariadicCount()) }, () => body.nextBuffer());
  const offsets = new Int32Array(rows.length + 1);
  let total = 0;
  for (let row = 0; row < rows.length; row++) {
    const isNull = rows.validity !== null && !getBit(rows.validity, row);
    const bytes = isNull ? 0 : views.readInt32LE(VIEW_BYTES * row);
    if (bytes < 0) throw new ArrowError('the length of a value makes no sense');
    total += bytes;
    if (total > MOST_BYTES) throw tooLarge();
    offsets[row + 1] = total;
  }
  const data = Buffer.allocUnsafeSlow(total);
  for (let row = 0; row < rows.length; row++) {
    const bytes = offsets[row + 1] - offsets[row];
    if (bytes === 0) continue;
    const at = VIEW_BYTES * row;
    if (bytes <= INLINE_BYTES) {
      views.copy(data, offsets[row], at + 4, at + 4 + bytes);
      continue;
    }
    const buffer = buffers[views.readInt32LE(at + 8)];
    const from = views.readInt32LE(at + 12);
    if (buffer === undefined || from < 0 || from + bytes > buffer.length)
      throw new ArrowError('a value lies outside of its batch');
    buffer.copy(data, offsets[row], from, from + bytes);
  }
  return { offsets, data };
}

function checkedCount(count: number): number {
  if (count < 0 || count > 1_000_000) throw new ArrowError('the number of buffers of a column makes no sense');
  return count;
}

function tooLarge(): ArrowError {
  return new ArrowError('the values of one of its batches take more than 2 GiB');
}

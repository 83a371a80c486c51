/**
 * The body of a batch message: nodes (rows and NULLs of a column) and buffers, taken in the order of the columns.
 *
 * Buffers come out as views of the message's memory, which is copied once if it does not lie at a multiple of 8. Every
 * buffer is checked to lie within the body and to hold what is asked of it.
 */
import { bitmapBytes } from '../bitmap.js';
import type { Column } from '../column.js';
import { ArrowError } from './arrow-error.js';
import type { ColumnPlace } from './batch-layout.js';
import { safeInt64, type FlatTable, type FlatVector } from './flat-table.js';
import { unpackLz4Frame } from './lz4-frame.js';

/** Bytes `[from, to)` of the body of a message, which stand at `at` in what was read of it. */
export interface BodyPart {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

export interface BodyOptions {
  /** By id, what was decoded of them. */
  readonly dictionaries: ReadonlyMap<number, Column>;
  /** We wrote it and a checksum says so: what lies inside of the buffers needs no check. */
  readonly trusted: boolean;
  /** What was read of the body; null: all of it. */
  readonly parts: readonly BodyPart[] | null;
}

export class BodyReader {
  readonly trusted: boolean;
  readonly dictionaries: ReadonlyMap<number, Column>;
  private readonly body: Buffer;
  private readonly parts: readonly BodyPart[] | null;
  private readonly nodes: FlatVector;
  private readonly buffers: FlatVector;
  private readonly variadic: FlatVector;
  private readonly isPacked: boolean;
  private nextNodeIndex = 0;
  private nextBufferIndex = 0;
  private nextVariadicIndex = 0;

  constructor(
    private readonly header: FlatTable,
    body: Buffer,
    options: BodyOptions,
  ) {
    this.isPacked = isPacked(header.table(3));
    this.trusted = options.trusted;
    this.dictionaries = options.dictionaries;
    this.parts = options.parts;
    this.body = (body.byteOffset & 7) === 0 ? body : aligned(body);
    this.nodes = header.vector(1, 16) ?? { at: 0, length: 0 };
    this.buffers = header.vector(2, 16) ?? { at: 0, length: 0 };
    this.variadic = header.vector(4, 8) ?? { at: 0, length: 0 };
  }

  /** What comes next are the parts of another column. */
  moveTo({ node, buffer, variadic }: ColumnPlace): void {
    this.nextNodeIndex = node;
    this.nextBufferIndex = buffer;
    this.nextVariadicIndex = variadic;
  }

  nextNode(): { readonly rows: number; readonly nulls: number } {
    const [rows, nulls] = this.pair(this.nodes, this.nextNodeIndex++);
    // A bitmap holds a bit per row, so no count of rows is larger than this without being a lie; NULL columns have none.
    if (rows < 0 || rows > 0x7fffffff) throw new ArrowError('the number of rows of a column makes no sense');
    return { rows, nulls };
  }

  /** The next buffer as it is. */
  nextBuffer(): Buffer {
    const [offset, bytes] = this.pair(this.buffers, this.nextBufferIndex++);
    const at = this.placeOf(offset, bytes);
    if (offset < 0 || bytes < 0 || at < 0 || at + bytes > this.body.length)
      throw new ArrowError('a column reaches beyond its batch');
    const buffer = this.body.subarray(at, at + bytes);
    if (this.isPacked && bytes > 0) return unpacked(buffer);
    return (at & 7) === 0 ? buffer : aligned(buffer);
  }

  /** Where bytes of the message's body are in what was read of it; -1 where they are not. */
  private placeOf(offset: number, bytes: number): number {
    if (this.parts === null) return offset;
    if (bytes === 0) return 0;
    const part = this.parts.find(({ from, to }) => from <= offset && offset + bytes <= to);
    return part === undefined ? -1 : part.at + (offset - part.from);
  }

  /** The next buffer, of at least `bytes` bytes. */
  nextBytes(bytes: number): Buffer {
    const buffer = this.nextBuffer();
    if (buffer.length < bytes) throw new ArrowError('a column holds less than its rows need');
    return buffer;
  }

  nextValidity(rows: number, nulls: number): Uint8Array | null {
    const buffer = this.nextBuffer();
    if (nulls === 0) return null;
    if (buffer.length === 0 && rows === 0) return null;
    if (buffer.length < bitmapBytes(rows)) throw new ArrowError('a column does not say which of its rows are NULL');
    return buffer;
  }

  nextInt32(count: number): Int32Array {
    const buffer = this.nextBytes(4 * count);
    return new Int32Array(buffer.buffer, buffer.byteOffset, count);
  }

  nextInt64(count: number): BigInt64Array {
    const buffer = this.nextBytes(8 * count);
    return new BigInt64Array(buffer.buffer, buffer.byteOffset, count);
  }

  /** How many data buffers the next view column has. */
  nextVariadicCount(): number {
    const index = this.nextVariadicIndex++;
    if (index >= this.variadic.length) throw new ArrowError('a column of views has no buffers');
    return safeInt64(this.header.view, this.variadic.at + 8 * index);
  }

  private pair(vector: FlatVector, index: number): readonly [number, number] {
    if (index >= vector.length) throw new ArrowError('a batch has fewer columns than its schema');
    const at = vector.at + 16 * index;
    return [this.int64(at), this.int64(at + 8)];
  }

  /** Exact up to 2^53; larger ones are refused by who asks, being larger than any body. */
  private int64(at: number): number {
    const { view } = this.header;
    return view.getInt32(at + 4, true) * 4294967296 + view.getUint32(at, true);
  }
}

/** LZ4 is read; its metadata is absent for no compression. */
function isPacked(compression: FlatTable | null): boolean {
  if (compression === null) return false;
  if (compression.int8(0) !== 0) throw new ArrowError('it is compressed with ZSTD, which etl cannot read; LZ4 can be');
  return true;
}

/** A packed buffer: its length (int64; -1: it is not packed after all), then the data. */
function unpacked(buffer: Buffer): Buffer {
  if (buffer.length < 8) throw new ArrowError('its compressed data is damaged');
  const size = buffer.readBigInt64LE(0);
  const data = buffer.subarray(8);
  if (size === -1n) return (data.byteOffset & 7) === 0 ? data : aligned(data);
  if (size < 0n || size > 0x7fffffffn) throw new ArrowError('its compressed data is damaged');
  return unpackLz4Frame(data, Number(size));
}

function aligned(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

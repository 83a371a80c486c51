/**
 * A batch as an Arrow message: its metadata, then views of the columns' own memory. Nothing of a column is copied, except
 * where rows are selected (compacted first), or offsets do not start at 0 (cut out of a larger column).
 *
 * The pieces are valid as long as the columns are. They add up to a multiple of 64 bytes.
 */
import { bitmapBytes, countBits } from '../bitmap.js';
import type { Batch } from '../batch.js';
import type { Column } from '../column.js';
import { compactBatch, takeColumn } from '../take.js';
import { headerIds } from './arrow-type.js';
import { FlatBuilder } from './flat-builder.js';
import { ALIGNMENT, frameMessage, paddedBytes } from './message.js';
import { packLz4Frame } from './pack-lz4-frame.js';

const padding = Buffer.alloc(ALIGNMENT);

interface Body {
  readonly pieces: Buffer[];
  /** Rows and NULLs of each column, children behind their parents. */
  readonly nodes: number[];
  /** Offset and length of each buffer. */
  readonly buffers: number[];
  bytes: number;
  /** Without compression. */
  rawBytes: number;
  readonly isPacked: boolean;
}

export interface EncodedBatch {
  readonly pieces: Buffer[];
  /** What they would take without compression: about what the batch takes in memory when it is read. */
  readonly rawBytes: number;
}

/** A batch message: metadata first, body behind it. */
export function encodeBatch(batch: Batch): Buffer[] {
  return encodeSized(batch, false).pieces;
}

/** The same with its size. `isPacked`: with LZ4 for each buffer that gets shorter by it. */
export function encodeSized(batch: Batch, isPacked: boolean): EncodedBatch {
  const dense = compactBatch(batch);
  const body: Body = { pieces: [], nodes: [], buffers: [], bytes: 0, rawBytes: 0, isPacked };
  for (const column of dense.columns) addColumn(body, column, dense.length);
  const flat = new FlatBuilder();
  const buffers = flat.structs(body.buffers.length / 2, 16, (bytes, at, i) => writePair(bytes, at, body.buffers, i));
  const nodes = flat.structs(body.nodes.length / 2, 16, (bytes, at, i) => writePair(bytes, at, body.nodes, i));
  // Codec LZ4_FRAME, for each buffer: both are the defaults of the table.
  if (isPacked) flat.startTable(2);
  const compression = isPacked ? flat.endTable() : 0;
  flat.startTable(isPacked ? 4 : 3);
  flat.int64(0, dense.length);
  flat.reference(1, nodes);
  flat.reference(2, buffers);
  if (isPacked) flat.reference(3, compression);
  const frame = frameMessage(flat, headerIds.batch, flat.endTable(), body.bytes);
  return { pieces: [frame, ...body.pieces], rawBytes: frame.length + body.rawBytes };
}

/** Bytes that the pieces of a message take in a file. */
export function byteSize(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** The first `length` rows of a column. */
function addColumn(body: Body, column: Column, length: number): void {
  const nulls = column.validity === null ? 0 : length - countBits(column.validity, length);
  body.nodes.push(length, nulls);
  addBuffer(body, nulls === 0 ? padding : column.validity!, nulls === 0 ? 0 : bitmapBytes(length));
  switch (column.layout) {
    case 'bits':
      return addBuffer(body, column.values, bitmapBytes(length));
    case 'int32':
      return addBuffer(body, column.values, 4 * length);
    case 'int64':
    case 'float64':
      return addBuffer(body, column.values, 8 * length);
    case 'decimal128':
    case 'interval':
      return addBuffer(body, column.words, 16 * length);
    case 'bytes': {
      const [from, to] = addOffsets(body, column.offsets, length);
      return addBuffer(body, column.data.subarray(from, to), to - from);
    }
    case 'list': {
      const [from, to] = addOffsets(body, column.offsets, length);
      const elements = from === 0 ? column.child : rowsFrom(column.child, from, to);
      return addColumn(body, elements, to - from);
    }
    default:
      return column satisfies never;
  }
}

/** Writes offsets that start at 0; returns the range that they meant. */
function addOffsets(body: Body, offsets: Int32Array, length: number): readonly [from: number, to: number] {
  const from = offsets[0];
  const to = offsets[length];
  addBuffer(body, from === 0 ? offsets : offsets.map((offset) => offset - from), 4 * (length + 1));
  return [from, to];
}

function rowsFrom(column: Column, from: number, to: number): Column {
  return takeColumn(
    column,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  );
}

function addBuffer(body: Body, memory: ArrayBufferView, bytes: number): void {
  const own = Buffer.from(memory.buffer as ArrayBuffer, memory.byteOffset, bytes);
  const pieces = bytes === 0 ? [] : body.isPacked ? packed(own) : [own];
  const taken = byteSize(pieces);
  body.buffers.push(body.bytes, taken);
  body.rawBytes += paddedBytes(bytes);
  if (taken === 0) return;
  body.pieces.push(...pieces);
  const padded = paddedBytes(taken);
  if (padded > taken) body.pieces.push(padding.subarray(0, padded - taken));
  body.bytes += padded;
}

/** The length, -1 for what is not packed, then the data. */
function packed(bytes: Buffer): Buffer[] {
  const frame = packLz4Frame(bytes);
  const length = Buffer.alloc(8);
  length.writeBigInt64LE(frame === null ? -1n : BigInt(bytes.length));
  return [length, frame ?? bytes];
}

function writePair(bytes: Buffer, at: number, pairs: readonly number[], index: number): void {
  for (let half = 0; half < 2; half++) {
    const value = pairs[2 * index + half];
    bytes.writeUInt32LE(value % 4294967296, at + 8 * half);
    bytes.writeUInt32LE(Math.floor(value / 4294967296), at + 8 * half + 4);
  }
}

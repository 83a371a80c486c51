/**
 * The frame around every piece of an Arrow stream:
 *
 *     FF FF FF FF | metadata bytes (int32) | metadata (FlatBuffer), padded | body
 *
 * A stream is a schema message, dictionary and batch messages, and the end mark: a frame without metadata. We pad
 * metadata and buffers to 64 bytes, Arrow's recommendation, so that every buffer of a file lies at a multiple of 64.
 */
import { ArrowError } from './arrow-error.js';
import { headerIds, METADATA_V4, METADATA_V5 } from './arrow-type.js';
import type { FlatBuilder } from './flat-builder.js';
import { FlatTable } from './flat-table.js';

export const ALIGNMENT = 64;
/** Bytes before the metadata: the mark and the length. */
export const PREFIX_BYTES = 8;

const CONTINUATION = 0xffffffff;

export interface Message {
  readonly kind: 'schema' | 'dictionary' | 'batch';
  readonly header: FlatTable;
  /** Where the body starts, from the start of the frame. */
  readonly bodyAt: number;
  readonly bodyBytes: number;
}

/** The frame of a message without its body. `header` is a reference into `flat`. */
export function frameMessage(flat: FlatBuilder, headerId: number, header: number, bodyBytes: number): Buffer {
  flat.startTable(5);
  flat.int64(3, bodyBytes);
  flat.reference(2, header);
  flat.int16(0, METADATA_V5);
  flat.int8(1, headerId);
  const metadata = flat.finish(flat.endTable());
  const frame = Buffer.alloc(paddedBytes(PREFIX_BYTES + metadata.length));
  frame.writeUInt32LE(CONTINUATION, 0);
  frame.writeInt32LE(frame.length - PREFIX_BYTES, 4);
  metadata.copy(frame, PREFIX_BYTES);
  return frame;
}

/** What ends a stream. */
export function endOfStream(): Buffer {
  const frame = Buffer.alloc(PREFIX_BYTES);
  frame.writeUInt32LE(CONTINUATION, 0);
  return frame;
}

/**
 * Bytes of metadata behind a prefix, 0 at the end of the stream.
 * @throws ArrowError where no frame begins
 */
export function metadataBytes(prefix: Buffer): number {
  if (prefix.length < PREFIX_BYTES) throw new ArrowError('it ends in the middle of a message');
  if (prefix.readUInt32LE(0) !== CONTINUATION) throw new ArrowError('no Arrow message stands where one should');
  const bytes = prefix.readInt32LE(4);
  if (bytes < 0 || bytes % 8 !== 0) throw new ArrowError('the length of a message makes no sense');
  return bytes;
}

/**
 * Reads the metadata of the message that begins with `frame`. The body need not be there.
 * @throws ArrowError
 */
export function readMessage(frame: Buffer): Message {
  const bodyAt = PREFIX_BYTES + metadataBytes(frame);
  if (bodyAt > frame.length) throw new ArrowError('it ends in the middle of a message');
  return checked(() => {
    const root = FlatTable.root(frame.subarray(PREFIX_BYTES, bodyAt));
    const version = root.int16(0);
    if (version !== METADATA_V5 && version !== METADATA_V4)
      throw new ArrowError(
        `its messages have metadata version ${version + 1}; etl reads 4 and 5 (Arrow 0.8 and later)`,
      );
    const header = root.table(2);
    const bodyBytes = root.int64(3);
    const id = root.int8(1);
    const kind = (['schema', 'dictionary', 'batch'] as const).find((name) => headerIds[name] === id);
    if (header === null || kind === undefined) throw new ArrowError(`it holds messages of kind ${id}`);
    if (bodyBytes < 0) throw new ArrowError('the length of a message makes no sense');
    return { kind, header, bodyAt, bodyBytes };
  });
}

/** Runs a reader of metadata: what points outside of it is an ArrowError. */
export function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new ArrowError('its metadata is damaged');
    throw error;
  }
}

export function paddedBytes(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

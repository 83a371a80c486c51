/**
 * Arrow data in a file on disk, by offset. Lengths that the data claim are held against the size of the file before memory is
 * taken for them.
 */
import type { FileHandle } from 'node:fs/promises';
import { ArrowError } from '../../columnar/arrow/arrow-error.js';
import { metadataBytes, PREFIX_BYTES, readMessage, type Message } from '../../columnar/arrow/message.js';
import { EtlError } from '../../errors/etl-error.js';
import { readError } from './file-errors.js';

/** Most messages have less metadata: one read is enough. */
const FRAME_BYTES = 4096;
/** Of one read; the system takes no more than 2 GiB. */
const READ_BYTES = 1 << 30;

/** @throws ArrowError where the file ends before */
export async function readExactly(file: FileHandle, offset: number, bytes: number, end: number): Promise<Buffer> {
  if (offset < 0 || offset + bytes > end) throw new ArrowError('it ends in the middle of a message');
  // Of its own, and so at a multiple of 8: columns are views of it.
  const buffer = Buffer.allocUnsafeSlow(bytes);
  await readInto(file, buffer, offset, end);
  return buffer;
}

/** Fills the buffer with what stands at `offset`. @throws ArrowError where the file ends before */
export async function readInto(file: FileHandle, buffer: Buffer, offset: number, end: number): Promise<void> {
  const bytes = buffer.length;
  if (offset < 0 || offset + bytes > end) throw new ArrowError('it ends in the middle of a message');
  for (let read = 0; read < bytes;) {
    const { bytesRead } = await file.read(buffer, read, Math.min(READ_BYTES, bytes - read), offset + read);
    if (bytesRead === 0) throw new ArrowError('it ends in the middle of a message');
    read += bytesRead;
  }
}

/**
 * The message at `offset`, without its body; null for the end mark. `end` is where the data end.
 * @throws ArrowError
 */
export async function readFrame(file: FileHandle, offset: number, end: number): Promise<Message | null> {
  if (end - offset < PREFIX_BYTES) throw new ArrowError('it ends without the end mark; was it written to its end?');
  let frame = await readExactly(file, offset, Math.min(FRAME_BYTES, end - offset), end);
  const bytes = metadataBytes(frame);
  if (bytes === 0) return null;
  if (PREFIX_BYTES + bytes > frame.length) frame = await readExactly(file, offset, PREFIX_BYTES + bytes, end);
  return readMessage(frame);
}

/** What the user is told of an error of reading; a bug stays what it is. */
export function arrowFileError(shown: string, offset: number, error: unknown): unknown {
  if (!(error instanceof ArrowError))
    return error instanceof Error && 'errno' in error ? readError(shown, error) : error;
  return new EtlError('ETL-4112', `cannot read ${shown}: ${error.message} (at byte ${offset})`, {
    hint: 'etl reads Arrow IPC files and streams; have another Arrow reader look at it, or write it again',
    cause: error,
  });
}

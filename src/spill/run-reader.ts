/**
 * Reads a sealed run file: all batches in order, those of one partition, or any by number.
 *
 * A batch is handed out only after its checksum held. Whatever is not as it was sealed is ETL-6103 with file and offset,
 * before any row of it is seen: the trailer when the file is opened, each batch when it is read.
 */
import { crc32 } from 'node:zlib';
import { ArrowDecoder } from '../columnar/arrow/arrow-decoder.js';
import { PREFIX_BYTES } from '../columnar/arrow/message.js';
import type { Batch, Schema } from '../columnar/batch.js';
import { PacedFile } from './paced-file.js';
import type { RunFile } from './run-file.js';
import { decodeTrailer, TAIL_BYTES, trailerBytes, type BatchEntry, type RunTrailer } from './run-trailer.js';
import { damagedRun } from './spill-errors.js';

/**
 * Opens a run file and checks that it is whole and the one that was sealed as `expected`.
 * @throws EtlError ETL-6102 where it cannot be opened, ETL-6103 where it is damaged or another
 */
export async function openRun(expected: RunFile): Promise<RunReader> {
  const file = PacedFile.open(expected.path, 'r');
  try {
    const trailer = await readTrailer(file, expected);
    const schema = await readSchema(file, trailer);
    return new RunReader(file, trailer, schema);
  } catch (error) {
    file.close();
    throw error;
  }
}

export class RunReader {
  private readonly decoder: ArrowDecoder;

  constructor(
    private readonly file: PacedFile,
    private readonly trailer: RunTrailer,
    readonly schema: Schema,
  ) {
    this.decoder = ArrowDecoder.forOwn(schema);
  }

  get path(): string {
    return this.file.path;
  }

  get rows(): number {
    return this.trailer.header.rows;
  }

  get batchCount(): number {
    return this.trailer.entryCount;
  }

  /** What `seal` was given. */
  get sample(): Uint8Array {
    return this.trailer.sample;
  }

  /** Rows, bytes, partition and run of a batch, without reading it. */
  entry(index: number): BatchEntry {
    if (index < 0 || index >= this.batchCount) throw new RangeError(`batch ${index} of ${this.batchCount}`);
    return this.trailer.entry(index);
  }

  /** The batches in the order in which they were appended; of one partition, if that is named. */
  async *batches(partition?: number): AsyncGenerator<Batch, void> {
    for (let i = 0; i < this.batchCount; i++) {
      if (partition === undefined || this.trailer.entry(i).partition === partition) yield await this.readBatch(i);
    }
  }

  /** @throws EtlError ETL-6102, ETL-6103 */
  async readBatch(index: number): Promise<Batch> {
    const { offset, bytes, rows, crc } = this.entry(index);
    const buffer = Buffer.allocUnsafeSlow(bytes);
    const read = await this.file.read(buffer, offset);
    if (read < bytes) throw damagedRun(this.path, offset, `batch ${index} ends after ${read} of ${bytes} bytes`);
    if (crc32(buffer) !== crc) throw damagedRun(this.path, offset, `batch ${index} does not match its checksum`);
    const batch = this.decoder.decode(buffer);
    if (batch?.length !== rows) throw damagedRun(this.path, offset, `batch ${index} is not the one that was written`);
    return batch;
  }

  close(): void {
    this.file.close();
  }
}

async function readTrailer(file: PacedFile, expected: RunFile): Promise<RunTrailer> {
  const size = file.bytes;
  if (size !== expected.bytes) throw damagedRun(file.path, null, `it has ${size} bytes, ${expected.bytes} were sealed`);
  const tail = await readExactly(file, size - TAIL_BYTES, TAIL_BYTES);
  const length = trailerBytes(tail);
  const trailerAt = size - TAIL_BYTES - (length ?? 0);
  if (length === null || trailerAt < PREFIX_BYTES) throw damagedRun(file.path, size - TAIL_BYTES, 'it has no trailer');
  const endMark = await readExactly(file, trailerAt - PREFIX_BYTES, PREFIX_BYTES);
  const trailer = decodeTrailer(endMark, await readExactly(file, trailerAt, length), tail);
  if (trailer === null) throw damagedRun(file.path, trailerAt, 'its trailer does not match its checksum');
  checkIdentity(file.path, trailer, expected);
  checkExtent(file.path, trailer, trailerAt - PREFIX_BYTES);
  return trailer;
}

/** A whole file, but another: of another run, vertex or attempt, or put in the place of this one. */
function checkIdentity(path: string, { header }: RunTrailer, { id, origin, rows }: RunFile): void {
  const expected: Readonly<Record<string, unknown>> = { ...origin, id, rows };
  const actual: Readonly<Record<string, unknown>> = { ...header };
  for (const [key, value] of Object.entries(expected)) {
    if (actual[key] !== value)
      throw damagedRun(path, null, `it is another file (${key} ${String(actual[key])}, expected ${String(value)})`);
  }
}

/** Schema and batches fill the file up to the end mark. */
function checkExtent(path: string, { header, entryCount, entry }: RunTrailer, end: number): void {
  let at = header.schemaBytes;
  for (let i = 0; i < entryCount; i++) {
    const { offset, bytes } = entry(i);
    if (offset !== at) throw damagedRun(path, at, `batch ${i} does not follow the one before it`);
    at += bytes;
  }
  if (at !== end) throw damagedRun(path, at, 'its batches do not reach to its end mark');
}

async function readSchema(file: PacedFile, { header }: RunTrailer): Promise<Schema> {
  const message = await readExactly(file, 0, header.schemaBytes);
  if (crc32(message) !== header.schemaCrc) throw damagedRun(file.path, 0, 'its schema does not match its checksum');
  return ArrowDecoder.forStream(message).schema;
}

async function readExactly(file: PacedFile, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  const read = offset < 0 ? 0 : await file.read(buffer, offset);
  if (read < bytes) throw damagedRun(file.path, Math.max(0, offset), 'it ends too early');
  return buffer;
}

/**
 * Writes batches into a run file, then seals it. Nobody can see a file that is not sealed.
 *
 * It holds no more than `WRITER_BYTES`: small batches are copied together, larger ones are written from where they lie.
 * When anything fails the file is removed, and the writer is of no more use.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { byteSize, encodeSized } from '../columnar/arrow/encode-batch.js';
import { encodeSchema } from '../columnar/arrow/encode-schema.js';
import { endOfStream } from '../columnar/arrow/message.js';
import { rowCount, type Batch, type Schema } from '../columnar/batch.js';
import { PacedFile } from './paced-file.js';
import type { PartitionSummary, RunFile, RunOrigin } from './run-file.js';
import { EntryList, encodeTrailer } from './run-trailer.js';
import { spillError } from './spill-errors.js';
import type { SpillSpace } from './spill-space.js';

/** Memory that a writer holds, for its owner's reservation. */
export const WRITER_BYTES = 256 << 10;
/** Batches below this are copied together. */
const SMALL_BYTES = 64 << 10;

export interface RunOptions {
  readonly schema: Schema;
  /** What it is, for the file's name: `sort-run`. */
  readonly label: string;
  readonly vertex: string;
  readonly attempt: number;
  /** Partitions are numbered from 0; 1 for a file without partitions. */
  readonly partitionCount: number;
}

export interface SealOptions {
  /**
   * Makes the file survive a crash of the machine: fdatasync, rename, fsync of the directory. For what is read after its
   * task has ended (exchanges, spools). What a task reads back itself (sorted runs, hash partitions) is lost with the
   * task anyway, and a sync costs what writing to the disk itself does.
   */
  readonly durable?: boolean;
  /** Anything about the whole file, such as a sample of its keys. */
  readonly sample?: Uint8Array;
}

export class RunWriter {
  private readonly entries = new EntryList();
  private readonly partitions = new Map<number, { rows: number; bytes: number }>();
  private readonly pending = Buffer.allocUnsafeSlow(WRITER_BYTES);
  private pendingBytes = 0;
  private rows = 0;
  /** Where the next batch will begin. */
  private offset: number;
  private taken = 0;
  private isOpen = true;

  private constructor(
    private readonly space: SpillSpace,
    private readonly options: RunOptions,
    private readonly target: string,
    private readonly id: string,
    private readonly file: PacedFile,
    private readonly schemaMessage: Buffer,
  ) {
    this.offset = schemaMessage.length;
  }

  /** @throws EtlError ETL-6101, ETL-6102 */
  static async create(space: SpillSpace, options: RunOptions): Promise<RunWriter> {
    const { path: target, id } = space.nextFile(options.label);
    const schema = encodeSchema(options.schema);
    const writer = new RunWriter(space, options, target, id, PacedFile.create(`${target}.tmp`), schema);
    await writer.guarded(() => writer.put([schema]));
    return writer;
  }

  /**
   * Appends the counted rows of a batch to a partition. Partitions may come in any order. The batch is not kept.
   * @param run in which sorted run of the file the batch is
   * @returns bytes that it will take when it is read
   * @throws EtlError ETL-6101, ETL-6102, ETL-6103
   */
  async append(batch: Batch, partition = 0, run = 0): Promise<number> {
    if (partition < 0 || partition >= this.options.partitionCount)
      throw new RangeError(`partition ${partition} of ${this.options.partitionCount}`);
    const rows = rowCount(batch);
    if (rows === 0) return 0;
    const { pieces, rawBytes } = encodeSized(batch, this.space.compression === 'lz4');
    const bytes = byteSize(pieces);
    const crc = pieces.reduce((sum, piece) => crc32(piece, sum), 0);
    this.entries.add({ offset: this.offset, bytes, rows, partition, crc, run, rawBytes });
    this.offset += bytes;
    this.rows += rows;
    const summary = this.partitions.get(partition);
    if (summary === undefined) this.partitions.set(partition, { rows, bytes });
    else {
      summary.rows += rows;
      summary.bytes += bytes;
    }
    await this.guarded(() => this.put(pieces, bytes));
    return rawBytes;
  }

  /**
   * Ends the file and gives it its name.
   * @throws EtlError ETL-6101, ETL-6102, ETL-6103
   */
  async seal({ durable = false, sample = new Uint8Array() }: SealOptions = {}): Promise<RunFile> {
    const endMark = endOfStream();
    const origin: RunOrigin = {
      runId: this.space.runId,
      vertex: this.options.vertex,
      attempt: this.options.attempt,
    };
    const header = {
      ...origin,
      id: this.id,
      rows: this.rows,
      batches: this.entries.count,
      partitionCount: this.options.partitionCount,
      schemaBytes: this.schemaMessage.length,
      schemaCrc: crc32(this.schemaMessage),
      sampleBytes: sample.length,
    };
    await this.guarded(async () => {
      await this.put([endMark, encodeTrailer(endMark, header, this.entries, sample)]);
      await this.flush();
      if (durable) this.file.sync();
      this.file.close();
      this.publish(durable);
    });
    this.isOpen = false;
    return {
      path: this.target,
      id: this.id,
      origin,
      rows: this.rows,
      bytes: this.taken,
      batches: this.entries.count,
      partitions: [...this.partitions]
        .map(([partition, { rows, bytes }]): PartitionSummary => ({ partition, rows, bytes }))
        .sort((a, b) => a.partition - b.partition),
    };
  }

  /** Removes the file. Does nothing once it is sealed or gone. */
  discard(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.file.close();
    rmSync(this.file.path, { force: true });
    this.space.give(this.taken);
  }

  /** Queues bytes, and writes when enough have come together. */
  private async put(pieces: readonly Uint8Array[], bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)) {
    this.space.take(bytes, this.file.path);
    this.taken += bytes;
    if (bytes > SMALL_BYTES) {
      await this.file.write([this.takePending(), ...pieces]);
      return;
    }
    if (this.pendingBytes + bytes > this.pending.length) await this.flush();
    for (const piece of pieces) {
      this.pending.set(piece, this.pendingBytes);
      this.pendingBytes += piece.length;
    }
  }

  private async flush(): Promise<void> {
    await this.file.write([this.takePending()]);
  }

  private takePending(): Buffer {
    const taken = this.pending.subarray(0, this.pendingBytes);
    this.pendingBytes = 0;
    return taken;
  }

  private publish(durable: boolean): void {
    try {
      renameSync(this.file.path, this.target);
      if (durable) syncDirectory(path.dirname(this.target));
    } catch (error) {
      throw spillError(this.target, error);
    }
  }

  /** What fails leaves no file behind. */
  private async guarded(act: () => Promise<void>): Promise<void> {
    if (!this.isOpen) throw new TypeError(`${this.target} is not open for writing`);
    try {
      await act();
    } catch (error) {
      try {
        this.discard();
        rmSync(this.target, { force: true });
      } catch {
        // The first error says more.
      }
      throw error;
    }
  }
}

/** Without it a rename may be forgotten in a crash. */
function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

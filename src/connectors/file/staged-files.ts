/**
 * The files that one writer is making: staging files that grow split by split.
 *
 *   | committed by finished splits | of the running split | buffer (memory) |
 *                                  ^ committed            ^ position
 *
 * A split that ends is flushed and synced before its lengths are told; one that fails is cut off again. About
 * `MAX_OPEN` files are open at a time; the one that was used longest ago is closed, and opened again when it is needed.
 */
import type { FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ByteWriter } from '../../columnar/byte-writer.js';
import { EtlError } from '../../errors/etl-error.js';
import { eachAtOnce } from './each-at-once.js';
import { writeError } from './file-errors.js';
import type { SafeFolder } from './safe-folder.js';
import type { StagedEntry } from './sink-params.js';

const MAX_OPEN = 48;
const MAX_FILES = 10_000;
const FLUSH_BYTES = 1 << 18;
/** A gzip member of a flush: larger ones pack better. */
const FLUSH_GZIP_BYTES = 1 << 20;
const SMALL_BUFFER = 256;
/** Files that are synced together, and may be open beyond `MAX_OPEN`; fewer, so that none of them is closed meanwhile. */
const SYNC_AT_ONCE = 16;

export const packGzip: (bytes: Uint8Array) => Promise<Buffer> = promisify(gzip);

export interface StagedFile {
  readonly path: string;
  readonly staging: string;
  committed: number;
  /** Bytes in the file. */
  position: number;
  created: boolean;
  /** Written since it was last synced. */
  dirty: boolean;
  touched: boolean;
  out: ByteWriter;
  handle: FileHandle | null;
}

export class StagedFiles {
  private readonly files = new Map<string, StagedFile>();
  /** Open ones, the one used longest ago first. */
  private readonly opened = new Set<StagedFile>();
  private readonly touched = new Set<StagedFile>();

  constructor(
    private readonly folder: SafeFolder,
    private readonly gzip: boolean,
    /** First bytes of every file, as they stand in it; empty for none. */
    private readonly header: Buffer,
    private readonly stagingOf: (path: string) => string,
    private readonly bufferBytes: number,
  ) {}

  /** Takes up what this writer had committed before its process was replaced. */
  async restore([path, staging, bytes]: StagedEntry): Promise<void> {
    const handle = await this.folder.open(posix.join(posix.dirname(path), staging), false);
    try {
      const { size } = await handle.stat();
      if (size < bytes) {
        throw new EtlError(
          'ETL-4223',
          `the staging file of ${this.folder.show(path)} has ${size} bytes, where ${bytes} were committed`,
        );
      }
      await handle.truncate(bytes);
    } finally {
      await handle.close();
    }
    this.files.set(path, { ...freshFile(path, staging), committed: bytes, position: bytes, created: true });
  }

  /** The file for `path`; rows are appended to its `out`, then `wrote` is called. */
  take(path: string): StagedFile {
    let file = this.files.get(path);
    if (file === undefined) {
      if (this.files.size === MAX_FILES) {
        throw new EtlError('ETL-4224', `${this.folder.show(path)} would be file ${MAX_FILES + 1} of this writer`, {
          hint: 'a column with so many values makes no good folders: is it the right one?',
        });
      }
      file = freshFile(path, this.stagingOf(path));
      this.files.set(path, file);
    }
    if (!file.touched) {
      file.touched = true;
      this.touched.add(file);
    }
    return file;
  }

  isFull(file: StagedFile): boolean {
    return file.out.length >= (this.gzip ? FLUSH_GZIP_BYTES : FLUSH_BYTES);
  }

  /** Keeps all buffers together within their share of memory: the largest go first. Call it now and then. */
  async relieve(): Promise<void> {
    let held = 0;
    for (const file of this.touched) held += file.out.bytes.length;
    if (held <= this.bufferBytes) return;
    const largest = [...this.touched].sort((a, b) => b.out.length - a.out.length);
    for (const file of largest) {
      if (held <= this.bufferBytes / 2) break;
      held -= file.out.bytes.length;
      await this.flush(file);
      held += file.out.bytes.length;
    }
  }

  async flush(file: StagedFile): Promise<void> {
    if (file.out.length === 0) return;
    try {
      const handle = await this.open(file);
      if (file.position === 0) await this.append(file, handle, this.header);
      await this.append(file, handle, this.gzip ? await packGzip(file.out.view()) : file.out.view());
    } catch (error) {
      throw writeError(this.folder.show(file.path), error);
    }
    // Many files must not hold a large buffer each.
    if (this.touched.size > 16 && file.out.bytes.length > SMALL_BUFFER) file.out = new ByteWriter(SMALL_BUFFER);
    else file.out.clear();
  }

  /** Makes the running split durable; the files that it changed, with their new lengths. */
  async commit(): Promise<StagedEntry[]> {
    await eachAtOnce(this.touched, SYNC_AT_ONCE, async (file) => {
      await this.flush(file);
      if (file.dirty) await this.sync(file, await this.open(file));
    });
    const entries: StagedEntry[] = [];
    for (const file of this.touched) {
      file.touched = false;
      if (file.position === file.committed) continue;
      file.committed = file.position;
      entries.push([file.path, file.staging, file.committed]);
    }
    this.touched.clear();
    return entries;
  }

  /** Cuts off what the running split has written. */
  async rollback(): Promise<void> {
    for (const file of this.touched) {
      file.out.clear();
      file.touched = false;
      if (file.position === file.committed) continue;
      await (await this.open(file)).truncate(file.committed);
      file.dirty = true;
      file.position = file.committed;
    }
    this.touched.clear();
  }

  async close(): Promise<void> {
    for (const file of this.opened) {
      await file.handle?.close();
      file.handle = null;
    }
    this.opened.clear();
  }

  private async append(file: StagedFile, handle: FileHandle, bytes: Uint8Array): Promise<void> {
    file.dirty = true;
    for (let from = 0; from < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, from, bytes.length - from, file.position);
      file.position += bytesWritten;
      from += bytesWritten;
    }
  }

  private async open(file: StagedFile): Promise<FileHandle> {
    if (file.handle !== null) {
      this.opened.delete(file);
      this.opened.add(file);
      return file.handle;
    }
    if (this.opened.size >= MAX_OPEN) {
      const [oldest] = this.opened;
      this.opened.delete(oldest);
      const handle = oldest.handle!;
      oldest.handle = null;
      try {
        // After closing, an error of writing back could reach nobody.
        if (oldest.dirty) await this.sync(oldest, handle);
      } finally {
        await handle.close();
      }
    }
    await this.folder.prepare(file.path);
    file.handle = await this.folder.open(posix.join(posix.dirname(file.path), file.staging), !file.created);
    file.created = true;
    this.opened.add(file);
    return file.handle;
  }

  private async sync(file: StagedFile, handle: FileHandle): Promise<void> {
    file.dirty = false;
    await handle.datasync().catch((error: unknown) => {
      throw writeError(this.folder.show(file.path), error);
    });
  }
}

function freshFile(path: string, staging: string): StagedFile {
  return {
    path,
    staging,
    committed: 0,
    position: 0,
    created: false,
    dirty: false,
    touched: false,
    out: new ByteWriter(SMALL_BUFFER),
    handle: null,
  };
}

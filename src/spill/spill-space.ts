/**
 * Where one slot spills to during one run: the directories in turn, the bytes that are there, and the limit on them.
 *
 * Directories are made when the first file is, so that a run that fits its memory leaves no trace. Everything goes with
 * `close()`. What a killed slot leaves is removed at the end of its run, what a killed run leaves by the next start
 * (spill-directory.ts).
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { RunFile } from './run-file.js';
import { createSpillDirectory, spillParents } from './spill-directory.js';
import { quotaError, spillError } from './spill-errors.js';

export interface SpillOptions {
  readonly runId: string;
  readonly slot: number;
  /** The process of the run; once it has ended, what is left may be swept. */
  readonly ownerPid: number;
  /** `io.tmp.dirs`; none: the system's temporary directory. */
  readonly directories: readonly string[];
  /** This slot's share of `spill.max-bytes`; null: no limit. */
  readonly maxBytes: number | null;
  /** `spill.compression`: of the batches in the files. */
  readonly compression: 'none' | 'lz4';
}

export class SpillSpace {
  readonly runId: string;
  readonly compression: SpillOptions['compression'];
  private readonly slot: number;
  private readonly ownerPid: number;
  private readonly maxBytes: number;
  private readonly parents: readonly string[];
  /** By parent, what was made in it. */
  private readonly made = new Map<string, string>();
  private turn = 0;
  private used = 0;
  private peak = 0;
  private written = 0;

  constructor({ runId, slot, ownerPid, directories, maxBytes, compression }: SpillOptions) {
    this.compression = compression;
    this.runId = runId;
    this.slot = slot;
    this.ownerPid = ownerPid;
    this.maxBytes = maxBytes ?? Infinity;
    this.parents = spillParents(directories);
  }

  /** Bytes of the files that are there, sealed or not. */
  get usedBytes(): number {
    return this.used;
  }

  /** All that was ever written, also what is gone. */
  get writtenBytes(): number {
    return this.written;
  }

  /** The most that they ever were. */
  get peakBytes(): number {
    return this.peak;
  }

  /**
   * A name for a new file, in the next directory.
   * @throws EtlError ETL-6101, ETL-6102 where a directory cannot be made
   */
  nextFile(label: string): { readonly path: string; readonly id: string } {
    const parent = this.parents[this.turn++ % this.parents.length];
    let directory = this.made.get(parent);
    if (directory === undefined) {
      directory = createSpillDirectory(parent, this.runId, this.slot, this.ownerPid);
      this.made.set(parent, directory);
    }
    const id = randomBytes(8).toString('hex');
    const name = label.replace(/[^\w-]/g, '_').slice(0, 60);
    return { path: path.join(directory, `${name}-${id}.arrows`), id };
  }

  /**
   * Counts bytes that are about to be written.
   * @throws EtlError ETL-6101 where they pass the limit
   */
  take(bytes: number, file: string): void {
    if (this.used + bytes > this.maxBytes) throw quotaError(file, bytes, this.used, this.maxBytes);
    this.used += bytes;
    this.written += bytes;
    if (this.used > this.peak) this.peak = this.used;
  }

  /** Counts bytes of a file that is gone. */
  give(bytes: number): void {
    this.used -= bytes;
  }

  /** Removes a sealed file that nobody reads any more; also one of a slot of this number that was killed. */
  remove(file: RunFile): void {
    try {
      rmSync(file.path, { force: true });
    } catch (error) {
      throw spillError(file.path, error);
    }
    if ([...this.made.values()].includes(path.dirname(file.path))) this.give(file.bytes);
  }

  /** Removes everything. Files that are still open stay readable until they are closed. */
  close(): void {
    const directories = [...this.made.values()];
    this.made.clear();
    this.used = 0;
    for (const directory of directories) {
      try {
        rmSync(directory, { recursive: true, force: true });
      } catch (error) {
        throw spillError(directory, error);
      }
    }
  }
}

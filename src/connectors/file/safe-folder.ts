/**
 * The folder of a file sink, and the folders that data makes below it.
 *
 * The root is the job author's: links in it are followed. Below it nothing is: a folder that is a link, and a file that
 * would be opened through one, is refused (ETL-4222), also when somebody plants it between the check and the opening.
 */
import { constants } from 'node:fs';
import { lstat, mkdir, open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { EtlError } from '../../errors/etl-error.js';
import { writeError } from './file-errors.js';

export class SafeFolder {
  readonly root: string;
  private real: string | null = null;
  private readonly checked = new Set<string>();

  constructor(
    baseDir: string,
    /** As the job file has it, for messages. */
    readonly shown: string,
  ) {
    this.root = resolve(baseDir, shown);
  }

  /** Absolute path of a path below the root. */
  at(path: string): string {
    return join(this.root, path);
  }

  show(path: string): string {
    return join(this.shown, path);
  }

  /** Makes the root and the folders of `path`, each checked to be no link. */
  async prepare(path: string): Promise<void> {
    try {
      if (this.real === null) {
        await mkdir(this.root, { recursive: true });
        this.real = await realpath(this.root);
      }
      const folder = dirname(path);
      if (folder === '.' || this.checked.has(folder)) return;
      await this.prepare(folder);
      const place = this.at(folder);
      await mkdir(place).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      });
      await this.checkFolder(folder);
      this.checked.add(folder);
    } catch (error) {
      throw writeError(this.show(path), error);
    }
  }

  /** @throws EtlError ETL-4222 where a folder of `path` leads out of the root. */
  async checkFolder(folder: string): Promise<void> {
    if (folder === '.') return;
    const place = this.at(folder);
    const info = await lstat(place);
    this.real ??= await realpath(this.root);
    const inside = info.isDirectory() && (await realpath(place)) === join(this.real, folder);
    if (!inside)
      throw this.escape(folder, info.isSymbolicLink() ? 'it is a symbolic link' : 'it is not a folder of the sink');
  }

  /** Opens a staging file: a new one, or one of ours again; never through a link, nor outside the root. */
  async open(path: string, isNew: boolean): Promise<FileHandle> {
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const handle = await open(this.at(path), O_RDWR | O_NOFOLLOW | (isNew ? O_CREAT | O_EXCL : 0)).catch(
      (error: unknown) => {
        throw writeError(this.show(path), error);
      },
    );
    try {
      await this.checkOpened(handle, path);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private async checkOpened(handle: FileHandle, path: string): Promise<void> {
    if (dirname(path) === '.') return;
    this.real ??= await realpath(this.root);
    // Where the system tells it, what was opened, and not what has the name by now.
    const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => realpath(this.at(path)));
    if (!opened.startsWith(this.real + sep)) throw this.escape(path, 'a folder of its path is a symbolic link');
  }

  private escape(path: string, why: string): EtlError {
    return new EtlError('ETL-4222', `cannot write ${this.show(path)}: ${why}`, {
      hint: 'folders that values of a column name must be made by etl itself',
    });
  }
}

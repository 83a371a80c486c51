/** Removes staging files below a sink's root, as deep as its path template goes; folders that this empties go too. */
import { readdir, rmdir, unlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { writeError } from './file-errors.js';
import type { PathTemplate } from './path-template.js';
import type { SafeFolder } from './safe-folder.js';
import { parseStagingName, type StagingFile } from './staging-names.js';

/** `wanted` says which; `path` is that below the root. What is already gone is fine. */
export async function removeStaging(
  folder: SafeFolder,
  template: PathTemplate,
  wanted: (file: StagingFile, path: string) => boolean | Promise<boolean>,
): Promise<void> {
  await sweep(folder, '.', template.names.length - 1, wanted);
}

/** True if the folder lost a file. Links are not followed. */
async function sweep(
  folder: SafeFolder,
  path: string,
  depth: number,
  wanted: (file: StagingFile, path: string) => boolean | Promise<boolean>,
): Promise<boolean> {
  const entries = await readdir(folder.at(path), { withFileTypes: true }).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw writeError(folder.show(path), error);
  });
  let removed = false;
  for (const entry of entries) {
    const below = posix.join(path, entry.name);
    if (entry.isDirectory() && depth > 0) {
      if (await sweep(folder, below, depth - 1, wanted)) {
        removed = true;
        await removeEmpty(folder, below);
      }
      continue;
    }
    const file = depth === 0 && entry.isFile() ? parseStagingName(entry.name) : null;
    if (file === null || !(await wanted(file, below))) continue;
    await unlinkIfThere(folder, below);
    removed = true;
  }
  return removed;
}

export async function unlinkIfThere(folder: SafeFolder, path: string): Promise<void> {
  await unlink(folder.at(path)).catch((error: unknown) => {
    if (!isGone(error)) throw writeError(folder.show(path), error);
  });
}

/** A folder with something in it stays. */
export async function removeEmpty(folder: SafeFolder, path: string): Promise<void> {
  await rmdir(folder.at(path)).catch(() => undefined);
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * The list of files that the last run of a sink has published, kept beside them: `.etl-files-<path>.json`.
 *
 * A later run replaces them all: what it does not write again (another parallelism, a key that is gone) is removed. Only
 * what stands in the list is ever removed, since a pattern would match a stranger's `events-2024.csv` too. A sink whose
 * path has no placeholder needs no list.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { writeError } from './file-errors.js';
import { removeEmpty, unlinkIfThere } from './remove-staging.js';
import type { SafeFolder } from './safe-folder.js';

export function listName(path: string): string {
  return `.etl-files-${createHash('sha1').update(path).digest('hex').slice(0, 12)}.json`;
}

/** Paths below the root; none without a list, or with one that cannot be trusted. */
export async function readList(folder: SafeFolder, path: string): Promise<readonly string[]> {
  const text = await readFile(folder.at(listName(path)), 'utf8').catch(() => '');
  try {
    const { files } = JSON.parse(text) as { files?: unknown };
    if (!Array.isArray(files)) return [];
    return files.filter((file): file is string => typeof file === 'string' && isBelow(file));
  } catch {
    return [];
  }
}

/** Removes the files of the last list that are not in `files`, and leaves the new list if there is need for one. */
export async function replaceList(
  folder: SafeFolder,
  path: string,
  files: readonly string[],
  needed: boolean,
): Promise<void> {
  const current = new Set(files);
  const folders = new Set<string>();
  for (const file of await readList(folder, path)) {
    if (current.has(file)) continue;
    const above = posix.dirname(file);
    // A folder that has become a link since leads elsewhere.
    if (
      !(await folder.checkFolder(above).then(
        () => true,
        () => false,
      ))
    )
      continue;
    await unlinkIfThere(folder, file);
    for (let at = above; at !== '.'; at = posix.dirname(at)) folders.add(at);
  }
  for (const above of [...folders].sort((a, b) => b.length - a.length)) await removeEmpty(folder, above);
  const name = listName(path);
  if (!needed) return unlinkIfThere(folder, name);
  await writeFile(folder.at(name), `${JSON.stringify({ path, files: [...files].sort() })}\n`).catch(
    (error: unknown) => {
      throw writeError(folder.show(name), error);
    },
  );
}

function isBelow(file: string): boolean {
  return (
    file !== '' && !file.includes('\0') && file.split('/').every((name) => name !== '' && name !== '.' && name !== '..')
  );
}

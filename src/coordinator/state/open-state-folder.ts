/**
 * The folder of everything that outlives a run. Private (0700); in a directory that others can write to it must be ours
 * already, so that nobody can plant one.
 */
import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';

export interface StateFolder {
  readonly path: string;
  /** Why it is not the first choice; null if it is. */
  readonly warning: string | null;
}

/** The first of `candidates` that can be used; null when none can, which stops no run. */
export function openStateFolder(candidates: readonly string[]): StateFolder | null {
  const [first] = candidates;
  let refused = '';
  for (const path of candidates) {
    const problem = prepare(path);
    if (problem === null) {
      return {
        path,
        warning: path === first ? null : `${first} cannot be used (${refused}): runs are kept in ${path}`,
      };
    }
    refused ||= problem;
  }
  return null;
}

/** @returns what is wrong with it */
function prepare(path: string): string | null {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const found = lstatSync(path);
    if (!found.isDirectory()) return 'not a directory';
    if (process.getuid !== undefined && found.uid !== process.getuid()) return 'it belongs to another user';
    accessSync(path, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

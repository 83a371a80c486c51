/**
 * The private directory of one slot during one run, in one of `io.tmp.dirs`:
 *
 *     etl-spill.<host>.<mark of the owner>.s<slot>.<run>.<random>     mode 0700
 *
 * The owner is the process of the run, not that of the slot: what a killed slot has sealed is still to be read. When the
 * owner has ended it is garbage, and the name tells whoever starts later.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { processMark } from './process-mark.js';
import { spillError } from './spill-errors.js';

/** Host, mark, its process number, run. */
const NAME = /^etl-spill\.([0-9a-f]{8})\.((\d+)-[0-9a-f]+-[0-9a-f]+)\.s\d+\.([\w-]+)\./;

/** Where spill directories are made, by `io.tmp.dirs`; none is the temporary directory of the system. */
export function spillParents(directories: readonly string[]): readonly string[] {
  return directories.length === 0 ? [tmpdir()] : directories.map((directory) => path.resolve(directory));
}

/** @throws EtlError ETL-6101, ETL-6102 */
export function createSpillDirectory(parent: string, runId: string, slot: number, ownerPid: number): string {
  const mark = processMark(ownerPid) ?? `${ownerPid}-0-0`;
  const stem = path.join(parent, `etl-spill.${hostMark()}.${mark}.s${slot}.${nameOfRun(runId)}.`);
  try {
    // For this user alone, under a name that nobody could have prepared.
    return mkdtempSync(stem);
  } catch (error) {
    throw spillError(stem, error);
  }
}

/** Removes the spill directories of a run of this process, at its end: also those of slots that were killed. */
export function removeSpillDirectories(parents: readonly string[], runId: string): string[] {
  const own = processMark(process.pid);
  return removeWhere(parents, (_pid, mark, run) => mark === own && run === nameOfRun(runId));
}

/**
 * Removes the spill directories that dead runs of this host left in `parents`. Those of other hosts (shared disks), of
 * other users, and of running processes stay.
 * @returns the directories that were removed
 */
export function sweepSpillDirectories(parents: readonly string[]): string[] {
  return removeWhere(parents, (pid, mark) => processMark(pid) !== mark);
}

function removeWhere(
  parents: readonly string[],
  isGarbage: (pid: number, mark: string, run: string) => boolean,
): string[] {
  const host = hostMark();
  return parents.flatMap((parent) =>
    namesIn(parent)
      .filter((name) => {
        const found = NAME.exec(name);
        return found !== null && found[1] === host && isGarbage(Number(found[3]), found[2], found[4]);
      })
      .map((name) => path.join(parent, name))
      .filter(isOwnDirectory)
      .filter(remove),
  );
}

function nameOfRun(runId: string): string {
  return runId.replace(/[^\w-]/g, '_').slice(0, 80);
}

function hostMark(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}

/** A directory that cannot be read holds nothing that we could remove; whoever spills there will say so. */
function namesIn(parent: string): string[] {
  try {
    return readdirSync(parent).sort();
  } catch {
    return [];
  }
}

/** Not a link, and not somebody else's: in a directory for all, anybody can make any name. */
function isOwnDirectory(directory: string): boolean {
  try {
    const stat = lstatSync(directory);
    return stat.isDirectory() && (process.getuid === undefined || stat.uid === process.getuid());
  } catch {
    return false;
  }
}

function remove(directory: string): boolean {
  try {
    rmSync(directory, { recursive: true });
    return true;
  } catch {
    // Another run sweeps too.
    return false;
  }
}

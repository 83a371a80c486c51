/**
 * Staging files → files, once all splits are finished. Each step may be done again.
 *
 *   cut to the committed length → sync → rename → sync the folders → remove what the last run left
 *
 * Several writers may have staged the same file (a path of keys without {subtask}): their parts are joined first, and
 * removed only after the joined file has its name.
 */
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { ArrowError } from '../../columnar/arrow/arrow-error.js';
import { EtlError } from '../../errors/etl-error.js';
import { eachAtOnce } from './each-at-once.js';
import { writeError } from './file-errors.js';
import type { FileFrame } from './file-frame.js';
import { replaceList } from './output-list.js';
import { expandPath, placeholders } from './path-template.js';
import { removeStaging } from './remove-staging.js';
import type { SafeFolder } from './safe-folder.js';
import type { FileSinkParams, StagedEntry } from './sink-params.js';
import { shortName, stagingName, type StagingOwner } from './staging-names.js';

/**
 * A staging file for the same output is removed when the main process of its run is gone and nobody has written to it
 * for so long (on a shared disk that process may live on another machine).
 */
const STALE_MS = 24 * 3600 * 1000;
const FILES_AT_ONCE = 16;

export async function publishFiles(
  params: FileSinkParams,
  folder: SafeFolder,
  owner: StagingOwner,
  frame: FileFrame,
  entries: readonly StagedEntry[],
): Promise<void> {
  const byPath = new Map<string, StagedEntry[]>();
  for (const entry of entries) byPath.set(entry[0], [...(byPath.get(entry[0]) ?? []), entry]);
  await eachAtOnce(byPath, FILES_AT_ONCE, async ([path, parts]) => {
    if (parts.length === 1) return publishOne(folder, frame, parts[0]);
    const inOrder = [...parts].sort((a, b) => (a[1] < b[1] ? -1 : 1));
    return publishJoined(folder, owner, frame, path, inOrder);
  });
  const keys = placeholders(params.template);
  const paths = [...byPath.keys()];
  if (paths.length === 0 && !keys.some((key) => key.kind === 'column')) {
    const path = expandPath(params.template, 0, [])!;
    await publishEmpty(folder, owner, frame, path);
    paths.push(path);
  }
  // No rows and so no keys: there is nothing to sync or to list, and perhaps not even a folder.
  if (paths.length > 0) await syncFolders(folder, paths);
  await replaceList(folder, params.path, paths, keys.length > 0 && paths.length > 0);
  const names = new Set(paths.map((path) => shortName(posix.basename(path))));
  const own = shortName(owner.runId);
  await removeStaging(folder, params.template, (file, path) => {
    if (file.run === own && file.tag === owner.tag) return true;
    return names.has(file.file) && !isAlive(file.pid) && isOld(folder, path);
  });
}

async function publishOne(folder: SafeFolder, frame: FileFrame, [path, staging, bytes]: StagedEntry): Promise<void> {
  const from = posix.join(posix.dirname(path), staging);
  if (!(await isThere(folder, from))) return checkPublished(folder, frame, path, bytes);
  await folder.checkFolder(posix.dirname(path));
  const handle = await folder.open(from, false);
  try {
    await checkLength(folder, path, (await handle.stat()).size, bytes);
    await handle.truncate(bytes);
    await writeAt(handle, await tailOf(folder, frame, handle, path, bytes), bytes);
    await handle.sync();
  } catch (error) {
    throw writeError(folder.show(path), error);
  } finally {
    await handle.close();
  }
  await renameTo(folder, from, path);
}

/** Parts in the order of their writers; only the first one's header is kept. */
async function publishJoined(
  folder: SafeFolder,
  owner: StagingOwner,
  frame: FileFrame,
  path: string,
  parts: readonly StagedEntry[],
): Promise<void> {
  const above = posix.dirname(path);
  const froms = parts.map(([, staging]) => posix.join(above, staging));
  const there = await Promise.all(froms.map((from) => isThere(folder, from)));
  if (there.includes(false)) {
    // Parts go only after the joined file has its name.
    const total = parts.reduce((sum, [, , bytes]) => sum + bytes, 0) - (parts.length - 1) * frame.head.length;
    return checkPublished(folder, frame, path, total);
  }
  await folder.checkFolder(above);
  const joined = posix.join(above, stagingName(posix.basename(path), owner, 'merged'));
  await rm(folder.at(joined), { force: true });
  const handle = await folder.open(joined, true);
  try {
    let position = 0;
    for (const [i, [, , bytes]] of parts.entries()) {
      await checkLength(folder, path, (await stat(folder.at(froms[i]))).size, bytes);
      const start = i === 0 ? 0 : frame.head.length;
      if (bytes === start) continue;
      for await (const chunk of createReadStream(folder.at(froms[i]), {
        start,
        end: bytes - 1,
        highWaterMark: 1 << 18,
      })) {
        position += await writeAt(handle, chunk as Buffer, position);
      }
    }
    await writeAt(handle, await tailOf(folder, frame, handle, path, position), position);
    await handle.sync();
  } catch (error) {
    throw writeError(folder.show(path), error);
  } finally {
    await handle.close();
  }
  await renameTo(folder, joined, path);
  for (const from of froms) await rm(folder.at(from), { force: true });
}

/** A run without rows still leaves its file, so that it can be told from one that did not run. */
async function publishEmpty(folder: SafeFolder, owner: StagingOwner, frame: FileFrame, path: string): Promise<void> {
  await folder.prepare(path);
  const from = posix.join(posix.dirname(path), stagingName(posix.basename(path), owner, 'merged'));
  await rm(folder.at(from), { force: true });
  const handle = await folder.open(from, true);
  try {
    const { head } = frame;
    await writeAt(handle, head, 0);
    await writeAt(handle, await tailOf(folder, frame, handle, path, head.length), head.length);
    await handle.sync();
  } catch (error) {
    throw writeError(folder.show(path), error);
  } finally {
    await handle.close();
  }
  await renameTo(folder, from, path);
}

async function writeAt(handle: Awaited<ReturnType<typeof open>>, bytes: Buffer, position: number): Promise<number> {
  let written = 0;
  while (written < bytes.length) {
    written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
  return written;
}

async function renameTo(folder: SafeFolder, from: string, to: string): Promise<void> {
  await rename(folder.at(from), folder.at(to)).catch((error: unknown) => {
    throw writeError(folder.show(to), error);
  });
}

async function isThere(folder: SafeFolder, path: string): Promise<boolean> {
  return stat(folder.at(path)).then(
    () => true,
    () => false,
  );
}

/** The staging file is gone: an earlier try of this commit has renamed it, or else somebody removed it. */
async function checkPublished(folder: SafeFolder, frame: FileFrame, path: string, bytes: number): Promise<void> {
  const info = await stat(folder.at(path)).catch(() => null);
  if (info?.isFile() === true && (await isPublished(folder, frame, path, bytes, info.size))) return;
  throw new EtlError('ETL-4223', `the staging file of ${folder.show(path)} is gone`, { hint: 'run the job again' });
}

/** Is a file of `size` bytes the one that `bytes` bytes of head and rows became? */
async function isPublished(
  folder: SafeFolder,
  frame: FileFrame,
  path: string,
  bytes: number,
  size: number,
): Promise<boolean> {
  const handle = await open(folder.at(path), 'r').catch((error: unknown) => {
    throw writeError(folder.show(path), error);
  });
  try {
    return size >= bytes && size === bytes + (await tailOf(folder, frame, handle, path, bytes)).length;
  } finally {
    await handle.close();
  }
}

async function tailOf(
  folder: SafeFolder,
  frame: FileFrame,
  handle: FileHandle,
  path: string,
  bytes: number,
): Promise<Buffer> {
  try {
    return await frame.tail(handle, bytes);
  } catch (error) {
    if (!(error instanceof ArrowError)) throw writeError(folder.show(path), error);
    const message = `the staging file of ${folder.show(path)} is damaged: ${error.message}`;
    throw new EtlError('ETL-4223', message, { hint: 'run the job again', cause: error });
  }
}

async function checkLength(folder: SafeFolder, path: string, size: number, bytes: number): Promise<void> {
  if (size >= bytes) return;
  throw new EtlError(
    'ETL-4223',
    `the staging file of ${folder.show(path)} has ${size} bytes, where ${bytes} were committed`,
  );
}

/** Names are durable only when their folders are. */
async function syncFolders(folder: SafeFolder, paths: readonly string[]): Promise<void> {
  const folders = new Set<string>(['.']);
  for (const path of paths) for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) folders.add(at);
  await eachAtOnce(folders, FILES_AT_ONCE, async (path) => {
    try {
      const handle = await open(folder.at(path), 'r');
      await handle.sync().finally(() => handle.close());
    } catch (error) {
      throw writeError(folder.show(path), error);
    }
  });
}

async function isOld(folder: SafeFolder, path: string): Promise<boolean> {
  const info = await stat(folder.at(path)).catch(() => null);
  return info !== null && Date.now() - info.mtimeMs > STALE_MS;
}

/** Unsure is alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

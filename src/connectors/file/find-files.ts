/**
 * Paths and patterns of a source → the files there are, sorted by the bytes of their paths.
 *
 * Patterns as in a shell: `*` and `?` within a name, `[a-z]`, `[!a-z]`, `{a,b}`, and `**` for any folders. They never
 * match names with a leading dot, so neither staging files nor editors' leavings are read. Links are followed, but no
 * folder is entered twice on one way down.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EtlError } from '../../errors/etl-error.js';
import { readError } from './file-errors.js';

export interface FoundFile {
  /** As the user would write it: relative to `baseDir` if the pattern is. */
  readonly path: string;
  readonly bytes: number;
}

/** @throws EtlError ETL-4120 for a path or pattern without a file, ETL-4121 for one that cannot be read. */
export async function findFiles(patterns: readonly string[], baseDir: string): Promise<readonly FoundFile[]> {
  const found = new Map<string, FoundFile>();
  for (const pattern of patterns) {
    const files = await findPattern(pattern, baseDir);
    if (files.length === 0) {
      throw new EtlError('ETL-4120', `no file matches ${pattern}`, { hint: `relative paths start from ${baseDir}` });
    }
    for (const file of files) found.set(file.path, file);
  }
  return [...found.values()].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

async function findPattern(pattern: string, baseDir: string): Promise<readonly FoundFile[]> {
  // A file may have brackets in its name.
  const literal = !isPattern(pattern) || (await stat(resolve(baseDir, pattern)).catch(() => null))?.isFile() === true;
  if (literal) return [await plainFile(pattern, baseDir)];
  const files: FoundFile[] = [];
  for (const alternative of expandBraces(pattern)) {
    const segments = alternative.split('/').filter((segment, i) => segment !== '' || i === 0);
    await walk(segments, 0, '', [], baseDir, files);
  }
  return files;
}

async function plainFile(path: string, baseDir: string): Promise<FoundFile> {
  const info = await stat(resolve(baseDir, path)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new EtlError('ETL-4120', `there is no file ${path}`, { hint: `relative paths start from ${baseDir}` });
    }
    throw readError(path, error);
  });
  if (info.isDirectory()) {
    throw new EtlError('ETL-4121', `cannot read ${path}: it is a directory`, {
      hint: `name its files: ${path.replace(/\/+$/, '')}/*.csv`,
    });
  }
  if (!info.isFile()) throw new EtlError('ETL-4121', `cannot read ${path}: it is not a regular file`);
  return { path, bytes: info.size };
}

/** Follows `segments[index…]` below `folder`, which is '' or ends in a slash. */
async function walk(
  segments: readonly string[],
  index: number,
  folder: string,
  above: readonly string[],
  baseDir: string,
  files: FoundFile[],
): Promise<void> {
  const segment = segments[index];
  const last = index === segments.length - 1;
  if (segment === '' || segment === '.' || segment === '..' || (!isPattern(segment) && !last)) {
    return walk(segments, index + 1, `${folder}${segment}/`, above, baseDir, files);
  }
  const place = resolve(baseDir, folder === '' ? '.' : folder);
  const entries = await readdir(place, { withFileTypes: true }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw readError(folder === '' ? '.' : folder, error);
  });
  if (segment === '**') {
    const real = await realpath(place).catch(() => place);
    if (above.includes(real)) return;
    if (!last) await walk(segments, index + 1, folder, [], baseDir, files);
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory() || entry.isSymbolicLink()) await enter(path, index, [...above, real]);
      if (last) await add(path);
    }
    return;
  }
  const matches = segmentMatcher(segment);
  for (const entry of entries) {
    if (!matches(entry.name)) continue;
    if (last) await add(`${folder}${entry.name}`);
    else if (entry.isDirectory() || entry.isSymbolicLink()) await enter(`${folder}${entry.name}`, index + 1, []);
  }

  async function enter(path: string, next: number, visited: readonly string[]): Promise<void> {
    await walk(segments, next, `${path}/`, visited, baseDir, files);
  }

  async function add(path: string): Promise<void> {
    const info = await stat(resolve(baseDir, path)).catch(() => null);
    if (info?.isFile() === true) files.push({ path, bytes: info.size });
  }
}

export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** `a{b,c}d` → `abd`, `acd`; nested braces too. Braces without a comma stand for themselves. */
function expandBraces(pattern: string): string[] {
  let depth = 0;
  let open = -1;
  const cuts: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at];
    if (letter === '{' && depth++ === 0) {
      open = at;
      cuts.length = 0;
    } else if (letter === ',' && depth === 1) cuts.push(at);
    else if (letter === '}' && depth > 0 && --depth === 0 && cuts.length > 0) {
      const [head, tail] = [pattern.slice(0, open), pattern.slice(at + 1)];
      const ends = [...cuts, at];
      return ends.flatMap((end, i) =>
        expandBraces(head + pattern.slice(i === 0 ? open + 1 : ends[i - 1] + 1, end) + tail),
      );
    }
  }
  return [pattern];
}

function segmentMatcher(segment: string): (name: string) => boolean {
  let source = '';
  for (let at = 0; at < segment.length; at++) {
    const letter = segment[at];
    const close = letter === '[' ? segment.indexOf(']', at + 2) : -1;
    if (letter === '*') source += '[^/]*';
    else if (letter === '?') source += '[^/]';
    else if (close > 0) {
      const inside = segment.slice(at + 1, close).replace(/[\\\]^]/g, '\\$&');
      source += inside.startsWith('!') ? `[^/${inside.slice(1)}]` : `[${inside}]`;
      at = close;
    } else source += letter.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^${source}$`, 'u');
  } catch {
    throw new EtlError('ETL-4111', `the pattern "${segment}" has a range that ends before it begins`);
  }
  return (name) => (segment.startsWith('.') || !name.startsWith('.')) && pattern.test(name);
}

/** What a test file can leave behind, each kind found and named: processes, handles of its own process, files. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const PATIENCE_MS = 5_000;
const noted: string[] = [];

/** Has the guard tell of these too, which only their owner could find. Notes nothing when there are none. */
export function noteLeaks(what: string, found: readonly string[]): void {
  noted.push(...found.map((one) => `${what}: ${one}`));
}

export function notedLeaks(): readonly string[] {
  return noted;
}

/**
 * What `look` still finds after a fair time: sockets close and processes end a little later than the call that asks
 * them to.
 */
export async function lastingLeaks(look: () => readonly string[] | Promise<readonly string[]>): Promise<string[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found.length === 0 || performance.now() > deadline) return [...found];
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface RunningProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** Every process, of whatever depth and parent, that was started with this directory as its TMPDIR, or one inside it. */
export function processesOf(directory: string): RunningProcess[] {
  if (!existsSync('/proc/self/environ')) throw new Error('the leak guard of the tests needs /proc');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => textOf(`/proc/${pid}/environ`).includes(`TMPDIR=${directory}`))
    .map((pid) => ({ pid: Number(pid), commandLine: textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

/** Empty when the process has ended, or is another user's. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export type OpenHandles = ReadonlyMap<string, number>;

/** Listeners, connections and children of this process, counted by kind. */
export function openHandles(): OpenHandles {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (/Server|Socket|Process|UDP/i.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** How many handles more than `before`, by kind. */
export function handlesSince(before: OpenHandles): string[] {
  return [...openHandles()].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return more > 0 ? [`${more} × ${kind} (open in the test's own process)`] : [];
  });
}

/** Every file in the directory, as paths; of an empty folder, itself. */
export function filesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(directory, entry.name);
    const inside = entry.isDirectory() ? filesIn(file) : [];
    return inside.length > 0 ? inside : [file];
  });
}

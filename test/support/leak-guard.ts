/**
 * Around every test file (vitest's setupFiles): nothing that it started or made may outlive it. A file that leaves a
 * process, a listener or connection, or a temporary file fails, with the names of what it left.
 *
 * The file has a TMPDIR of its own. Whatever asks the system for a temporary place makes it there, children too, and the
 * variable marks each of its processes wherever they end up. `testDatabase` and `testRedis` look for sessions left
 * on the servers and tell of them here; `runEtl` looks for secrets in all that is printed.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { filesIn, handlesSince, lastingLeaks, notedLeaks, openHandles, processesOf } from './leaks.js';

const MOST_SHOWN = 20;

const directory = mkdtempSync(path.join(tmpdir(), 'etl-file-'));
chmodSync(directory, 0o711); // a PostgreSQL started by root runs as another user, in a folder below
process.env.TMPDIR = directory;
const handlesBefore = openHandles();

// Registered before all hooks of the file, and so run after them.
afterAll(async () => {
  const own = await lastingLeaks(() => [
    ...processesOf(directory).map(({ pid, commandLine }) => `process ${pid}: ${commandLine}`),
    ...handlesSince(handlesBefore),
    ...filesIn(directory)
      .map((file) => path.relative(directory, file))
      // What Node 22 and newer keep of compiled modules, where the system keeps temporary files.
      .filter((file) => !file.startsWith(`node-compile-cache${path.sep}`))
      .map((file) => `temporary file: ${file}`),
  ]);
  for (const { pid } of processesOf(directory)) endProcess(pid);
  rmSync(directory, { recursive: true, force: true });
  const leaks = [...notedLeaks(), ...own];
  if (leaks.length === 0) return;
  const hidden = leaks.length - MOST_SHOWN;
  const lines = [...leaks.slice(0, MOST_SHOWN), ...(hidden > 0 ? [`and ${hidden} more`] : [])];
  throw new Error(`this test file left behind:\n  ${lines.join('\n  ')}`);
});

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself just now
  }
}

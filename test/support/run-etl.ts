/** Runs the built CLI as a user would: a process of its own, its exit code, what it printed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import type { RunEnd, RunEvent } from '../../src/coordinator/events.js';
import { canaryIn } from './canary.js';
import { filesIn, noteLeaks } from './leaks.js';

export interface EtlResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface EtlOptions {
  /** bin/run.js of another installation than this tree's. */
  readonly entry?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from standard input; default: nothing. */
  readonly input?: string;
  /** Sees the process while it runs. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Sees each complete line of stdout as it comes. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
}

const ownEntry = path.resolve('bin/run.js');
/** Runs that have not ended: a test that timed out leaves one behind. */
const running = new Set<ChildProcess>();
/** Where the runs of this test file keep their state: not where the user's are. */
const stateHome = mkdtempSync(path.join(tmpdir(), 'etl-state-'));
afterAll(() => {
  const kept = filesIn(stateHome).filter((file) => statSync(file).isFile());
  noteLeaks(
    'secret in',
    kept.filter((file) => canaryIn(readFileSync(file, 'utf8')) !== null),
  );
  rmSync(stateHome, { recursive: true, force: true });
});

/** Fails the test when a canary is in what was printed. */
export function runEtl(args: readonly string[], options: EtlOptions = {}): Promise<EtlResult> {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  const env = { PATH, HOME, TMPDIR, NO_COLOR: '1', XDG_STATE_HOME: stateHome, ...options.env };
  const child = spawn(process.execPath, [options.entry ?? ownEntry, ...args], {
    cwd: options.cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined).end(options.input ?? ''); // it may end without reading
  running.add(child);
  child.once('close', () => running.delete(child));
  options.onStart?.(child);
  let stdout = '';
  let stderr = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    lines.forEach((line) => options.onLine?.(line, child));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (canaryIn(stdout + stderr) === null) resolve({ code, signal, stdout, stderr });
      else reject(new Error(`a secret is in what this printed: etl ${args.join(' ')}\n${stdout}${stderr}`));
    });
  });
}

/** `etl run JOB --json …`: its events, and the last of them. Fails the test when there is no `end`. */
export async function runJobFile(
  args: readonly string[],
  options: EtlOptions = {},
): Promise<EtlResult & { readonly events: RunEvent[]; readonly end: RunEnd }> {
  const result = await runEtl(['run', ...args, '--json'], options);
  const events = result.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as RunEvent);
  const end = events.at(-1);
  if (end?.type !== 'end') throw new Error(`no end event. exit ${result.code}\n${result.stdout}\n${result.stderr}`);
  return { ...result, events, end };
}

/** A temporary directory of one test file; no staged file of a sink may be left in it. Call at the top level. */
export function testDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'etl-test-'));
  afterAll(() => {
    running.forEach((child) => child.kill('SIGKILL'));
    noteLeaks(
      'staged file',
      filesIn(directory).filter((file) => file.endsWith('.tmp')),
    );
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

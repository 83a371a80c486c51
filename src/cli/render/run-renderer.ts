/**
 * Who tells a person (or a program) how a run goes. All renderers take the same events, in order; the last is `end`.
 *
 * tty: a region that is redrawn, finished things scroll above it · plain: lines for a log · json: NDJSON on stdout ·
 * quiet: nothing unless the run fails.
 */
import type { RunEvent } from '../../coordinator/events.js';
import { painter, type Terminal } from '../terminal.js';
import { JsonRunRenderer } from './json-run-renderer.js';
import { PlainRunRenderer } from './plain-run-renderer.js';
import { QuietRunRenderer } from './quiet-run-renderer.js';
import { TtyRunRenderer } from './tty-run-renderer.js';

export interface RunRenderer {
  on(event: RunEvent): void;
}

export interface RunRendererOptions {
  readonly mode: 'text' | 'json' | 'quiet';
  readonly isVerbose: boolean;
  /** Where messages go. */
  readonly messages: Terminal;
  /** Where NDJSON goes. */
  readonly data: (text: string) => void;
  readonly version: string;
  /** The command that repeats the run. */
  readonly command: string;
  /** `03:03:41` of a time. */
  readonly clock: (timeMs: number) => string;
}

export interface TextRunOptions extends Omit<RunRendererOptions, 'mode' | 'data' | 'version'> {
  readonly paint: ReturnType<typeof painter>;
}

export function createRunRenderer(options: RunRendererOptions): RunRenderer {
  if (options.mode === 'json') return new JsonRunRenderer(options.data, options.version);
  const text: TextRunOptions = { ...options, paint: painter(options.messages) };
  if (options.mode === 'quiet') return new QuietRunRenderer(text);
  return options.messages.isInteractive ? new TtyRunRenderer(text) : new PlainRunRenderer(text);
}

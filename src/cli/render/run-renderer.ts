/**
 * Who tells a person (or a program) how a run goes. All renderers take the same events, in order; the last is `end`.
 *
 * tty: a region that is redrawn, finished things scroll above it · plain: lines for a log · json: NDJSON on stdout ·
 * quiet: nothing unless the run fails.
 */
import { painter } from '../terminal.js';
import { JsonRunRenderer } from './json-run-renderer.js';
import { PlainRunRenderer } from './plain-run-renderer.js';
import { QuietRunRenderer } from './quiet-run-renderer.js';
import type { RunRenderer, RunRendererOptions, TextRunOptions } from './run-renderer-options.js';
import { TtyRunRenderer } from './tty-run-renderer.js';

export function createRunRenderer(options: RunRendererOptions): RunRenderer {
  if (options.mode === 'json') return new JsonRunRenderer(options.data, options.version);
  const text: TextRunOptions = { ...options, paint: painter(options.messages) };
  if (options.mode === 'quiet') return new QuietRunRenderer(text);
  return options.messages.isInteractive ? new TtyRunRenderer(text) : new PlainRunRenderer(text);
}

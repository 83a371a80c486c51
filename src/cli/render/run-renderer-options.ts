/** What a renderer of a run is, and what it is given. */
import type { RunEvent } from '../../coordinator/events.js';
import type { Paint, Terminal } from '../terminal.js';

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
  /** Standard output is the terminal too: what is printed there would be drawn over. */
  readonly sharesTerminal: boolean;
  readonly version: string;
  /** The command that repeats the run. */
  readonly command: string;
  /** `03:03:41` of a time. */
  readonly clock: (timeMs: number) => string;
}

export interface TextRunOptions extends Omit<RunRendererOptions, 'mode' | 'data' | 'version'> {
  readonly paint: Paint;
}

/** Says nothing, unless the run ends other than well. */
import type { RunEvent } from '../../coordinator/events.js';
import { endLines } from './run-lines.js';
import type { TextRunOptions } from './run-renderer-options.js';

type Warning = Extract<RunEvent, { type: 'warn' | 'info' }>;

export class QuietRunRenderer {
  private readonly warnings: Warning[] = [];

  constructor(private readonly options: TextRunOptions) {}

  on(event: RunEvent): void {
    if (event.type === 'warn') this.warnings.push(event);
    if (event.type === 'end' && event.exit.code !== 0)
      this.options.messages.write(endLines(event, this.options, this.warnings));
  }
}

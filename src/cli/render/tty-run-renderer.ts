/**
 * A region at the bottom of the terminal that is drawn anew, at most ten times a second; what stays scrolls above it.
 *
 * Invariant: the region is the last `drawnLines` lines of the screen, none of them wrapped, and the cursor is below it. Each
 * change is one write, so that nothing is ever half drawn.
 */
import type { RunEvent } from '../../coordinator/events.js';
import { PlainRunRenderer } from './plain-run-renderer.js';
import { progressLines } from './progress-lines.js';
import { RateMeter } from './rate-meter.js';
import { endLines, messageLine, startLine } from './run-lines.js';
import type { TextRunOptions } from './run-renderer-options.js';

type Warning = Extract<RunEvent, { type: 'warn' | 'info' }>;
type Progress = Extract<RunEvent, { type: 'progress' }>;

const REDRAW_EVERY_MS = 100;

export class TtyRunRenderer {
  private readonly warnings: Warning[] = [];
  private readonly rates = new RateMeter();
  private latest: Progress | null = null;
  /** Rows go to the same terminal: no region then, but lines. */
  private lines: PlainRunRenderer | null = null;
  private drawnLines = 0;
  private drawnAtMs = -Infinity;

  constructor(private readonly options: TextRunOptions) {}

  on(event: RunEvent): void {
    if (event.type === 'start' && event.prints && this.options.sharesTerminal) {
      this.lines = new PlainRunRenderer(this.options, this.warnings);
    }
    if (this.lines === null) this.draw(event);
    else this.lines.on(event);
  }

  private draw(event: RunEvent): void {
    switch (event.type) {
      case 'start':
        return this.scroll(startLine(event, this.options.messages.columns));
      case 'job-state':
        return this.options.isVerbose ? this.scroll(`job ${event.from} → ${event.to}\n`) : undefined;
      case 'progress':
        return this.progress(event);
      case 'stage-finished':
        return; // the region shows it
      case 'info':
        return this.options.isVerbose ? this.scroll(messageLine(event, this.options)) : undefined;
      case 'warn':
        this.warnings.push(event);
        return this.scroll(messageLine(event, this.options));
      case 'end':
        this.rates.add(event.durationMs, event.stages);
        this.latest = this.latest === null ? null : { ...this.latest, stages: event.stages };
        this.scroll('');
        this.drawnLines = 0; // the last state of the region stays
        return this.options.messages.write(endLines(event, this.options, this.warnings));
      default:
        return event satisfies never;
    }
  }

  private progress(event: Progress): void {
    this.latest = event;
    this.rates.add(event.elapsedMs, event.stages);
    if (event.elapsedMs - this.drawnAtMs < REDRAW_EVERY_MS) return;
    this.drawnAtMs = event.elapsedMs;
    this.scroll('');
  }

  /** Writes `text` above the region, and the region as it is now. */
  private scroll(text: string): void {
    const { messages, paint } = this.options;
    const erase = this.drawnLines === 0 ? '' : `\x1b[${this.drawnLines}A\r\x1b[J`;
    const region =
      this.latest === null
        ? []
        : progressLines(
            { ...this.latest, rates: this.rates.rates() },
            { width: messages.columns, rows: messages.rows, paint },
          );
    this.drawnLines = region.length;
    messages.write(erase + text + region.map((line) => `${line}\n`).join(''));
  }
}

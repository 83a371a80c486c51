/**
 * A region at the bottom of the terminal that is drawn anew, at most ten times a second; what stays scrolls above it.
 *
 * Invariant: the region is the last lines of the screen, those of `drawn`, and the cursor is below it. None is wrapped when it is
 * drawn; a window made narrower since then has wrapped them. Each change is one write, so that nothing is ever half drawn.
 */
import type { RunEvent } from '../../coordinator/events.js';
import { PlainRunRenderer } from './plain-run-renderer.js';
import { textWidth } from '../../text/text-width.js';
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
  private drawn: readonly string[] = [];
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
      case 'superstep':
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
        this.drawn = []; // the last state of the region stays
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
    const height = this.drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(plainWidth(line) / messages.columns)),
      0,
    );
    const erase = height === 0 ? '' : `\x1b[${Math.min(height, messages.rows - 1)}A\r\x1b[J`;
    const region =
      this.latest === null
        ? []
        : progressLines(
            { ...this.latest, rates: this.rates.rates() },
            { width: messages.columns, rows: messages.rows, paint },
          );
    this.drawn = region;
    messages.write(erase + text + region.map((line) => `${line}\n`).join(''));
  }
}

/** Without the colours. */
function plainWidth(line: string): number {
  return textWidth(line.replace(/\x1b\[\d*m/g, ''));
}

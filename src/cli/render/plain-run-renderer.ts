/**
 * Lines for a log: start, progress each minute or each tenth of the work (but not within five seconds), finished stages,
 * warnings, the summary. No colour unless asked for, no carriage returns.
 */
import { formatBytes, formatCount } from '../../config/units.js';
import type { RunEvent, StageProgress } from '../../coordinator/events.js';
import { printable } from '../../text/printable.js';
import { endLines, messageLine, stageLine, startLine, superstepLine } from './run-lines.js';
import type { TextRunOptions } from './run-renderer-options.js';
import { bytesPair, percent, plural, rowsPerSecond, shortCount, stageFraction } from './run-text.js';

type Warning = Extract<RunEvent, { type: 'warn' | 'info' }>;

const LONGEST_SILENCE_MS = 60_000;
const SHORTEST_SILENCE_MS = 5000;

type Superstep = Extract<RunEvent, { type: 'superstep' }>;

export class PlainRunRenderer {
  private lastMs = 0;
  private lastTenth = 0;
  private lastSuperstepMs = 0;

  constructor(
    private readonly options: TextRunOptions,
    private readonly warnings: Warning[] = [],
  ) {}

  on(event: RunEvent): void {
    const { messages, isVerbose } = this.options;
    switch (event.type) {
      case 'start':
        return messages.write(startLine(event, Infinity));
      case 'job-state':
        return isVerbose ? messages.write(`job ${event.from} → ${event.to}\n`) : undefined;
      case 'progress':
        return this.progress(event);
      case 'stage-finished':
        return messages.write(stageLine(event.stage, this.options));
      case 'superstep':
        return this.superstep(event);
      case 'info':
        return isVerbose ? messages.write(messageLine(event, this.options)) : undefined;
      case 'warn':
        this.warnings.push(event);
        return messages.write(messageLine(event, this.options));
      case 'end':
        return messages.write(endLines(event, this.options, this.warnings));
      default:
        return event satisfies never;
    }
  }

  /** The last one, and of those before it what a long silence lets pass. */
  private superstep(event: Superstep): void {
    if (!event.isLast && event.timeMs - this.lastSuperstepMs < SHORTEST_SILENCE_MS) return;
    this.lastSuperstepMs = event.timeMs;
    this.options.messages.write(superstepLine(event));
  }

  private progress({ elapsedMs, stages, resources }: Extract<RunEvent, { type: 'progress' }>): void {
    const running = stages.filter((stage) => stage.splitsDone < stage.splitsTotal && stage.elapsedMs > 0);
    const done = stages.reduce((sum, stage) => sum + stageFraction(stage), 0) / Math.max(1, stages.length);
    const tenth = Math.floor(done * 10);
    const sinceMs = elapsedMs - this.lastMs;
    if (
      running.length === 0 ||
      sinceMs < SHORTEST_SILENCE_MS ||
      (sinceMs < LONGEST_SILENCE_MS && tenth <= this.lastTenth)
    )
      return;
    this.lastMs = elapsedMs;
    this.lastTenth = tenth;
    const memory = `memory ${bytesPair(resources.rssBytes, resources.budgetBytes, '/')} · spill ${resources.spillBytes === 0 ? '0' : formatBytes(resources.spillBytes)}`;
    running.forEach((stage, index) =>
      this.options.messages.write(`${progressText(stage)}${index === 0 ? ` · ${memory}` : ''}\n`),
    );
  }
}

function progressText(stage: StageProgress): string {
  const estimate = stage.rowEstimate === null ? '' : ` / ${shortCount(stage.rowEstimate)}`;
  return [
    `${printable(stage.name)}  ${percent(stageFraction(stage))}  ${formatCount(stage.read)}${estimate} rows`,
    `${formatCount(rowsPerSecond(stage.read, stage.elapsedMs))}/s`,
    ...(stage.superstep === undefined ? [] : [`superstep ${formatCount(stage.superstep)}`]),
    `${formatCount(stage.splitsDone)} of ${plural(stage.splitsTotal, 'split')}`,
    ...(stage.rejected > 0 ? [`${formatCount(stage.rejected)} rejected`] : []),
    ...(stage.retried > 0 ? [`${stage.retried} retried`] : []),
  ].join(' · ');
}

/** The lines that stay: start, warnings, finished stages, the end. The same words on a terminal and in a log. */
import { formatCount, formatDuration } from '../../config/units.js';
import type { RunEnd, RunEvent, StageProgress } from '../../coordinator/events.js';
import { printable } from '../../text/printable.js';
import { isCancelled, renderRunFailure, type FailureContext } from './run-failure.js';
import { renderRunSummary } from './run-summary.js';
import type { TextRunOptions } from './run-renderer-options.js';
import { plural } from './run-text.js';
import { truncate } from '../../text/text-width.js';

/** `users · 20261122-0300-users-7f3a · 4 slots`. */
export function startLine(event: Extract<RunEvent, { type: 'start' }>, width: number): string {
  const text = [printable(event.job), printable(event.runId), plural(event.slots, 'slot')].join(' · ');
  return `${truncate(text, width)}\n`;
}

/** `03:03:41 warn  split 9 attempt 1: source connection reset (ETL-4102)`. Never cut: it may be the only trace. */
export function messageLine(
  event: Extract<RunEvent, { type: 'warn' | 'info' }>,
  { clock, paint }: TextRunOptions,
): string {
  const level = event.type === 'warn' ? paint('yellow', 'warn') : 'info';
  return `${clock(event.timeMs)} ${level}  ${printable(event.message)}${event.code === undefined ? '' : ` (${event.code})`}\n`;
}

/** `✓ users  12,400,299 rows written in 30.1s · 12 rejected`. */
export function stageLine(stage: StageProgress, { paint }: TextRunOptions): string {
  const parts = [
    `${printable(stage.name)}  ${formatCount(stage.written)} rows written in ${formatDuration(stage.elapsedMs)}`,
    stage.rejected > 0 ? `${formatCount(stage.rejected)} rejected` : '',
    stage.retried > 0 ? `${stage.retried} retried` : '',
  ];
  return `${paint('green', '✓')} ${parts.filter((part) => part !== '').join(' · ')}\n`;
}

/** `ranks  superstep 3 of at most 20, 1,200 rows`. */
export function superstepLine(event: Extract<RunEvent, { type: 'superstep' }>): string {
  const { iteration, superstep, maxIterations, rows, isLast } = event;
  const number = isLast
    ? `ended with superstep ${formatCount(superstep)}`
    : `superstep ${formatCount(superstep)} of at most ${formatCount(maxIterations)}`;
  return `${printable(iteration)}  ${number}, ${plural(rows, 'row')}\n`;
}

/** Summary of a run that is complete, whether its exit is 0 or not (rejected rows); else why it is not. */
export function endLines(end: RunEnd, options: TextRunOptions, warnings: FailureContext['warnings']): string {
  const { messages, paint, command } = options;
  if (end.skipped === true) return '';
  const isComplete = end.error === null;
  if (!isComplete)
    return renderRunFailure(end, { command, warnings: isCancelled(end) ? [] : warnings }, messages.columns, paint);
  const summary = renderRunSummary(end, messages.columns, paint);
  if (end.exit.code === 0) return summary;
  return `${summary}${paint('red', 'FAILED')} ${printable(end.job)} · exit ${end.exit.code} (${end.exit.name}): ${exitReason(end)}\n`;
}

function exitReason(end: RunEnd): string {
  if (end.exit.name === 'rejects')
    return `${formatCount(end.rows.rejected)} rows were rejected, and --fail-on-rejects is set`;
  return end.balance ? 'the run is complete' : 'the counters do not balance';
}

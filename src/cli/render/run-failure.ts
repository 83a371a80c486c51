/**
 * The last word of a run that did not succeed: cause, place, what is done already, what to do next.
 *
 *     FAILED users · exit 69 (unavailable) after 4m02s
 *       cause   ETL-4205 Redis 127.0.0.1:6379 refused writes for 5m00s
 *       where   stage users → sink cache; 13 of 24 splits are complete
 *       done    read 7,560,112, written 7,560,100, rejected 12 rows in complete splits
 *       log     ~/.local/state/etl/runs/20261122-0300-users-7f3a/log.ndjson
 *       next    free memory or raise maxmemory, then:   etl run jobs/users.yaml
 */
import { formatCount, formatDuration } from '../../config/units.js';
import type { RunEnd } from '../../coordinator/events.js';
import type { ErrorData } from '../../errors/etl-error.js';
import type { Paint } from '../terminal.js';
import { printable } from '../../text/printable.js';
import { wrapText } from '../../text/text-width.js';

export interface FailureContext {
  /** The command that repeats the run. */
  readonly command: string;
  /** Warnings of the run, oldest first. */
  readonly warnings: readonly { readonly code?: string; readonly message: string }[];
}

export function renderRunFailure(
  end: RunEnd,
  { command, warnings }: FailureContext,
  width: number,
  paint: Paint,
): string {
  const word = isCancelled(end) ? 'CANCELLED' : 'FAILED';
  const head = `${word} ${printable(end.job)} · exit ${end.exit.code} (${end.exit.name}) after ${formatDuration(end.durationMs)}`;
  const rows: [string, string][] = [];
  if (end.error !== null) rows.push(['cause', `${end.error.code} ${printable(end.error.message)}`]);
  rows.push(['where', whereText(end)], ['done', doneText(end)]);
  for (const group of groupWarnings(warnings)) rows.push(['warned', group]);
  const [first, ...more] = wrapText(head, Math.max(20, width));
  const painted = first!.replace(word, paint(isCancelled(end) ? 'yellow' : 'red', word));
  const lines = [painted, ...more, ...rows.flatMap(([name, text]) => labelled(name, text, width))];
  if (end.logFile !== null && !isCancelled(end)) lines.push(`  log     ${printable(end.logFile)}`); // whole, to be copied
  lines.push(...labelled('next', nextText(end.error, command), width));
  return `${lines.join('\n')}\n`;
}

/** By a signal: nobody needs to be told why. */
export function isCancelled({ exit }: RunEnd): boolean {
  return exit.name === 'cancelled' || exit.name === 'terminated';
}

function whereText({ error, stages }: RunEnd): string {
  const done = stages.reduce((sum, stage) => sum + stage.splitsDone, 0);
  const total = stages.reduce((sum, stage) => sum + stage.splitsTotal, 0);
  const splits = `${formatCount(done)} of ${formatCount(total)} splits are complete`;
  const at = error?.at;
  const place =
    at?.file === undefined ? undefined : `${at.file}${at.line === undefined ? '' : `:${at.line}:${at.column ?? 1}`}`;
  return [at?.what, place, splits]
    .filter((part) => part !== undefined)
    .map(printable)
    .join('; ');
}

function doneText({ rows }: RunEnd): string {
  return `read ${formatCount(rows.read)}, written ${formatCount(rows.written)}, filtered ${formatCount(rows.filtered)}, rejected ${formatCount(rows.rejected)} rows in complete splits`;
}

function nextText(error: ErrorData | null, command: string): string {
  if (error?.hint === undefined) return command;
  return `${printable(error.hint)}, then:   ${command}`;
}

/** `3 × ETL-4102 split 9 attempt 1: source connection reset`: the first of each code speaks for all, at most five codes. */
function groupWarnings(warnings: FailureContext['warnings']): string[] {
  const groups = new Map<string, { count: number; message: string }>();
  for (const { code, message } of warnings) {
    const group = groups.get(code ?? message);
    if (group === undefined)
      groups.set(code ?? message, {
        count: 1,
        message: `${code === undefined ? '' : `${code} `}${printable(message)}`,
      });
    else group.count++;
  }
  return [...groups.values()].slice(0, 5).map(({ count, message }) => `${formatCount(count)} × ${message}`);
}

function labelled(name: string, text: string, width: number): string[] {
  const lines = wrapText(text, Math.max(20, width - 10));
  return lines.map((line, index) => (index === 0 ? `  ${name.padEnd(8)}${line}` : `${' '.repeat(10)}${line}`));
}

/**
 * The moving part of a terminal: one line for a stage that is over or to come, two for one that runs, one for memory.
 *
 *     ✓ countries   243 rows                                         0.1s
 *     ▶ users       ███████████░░░░░░░  61%  7,560,112 / 12.4M   412,900/s   ETA 12s
 *                   15 of 24 splits · 1 retried · 12 rejected · waits on redis 71% ◀ bottleneck
 *     memory 1.2/1.7 GiB · spill 0
 *
 * No line is wider than the terminal, and there are never more lines than it has: a wrapped line could not be redrawn.
 * What does not fit is left out from the right, counts of trouble last.
 */
import { formatBytes, formatCount, formatDuration } from '../../config/units.js';
import type { Resources, StageProgress } from '../../coordinator/events.js';
import type { Paint } from '../terminal.js';
import { printable } from '../../text/printable.js';
import { bottleneck, bytesPair, percent, shortCount, stageFraction } from './run-text.js';
import { padEnd, padStart, textWidth, truncate } from '../../text/text-width.js';

export interface ProgressView {
  readonly stages: readonly StageProgress[];
  readonly resources: Resources | null;
  /** Rows a second of late, by vertex. */
  readonly rates: ReadonlyMap<string, number>;
}

export interface ProgressSpace {
  readonly width: number;
  readonly rows: number;
  readonly paint: Paint;
}

export function progressLines(view: ProgressView, { width, rows, paint }: ProgressSpace): string[] {
  const nameWidth = Math.min(
    Math.max(5, ...view.stages.map((stage) => textWidth(printable(stage.name)))),
    Math.floor(width * 0.3),
    40,
  );
  const blocks = view.stages.map((stage) =>
    stageLines(stage, view.rates.get(stage.vertex) ?? 0, nameWidth, width, paint),
  );
  const shown: string[] = [];
  const room = Math.max(1, rows - 3);
  let hidden = 0;
  for (const block of mostRelevantFirst(view.stages, blocks, room)) {
    if (block === null) hidden++;
    else shown.push(...block);
  }
  if (hidden > 0) shown.push(truncate(`  … ${hidden} more stages`, width));
  if (view.resources !== null) shown.push(memoryLine(view.resources, width, paint));
  return shown;
}

/** The blocks in their order, with null for those that have no room: running ones keep theirs, finished ones go first. */
function mostRelevantFirst(
  stages: readonly StageProgress[],
  blocks: readonly string[][],
  room: number,
): (string[] | null)[] {
  const rank = (index: number) => (isRunning(stages[index]) ? 0 : isOver(stages[index]) ? 2 : 1);
  const order = blocks.map((_, index) => index).sort((a, b) => rank(a) - rank(b) || a - b);
  const kept = new Set<number>();
  let left = room;
  for (const index of order) {
    if (blocks[index].length > left) break;
    left -= blocks[index].length;
    kept.add(index);
  }
  return blocks.map((block, index) => (kept.has(index) ? block : null));
}

function stageLines(stage: StageProgress, rate: number, nameWidth: number, width: number, paint: Paint): string[] {
  const name = padEnd(truncate(printable(stage.name), nameWidth), nameWidth);
  if (isOver(stage)) {
    const left = `${name}   ${formatCount(stage.written)} rows`;
    const time = formatDuration(stage.elapsedMs);
    const gap = Math.min(width, 72) - 4 - textWidth(left) - time.length;
    const line = gap > 0 ? `${left}${' '.repeat(gap)}${time}` : truncate(left, width - 4);
    return [`  ${paint('green', '✓')} ${line}`];
  }
  if (!isRunning(stage)) return [`  · ${truncate(`${name}   waits`, width - 4)}`];
  return [`  ${paint('cyan', '▶')} ${barLine(stage, rate, name, width - 4)}`, ...troubleLine(stage, nameWidth, width)];
}

function barLine(stage: StageProgress, rate: number, name: string, width: number): string {
  const fraction = stageFraction(stage);
  const estimate = stage.rowEstimate === null ? '' : ` / ${shortCount(stage.rowEstimate)}`;
  const parts = [padStart(percent(fraction), 4), `${formatCount(stage.read)}${estimate}`, `${formatCount(rate)}/s`];
  const left = remainingMs(stage, rate, fraction);
  if (left !== null) parts.push(`ETA ${formatDuration(left).replace(/\.\ds$/, 's')}`);
  while (parts.length > 1 && textWidth(name) + 3 + textWidth(parts.join('   ')) > width) parts.pop();
  const text = parts.join('   ');
  const room = width - textWidth(name) - 3 - textWidth(text) - 2;
  const barWidth = Math.min(18, room);
  return truncate(`${name}   ${barWidth < 5 ? '' : `${bar(fraction, barWidth)}  `}${text}`, width);
}

/** In the order shown; a higher rank is left out sooner. */
function troubleLine(stage: StageProgress, nameWidth: number, width: number): string[] {
  const limit = bottleneck(stage.waits);
  let parts = [
    { rank: 2, text: stage.superstep === undefined ? '' : `superstep ${formatCount(stage.superstep)}` },
    { rank: 2, text: `${formatCount(stage.splitsDone)} of ${formatCount(stage.splitsTotal)} splits` },
    { rank: 1, text: stage.retried > 0 ? `${stage.retried} retried` : '' },
    { rank: 0, text: stage.rejected > 0 ? `${formatCount(stage.rejected)} rejected` : '' },
    { rank: 3, text: limit === null ? '' : `waits on ${printable(limit.node)} ${percent(limit.share)}` },
  ].filter((part) => part.text !== '');
  const sign = limit !== null && limit.share >= 0.5 ? ' ◀ bottleneck' : '';
  const text = () => parts.map((part) => part.text).join(' · ');
  const aligned = `${' '.repeat(nameWidth + 7)}${text()}${sign}`;
  if (textWidth(aligned) <= width) return [aligned];
  if (textWidth(text() + sign) + 6 <= width) return [`      ${text()}${sign}`];
  for (let rank = 3; rank > 0 && textWidth(text()) + 6 > width; rank--)
    parts = parts.filter((part) => part.rank !== rank);
  return parts.length === 0 ? [] : [truncate(`      ${text()}`, width)];
}

function memoryLine(resources: Resources, width: number, paint: Paint): string {
  const spill = resources.spillBytes === 0 ? '0' : formatBytes(resources.spillBytes);
  return paint(
    'dim',
    truncate(`  memory ${bytesPair(resources.rssBytes, resources.budgetBytes, '/')} · spill ${spill}`, width),
  );
}

function remainingMs(stage: StageProgress, rate: number, fraction: number): number | null {
  if (stage.elapsedMs < 2000 || fraction <= 0) return null;
  if (stage.rowEstimate !== null && rate > 0 && stage.rowEstimate > stage.read)
    return ((stage.rowEstimate - stage.read) / rate) * 1000;
  return (stage.elapsedMs * (1 - fraction)) / fraction;
}

function bar(fraction: number, width: number): string {
  const full = Math.floor(fraction * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

function isOver(stage: StageProgress): boolean {
  return stage.splitsDone >= stage.splitsTotal && stage.splitsRunning === 0;
}

function isRunning(stage: StageProgress): boolean {
  return !isOver(stage) && (stage.splitsRunning > 0 || stage.splitsDone > 0 || stage.elapsedMs > 0);
}

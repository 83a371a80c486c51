/**
 * What a person reads when a run is over: rows by stage, whether they balance, what was rejected, what held it up.
 *
 *     stage   read         filtered   rejected   written      time    rows/s    spill   retries
 *     users   12,400,311   0          12         12,400,299   30.1s   411,970   0       1
 *     balance ok · effectively once (idempotent)
 *
 * Where the table is too wide, columns that hold only zeros go first; if that is not enough, each stage becomes a block.
 */
import { formatBytes, formatCount, formatDuration } from '../../config/units.js';
import type { RunEnd, StageProgress } from '../../coordinator/events.js';
import type { Paint } from '../terminal.js';
import { printable } from '../../text/printable.js';
import { bottleneck, bytesPair, percent, rowsPerSecond } from './run-text.js';
import { padEnd, textWidth, truncate, wrapText } from '../../text/text-width.js';

export function renderRunSummary(end: RunEnd, width: number, paint: Paint): string {
  const lines = [
    ...stageTable(end, width),
    ...wrapped(balanceText(end), width, end.balance ? undefined : (text) => paint('red', text)),
  ];
  if (end.rejects.length > 0) lines.push(...wrapped(rejectText(end), width, (text) => paint('yellow', text)));
  for (const [step, named] of Object.entries(end.accumulators))
    lines.push(...wrapped(accumulatorText(step, named), width));
  lines.push(...wrapped(limitText(end), width));
  return `${lines.join('\n')}\n`;
}

const columns: readonly (readonly [name: string, cell: (stage: StageProgress, end: RunEnd) => string])[] = [
  ['stage', (stage) => printable(stage.name)],
  ['read', (stage) => formatCount(stage.read)],
  ['filtered', (stage) => formatCount(stage.filtered)],
  ['rejected', (stage) => formatCount(stage.rejected)],
  ['written', (stage) => formatCount(stage.written)],
  ['time', (stage) => formatDuration(stage.elapsedMs)],
  ['rows/s', (stage) => formatCount(rowsPerSecond(stage.read, stage.elapsedMs))],
  ['spill', (stage, end) => shortBytes(stage.spillBytes ?? (end.stages.length === 1 ? end.spillBytes : 0))],
  ['retries', (stage) => formatCount(stage.retried)],
];

function stageTable(end: RunEnd, width: number): string[] {
  const cells = columns.map(([name, cell]) => [name, ...end.stages.map((stage) => cell(stage, end))]);
  const spare = cells.filter(
    ([name, ...values]) => !(['spill', 'retries', 'filtered'].includes(name) && values.every((value) => value === '0')),
  );
  for (const [shown, gap] of [
    [cells, 3],
    [cells, 2],
    [spare, 2],
  ] as const) {
    const widths = shown.map((column) => Math.max(...column.map(textWidth)));
    const total = widths.reduce((sum, columnWidth) => sum + columnWidth + gap, -gap);
    if (total <= width) {
      return shown[0].map((_, row) =>
        shown
          .map((column, index) => padEnd(column[row], widths[index] + gap))
          .join('')
          .trimEnd(),
      );
    }
  }
  return end.stages.flatMap((_, row) =>
    cells.map((column) =>
      truncate(`${column === cells[0] ? '' : '  '}${padEnd(column[0], 10)}${column[row + 1]}`, width),
    ),
  );
}

function balanceText({ balance, sinks, edges }: RunEnd): string {
  if (!balance) {
    const broken = edges
      .filter((edge) => edge.sent !== edge.received)
      .map((edge) => `${edge.from} sent ${formatCount(edge.sent)}, ${edge.to} got ${formatCount(edge.received)}`);
    return `balance BROKEN: rows were lost or doubled${broken.length > 0 ? ` (${broken.map(printable).join('; ')})` : ''}`;
  }
  const promises = [...new Set(Object.values(sinks).map((sink) => promise(sink.effect, sink.commit)))];
  return ['balance ok', ...promises].join(' · ');
}

function promise(effect: string, commit: string): string {
  if (commit === 'atomic') return `effectively once (${effect === 'at-least-once' ? '' : `${effect}, `}atomic)`;
  return effect === 'at-least-once' ? 'at least once' : `effectively once (${effect})`;
}

function rejectText({ rejects, rows }: RunEnd): string {
  const most = [...rejects].sort((a, b) => b.count - a.count).slice(0, 5);
  const listed = most.map(({ code, message, count }) => `${formatCount(count)} × ${code} ${printable(message)}`);
  const more = rejects.length > most.length ? `, and ${rejects.length - most.length} other kinds` : '';
  return `${formatCount(rows.rejected)} rejected: ${listed.join(', ')}${more}`;
}

function accumulatorText(step: string, named: RunEnd['accumulators'][string]): string {
  return `${printable(step)} counted ${Object.entries(named)
    .map(([name, one]) => `${printable(name)} ${valueText(one)}`)
    .join(' · ')}`;
}

function valueText(one: RunEnd['accumulators'][string][string]): string {
  switch (one.kind) {
    case 'counter':
      return one.value;
    case 'average':
      return one.count === 0 ? 'none' : String(one.sum / one.count);
    case 'histogram': {
      const most = Object.entries(one.counts).sort(([, a], [, b]) => b - a);
      const shown = most.slice(0, 5).map(([value, count]) => `${printable(value)} ${formatCount(count)}×`);
      return `${shown.join(', ')}${most.length > 5 ? ` and ${most.length - 5} more` : ''}`;
    }
    case 'list': {
      const shown = one.values.slice(0, 5).map((value) => printable(String(value)));
      return `${shown.join(', ')}${one.values.length > 5 ? ` and ${one.values.length - 5} more` : ''}`;
    }
    default:
      return String(one.value);
  }
}

function limitText(end: RunEnd): string {
  const slowest = end.stages.reduce<StageProgress | null>(
    (most, stage) => (most === null || stage.elapsedMs > most.elapsedMs ? stage : most),
    null,
  );
  const limit = slowest === null ? null : bottleneck(slowest.waits);
  const limited =
    limit === null ? 'limited by: cpu' : `limited by: ${printable(limit.node)} (${percent(limit.share)} of slot time)`;
  return `${limited} · peak memory ${bytesPair(end.peakRssBytes, end.budgetBytes, ' of ')} · ${formatDuration(end.durationMs)}`;
}

function shortBytes(bytes: number): string {
  return bytes === 0 ? '0' : formatBytes(bytes);
}

function wrapped(text: string, width: number, paint: (line: string) => string = (line) => line): string[] {
  return wrapText(text, Math.max(20, width)).map(paint);
}

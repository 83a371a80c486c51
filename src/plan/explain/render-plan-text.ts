/**
 * `etl explain` as text: the plan at each stage, from the job as written to the splits that will be read.
 *
 * No parameters of connectors are printed, they may hold credentials; statements come from the connectors without secrets.
 */
import { formatBytes, formatCount } from '../../config/units.js';
import { renderSplit, splitBoundText } from '../../split/render-split.js';
import type { SplitPlan } from '../../split/split.js';
import { splitCount } from '../../split/split-at.js';
import type { SortKey } from '../../columnar/sort-key.js';
import type { ExchangeInput, ExchangeOutput, RejectPolicy, SourceDescriptor } from '../../protocol/task.js';
import type { ExecutionPlan, ExecutionVertex, SourceSummary } from '../execution-plan.js';
import { listSplits } from './list-splits.js';
import { columnWords, renderGraph } from './render-graph.js';
import { wrapText, wrapWords } from './wrap-text.js';

export type ExplainStage = 'logical' | 'rewrites' | 'job' | 'execution';

/** Bytes by name, in the order to print: what each slot process gets. */
export type SlotMemory = Readonly<Record<string, number>>;

export interface ExplainOptions {
  readonly width: number;
  /** Default: all. */
  readonly stages?: readonly ExplainStage[];
  readonly memory?: SlotMemory;
  /** Only ASCII, whatever the plan's own names hold. */
  readonly ascii?: boolean;
}

const FIRST_SPLITS = 8;

export function renderPlanText(plan: ExecutionPlan, options: ExplainOptions): string {
  const { width, stages = ['logical', 'rewrites', 'job', 'execution'], memory, ascii = false } = options;
  const sections: readonly (readonly string[])[] = stages.map((stage) => renderStage(plan, stage, width));
  const all = [...sections, ...(memory === undefined || !stages.includes('execution') ? [] : [renderMemory(memory)])];
  const text = all
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
  return ascii ? toAscii(text) : text;
}

function renderStage(plan: ExecutionPlan, stage: ExplainStage, width: number): readonly string[] {
  switch (stage) {
    case 'logical':
      return ['logical', ...indented(renderGraph(plan.logical, width - 2), 2)];
    case 'rewrites':
      return plan.rewrites.flatMap(({ rule, graph }, i) => [
        ...(i === 0 ? ['rewrites'] : ['']),
        `  ${i + 1} ${rule}`,
        ...indented(renderGraph(graph, width - 4), 4),
      ]);
    case 'job':
      return [
        'job',
        ...plan.job.vertices.flatMap((vertex) => [
          ...wrapText(vertex.name, width, `  ${vertex.id}  ×${vertex.parallelism}  `, '      '),
          ...Object.entries(vertex.strategies).flatMap(([id, how]) => wrapText(how, width, `    ${id}: `, '      ')),
        ]),
        ...plan.job.edges.map(
          ({ from, to, ship, feedback }) =>
            `  ${from} → ${to}  ${ship}${feedback === undefined ? '' : ', for the next superstep'}`,
        ),
      ];
    case 'execution':
      return [
        `execution of ${plan.jobName} on ${countOf(plan.parallelism, 'slot')}`,
        ...renderVertices(plan, width),
        ...renderSinks(plan, width),
      ];
    default:
      return stage satisfies never;
  }
}

function renderVertices(plan: ExecutionPlan, width: number): readonly string[] {
  return plan.vertices.flatMap((vertex) => {
    const { descriptor, parallelism, splits } = vertex;
    const { id, name, inputs, outputs, onReject } = descriptor;
    return [
      ...wrapText(name, width, `  ${id}  ×${parallelism}  `, '      '),
      ...inputs.flatMap((input) =>
        input.kind === 'source'
          ? renderSource(plan.sources[input.id], vertex, input, width)
          : renderExchange('reads', input, width),
      ),
      ...entry('splits', describeSplits(splits), width),
      ...renderSplits(splits),
      ...outputs.flatMap((output) => renderExchange('leaves', output, width)),
      ...entry('on reject', describePolicy(onReject), width),
      ...inputs.flatMap((input) => (plan.sources[input.id]?.notes ?? []).flatMap((note) => entry('note', note, width))),
    ];
  });
}

function renderSource(
  summary: SourceSummary,
  vertex: ExecutionVertex,
  { schema }: SourceDescriptor,
  width: number,
): readonly string[] {
  return [
    ...entry('source', `${summary.connector}, ${consistencies[summary.consistency]}${estimate(vertex)}`, width),
    ...wrapWords(columnWords(schema), width, '    columns   ', ' '.repeat(14)),
    ...(summary.sql ?? '')
      .split('\n')
      .flatMap((line, i) => (line.trim() === '' ? [] : entry(i === 0 ? 'sql' : '', line, width))),
  ];
}

/** What goes through files: `reads by_country#0, HASH(country)`. */
function renderExchange(verb: string, exchange: ExchangeInput | ExchangeOutput, width: number): readonly string[] {
  const { id, ship, schema, order } = exchange;
  const names = (keys: readonly SortKey[]): string =>
    keys.map(({ column, descending }) => `${schema.fields[column].name}${descending ? ' DESC' : ''}`).join(', ');
  const by =
    ship.kind === 'HASH' || ship.kind === 'CUSTOM'
      ? `(${ship.columns.map((column) => schema.fields[column].name).join(', ')})`
      : ship.kind === 'RANGE'
        ? `(${names(ship.keys)})`
        : '';
  const sorted = order.length === 0 ? '' : `, sorted by ${names(order)}`;
  return [
    ...entry(verb, `${id}, ${ship.kind}${by}${sorted}`, width),
    ...wrapWords(columnWords(schema), width, '    columns   ', ' '.repeat(14)),
  ];
}

function entry(name: string, text: string, width: number): readonly string[] {
  return wrapText(text, width, `    ${name.padEnd(9)} `, ' '.repeat(14));
}

const consistencies: Readonly<Record<ExecutionPlan['sources'][string]['consistency'], string>> = {
  'run-snapshot': 'one snapshot for the run',
  'split-snapshot': 'a snapshot for each split',
  live: 'as it is when it is read',
};

function estimate({ rowEstimate }: ExecutionVertex): string {
  return rowEstimate === null ? '' : `, about ${formatCount(rowEstimate)} ${rowEstimate === 1 ? 'row' : 'rows'}`;
}

export function describeSplits(plan: SplitPlan): string {
  const count = splitCount(plan);
  const number = `${String(count).replace(/\B(?=(\d{3})+$)/gu, ',')}`;
  switch (plan.strategy) {
    case 'none':
      return `1, not cut: ${plan.reason}`;
    case 'partitions':
      return `${number}, one for each partition`;
    case 'values':
      if (plan.column === undefined) return `${number}, one for each item`;
      return `${number}, by values of ${plan.column}, and one for all others`;
    case 'hash':
      return `${number}, by a hash of ${plan.column}; each reads all rows to find its own`;
    case 'ctid':
      return `${number}, by blocks of the table: ${plan.blocks} in steps of ${plan.blocksPerSplit}`;
    case 'range':
    case 'percentile': {
      const bound = (text: string): string => splitBoundText(plan.valueKind, text);
      const how = plan.strategy === 'range' ? 'equal ranges' : 'percentiles';
      return `${number}, ${how} of ${plan.column}, ${bound(plan.min)} to ${bound(plan.max)}${plan.nulls ? ', and its NULLs' : ''}`;
    }
    default:
      return plan satisfies never;
  }
}

function renderSplits(plan: SplitPlan): readonly string[] {
  if (plan.strategy === 'none' || plan.strategy === 'partitions') return [];
  const { count, first, last } = listSplits(plan, FIRST_SPLITS);
  const digits = String(count - 1n).length;
  const line = (index: bigint, text: string): string => `${' '.repeat(14)}${String(index).padStart(digits)}  ${text}`;
  const lines = first.map((split) => line(BigInt(split.index), renderSplit(plan, split)));
  if (last === null) return lines;
  const hidden = count - BigInt(first.length) - 1n;
  return [
    ...lines,
    ...(hidden > 0n ? [`${' '.repeat(14)}${'…'.padStart(digits)}`] : []),
    line(count - 1n, renderSplit(plan, last)),
  ];
}

function renderSinks(plan: ExecutionPlan, width: number): readonly string[] {
  return Object.entries(plan.sinks).flatMap(([id, sink]) => {
    const descriptor = plan.vertices
      .flatMap((vertex) => vertex.descriptor.sinks)
      .find((candidate) => candidate.id === id)!;
    return [
      `  ${id}  sink`,
      ...entry(
        'sink',
        `${sink.connector}, ${sink.effect}, commits ${sink.commit === 'batch' ? 'batch by batch' : 'all at the end'}`,
        width,
      ),
      ...entry('writes', sink.description, width),
      ...entry('on reject', describePolicy(descriptor.onReject), width),
      ...(descriptor.rowsPerSecond === null
        ? []
        : entry(
            'rate',
            `at most ${formatCount(Math.round(descriptor.rowsPerSecond * plan.parallelism))} rows a second`,
            width,
          )),
      ...sink.notes.flatMap((note) => entry('note', note, width)),
    ];
  });
}

function describePolicy(policy: RejectPolicy): string {
  if (policy.kind === 'fail') return 'the run fails';
  const limits = [
    ...(policy.maxRows === null ? [] : [`${formatCount(policy.maxRows)} rows`]),
    ...(policy.maxRatio === null ? [] : [`${policy.maxRatio * 100}%`]),
  ];
  const what = policy.kind === 'skip' ? 'the row is skipped' : `the row goes to ${policy.path}`;
  return limits.length === 0 ? what : `${what}, up to ${limits.join(' or ')}`;
}

function renderMemory(memory: SlotMemory): readonly string[] {
  const names = Object.keys(memory);
  const wide = Math.max(...names.map((name) => name.length));
  return ['memory per slot', ...names.map((name) => `  ${name.padEnd(wide)}  ${formatBytes(memory[name])}`)];
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function indented(lines: readonly string[], by: number): readonly string[] {
  return lines.map((line) => `${' '.repeat(by)}${line}`);
}

const asciiFor: Readonly<Record<string, string>> = {
  '└': '`',
  '├': '|',
  '│': '|',
  '─': '-',
  '→': '->',
  '×': 'x',
  '…': '...',
};

function toAscii(text: string): string {
  return text.replace(/[└├│─→×…]/gu, (glyph) => asciiFor[glyph]).replace(/[^\n\x20-\x7e]/gu, '?');
}

/**
 * Events of a run in short words, for golden scripts: `progress at=30.1s users read=7560112 of=12400311 splits=15/24 running=4`.
 *
 * A word without `=` begins the next stage; `written` is what is left of `read` unless it is given.
 */
import type { RunEnd, RunEvent, StageProgress } from '../../src/coordinator/events.js';
import { exitCodes, type ExitName } from '../../src/errors/code-entry.js';
import type { ErrorCode } from '../../src/errors/registry.js';
import { parseDuration, parseSize } from '../../src/config/units.js';

type Words = ReadonlyMap<string, string>;

const GIB = 1024 ** 3;

export function parseEvent(line: string): RunEvent {
  const [type, ...rest] = line.match(/(?:[^\s"]|"[^"]*")+/g)!.map((word) => word.replaceAll('"', ''));
  const split = rest.findIndex((word) => !word.includes('='));
  const words = wordsOf(split < 0 ? rest : rest.slice(0, split));
  const stages = split < 0 ? [] : stagesOf(rest.slice(split), milliseconds(words, 'at'));
  const timeMs = Date.UTC(2026, 10, 22, 3, 3, 41);
  switch (type) {
    case 'start':
      return {
        type,
        runId: '20261122-0300-users-7f3a',
        job: unescaped(words.get('job') ?? 'users'),
        logFile: null,
        slots: Number(words.get('slots') ?? 4),
        prints: words.get('prints') === 'yes',
        logicalTimeMs: timeMs,
        stages: [],
        budgetBytes: 1.7 * GIB,
      };
    case 'progress':
      return {
        type,
        elapsedMs: milliseconds(words, 'at'),
        stages,
        resources: {
          rssBytes: 1.2 * GIB,
          peakRssBytes: 1.2 * GIB,
          budgetBytes: 1.7 * GIB,
          spillBytes: parseSize(words.get('spill') ?? '0'),
        },
      };
    case 'stage-finished':
      return { type, stage: stages[0] };
    case 'warn':
    case 'info':
      return {
        type,
        timeMs,
        message: unescaped(words.get('message')!),
        ...(words.has('code') && { code: words.get('code')! }),
      };
    case 'end':
      return endEvent(words, stages);
    default:
      throw new Error(`no such event: ${type}`);
  }
}

function endEvent(words: Words, stages: readonly StageProgress[]): RunEnd {
  const name = (words.get('exit') ?? 'ok') as ExitName;
  const total = (field: 'read' | 'filtered' | 'rejected' | 'written') =>
    stages.reduce((sum, stage) => sum + stage[field], 0);
  const rejects = (words.get('rejects') ?? '').split(';').filter((part) => part !== '');
  return {
    type: 'end',
    runId: '20261122-0300-users-7f3a',
    job: words.get('job') ?? 'users',
    exit: { code: exitCodes[name], name },
    rows: { read: total('read'), filtered: total('filtered'), rejected: total('rejected'), written: total('written') },
    balance: words.get('balance') !== 'no',
    durationMs: milliseconds(words, 'at'),
    peakRssBytes: 1.2 * GIB,
    budgetBytes: 1.7 * GIB,
    spillBytes: parseSize(words.get('spill') ?? '0'),
    stages,
    edges:
      words.get('balance') === 'no' ? [{ vertex: 'users', from: 'select', to: 'redis', sent: 100, received: 99 }] : [],
    rejects: rejects.map((part) => {
      const [count, code, ...message] = part.split(' ');
      return { count: Number(count), code, message: unescaped(message.join(' ')) };
    }),
    sinks: { cache: { effect: words.get('effect') ?? 'idempotent', commit: words.get('commit') ?? 'batch' } },
    error: !words.has('code')
      ? null
      : {
          code: words.get('code') as ErrorCode,
          message: unescaped(words.get('message')!),
          ...(words.has('hint') && { hint: words.get('hint')! }),
          ...(words.has('where') && { at: { what: words.get('where')! } }),
        },
    accumulators: {},
    logFile: words.get('log') ?? null,
  };
}

function stagesOf(words: readonly string[], atMs: number): StageProgress[] {
  const starts = words.flatMap((word, index) => (word.includes('=') ? [] : [index]));
  return starts.map((start, index) => {
    const own = wordsOf(words.slice(start + 1, starts[index + 1] ?? words.length));
    const [splitsDone, splitsTotal] = (own.get('splits') ?? '0/1').split('/').map(Number);
    const count = (name: string) => Number(own.get(name) ?? 0);
    const waits = [...own]
      .filter(([name]) => name.startsWith('waits.'))
      .map(([name, share]) => [name.slice(6), Number(share)]);
    return {
      vertex: words[start],
      name: unescaped(own.get('name') ?? words[start]),
      rowEstimate: own.has('of') ? count('of') : null,
      read: count('read'),
      filtered: count('filtered'),
      rejected: count('rejected'),
      written: own.has('written') ? count('written') : count('read') - count('filtered') - count('rejected'),
      splitsDone,
      splitsTotal,
      splitsRunning: count('running'),
      retried: count('retried'),
      elapsedMs: own.has('took') ? milliseconds(own, 'took') : atMs,
      waits: Object.fromEntries(waits) as Record<string, number>,
    };
  });
}

function wordsOf(words: readonly string[]): Words {
  return new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const));
}

function milliseconds(words: Words, name: string): number {
  return parseDuration(words.get(name) ?? '0');
}

/** `\e`, `\n` and `\u{…}` in a script stand for the characters themselves. */
function unescaped(text: string): string {
  return text
    .replaceAll('\\e', '\x1b')
    .replaceAll('\\n', '\n')
    .replace(/\\u\{([0-9a-f]+)\}/g, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)));
}

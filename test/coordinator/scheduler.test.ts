/** The scheduler's golden scripts: events in, actions out, no process anywhere. */
import type { AttemptId, Committable } from '../../src/connectors/connector.js';
import type { ErrorData } from '../../src/errors/etl-error.js';
import type { ErrorCode } from '../../src/errors/registry.js';
import { createScheduler, step } from '../../src/coordinator/scheduler.js';
import type {
  PlannedVertex,
  RestartStrategy,
  SchedulerAction,
  SchedulerEvent,
  SchedulerState,
  SlotState,
} from '../../src/coordinator/scheduler-state.js';
import { goldenSessions } from '../support/golden.js';

goldenSessions('test/coordinator/scheduler', () => {
  let state: SchedulerState | null = null;
  return {
    run: (command, args, input) => {
      if (command === 'plan') {
        state = createScheduler(parsePlan(args, input));
        return '';
      }
      const { state: next, actions } = step(state!, parseEvent(command, args));
      state = next;
      return [...actions.map(renderAction), `= ${next.job}: ${next.slots.map(renderSlot).join(', ')}`].join('\n');
    },
  };
});

/** `plan 2` or `plan 2 none` or `plan 2 fixed-delay 3`, then a line a vertex: `v parallelism splits sinks [after:v,w] [limit=rows …]`;
 * among the sinks `>e` is an exchange that it writes. */
function parsePlan(
  [slots, type = 'fixed-delay', attempts = '3']: readonly string[],
  input: string,
): SchedulerState['plan'] {
  const limits: Record<string, number> = {};
  const lines = input.split('\n');
  const isIteration = (line: string): boolean => line.startsWith('iterate ');
  const iterations = lines.filter(isIteration).map(parseIteration);
  const vertices = lines
    .filter((line) => !isIteration(line))
    .map((line): PlannedVertex => {
      const [id, parallelism, splits, sinks, ...rest] = line.split(' ') as [
        string,
        string,
        string,
        string,
        ...string[],
      ];
      const after = rest.find((word) => word.startsWith('after:'));
      const own = rest.filter((word) => word !== after).map((pair) => pair.split('=') as [string, string]);
      for (const [limit, rows] of own) limits[limit] = Number(rows);
      const names = own.map(([limit]) => limit);
      return {
        id,
        parallelism: Number(parallelism),
        splitCount: Number(splits),
        sequential: names.length > 0,
        after: after === undefined ? [] : after.slice('after:'.length).split(','),
        limits: names,
        exhaustedBy: names,
        sinks: sinks.split(',').filter((sink) => !sink.startsWith('>')),
        outputs: sinks.split(',').flatMap((sink) => (sink.startsWith('>') ? [sink.slice(1)] : [])),
      };
    });
  const restart = { type, attempts: Number(attempts), delayMs: 1000 } as RestartStrategy;
  return { vertices, iterations, limits, slots: Number(slots), restart };
}

/** `iterate id most v,w from->to[,from->to] [rows|empty exchange]`. */
function parseIteration(line: string): SchedulerState['plan']['iterations'][number] {
  const [, id, most, vertices, feedback, when, exchange] = line.split(' ') as string[];
  return {
    id: id!,
    maxIterations: Number(most),
    vertices: vertices!.split(','),
    feedback: feedback!.split(',').map((pair) => {
      const [from, to] = pair.split('->') as [string, string];
      return { from, to };
    }),
    stop: when === undefined ? null : { when: when as 'rows' | 'empty', exchange: exchange! },
  };
}

function parseEvent(command: string, args: readonly string[]): SchedulerEvent {
  const slot = Number(args[0]);
  switch (command) {
    case 'start':
      return { type: 'start' };
    case 'ready':
      return { type: 'slot-ready', slot };
    case 'lost':
      return args[1] === 'heap'
        ? { type: 'slot-lost', slot, error: error('ETL-6007', 'out of heap'), killed: false }
        : { type: 'slot-lost', slot, error: error('ETL-6001', 'slot died'), killed: args[1] === 'killed' };
    case 'running':
      return { type: 'task-running', slot, id: parseId(args[1]!) };
    case 'finished':
      return {
        type: 'task-finished',
        slot,
        id: parseId(args[1]!),
        limited: Object.fromEntries(
          args.slice(2).flatMap((arg) => (arg.includes('=') ? [[arg.split('=')[0]!, Number(arg.split('=')[1])]] : [])),
        ),
        committables: committablesOf(args[1]!, args.slice(2)),
      };
    case 'failed':
      return {
        type: 'task-failed',
        slot,
        id: parseId(args[1]!),
        error: error(args[2] as ErrorCode, 'it failed'),
        lostPart: args[3] === 'lost' ? parseId(args[4]!) : null,
      };
    case 'canceled':
      return { type: 'task-canceled', slot, id: parseId(args[1]!) };
    case 'due':
      return { type: 'restart-due', vertex: args[0]!, split: Number(args[1]) };
    case 'rested':
      return { type: 'slot-rested', slot };
    case 'sink-finished':
      return {
        type: 'sink-finished',
        slot,
        sink: args[1]!,
        error: args[2] === undefined ? null : error(args[2] as ErrorCode, 'cannot'),
      };
    case 'cancel':
      return { type: 'cancel', error: error('ETL-6003', 'cancelled by SIGINT') };
    case 'fail':
      return { type: 'fail', error: error('ETL-5002', 'too many rejects') };
    default:
      throw new Error(`no such command: ${command}`);
  }
}

/** `staged`: something for the sink `out`; `>e`, `>e:5`: a part of the exchange e, of one row or five. */
function committablesOf(id: string, words: readonly string[]): Record<string, Committable> {
  const exchanges = words.flatMap((word) => {
    if (!word.startsWith('>')) return [];
    const [exchange, rows = '1'] = word.slice(1).split(':') as [string, string?];
    return [[exchange, { ...parseId(id), file: { path: `${exchange} ${id}`, rows: Number(rows), bytes: 8 } }]];
  });
  return { out: words.includes('staged') ? id : null, ...Object.fromEntries(exchanges) } as Record<string, Committable>;
}

function error(code: ErrorCode, message: string): ErrorData {
  return { code, message };
}

/** `v/3.2`: split 3 of vertex v, attempt 2. */
function parseId(text: string): AttemptId {
  const [, vertex, split, attempt] = /^(.+)\/(\d+)\.(\d+)$/.exec(text)!;
  return { vertex: vertex!, split: Number(split), attempt: Number(attempt) };
}

function renderId({ vertex, split, attempt }: AttemptId): string {
  return `${vertex}/${split}.${attempt}`;
}

function renderAction(action: SchedulerAction): string {
  switch (action.type) {
    case 'start-slot':
      return `start-slot ${action.slot}`;
    case 'deploy': {
      const limits = Object.entries(action.limits).map(([id, rows]) => ` ${id}=${rows}`);
      return `deploy ${renderId(action.id)} on ${action.slot}${limits.join('')}${action.halved ? ' in half batches' : ''}`;
    }
    case 'cancel-task':
      return `cancel-task ${renderId(action.id)} on ${action.slot}`;
    case 'schedule-restart':
      return `schedule-restart ${action.vertex}/${action.split} in ${action.delayMs} ms`;
    case 'rest-slot':
      return `rest-slot ${action.slot} for ${action.delayMs} ms`;
    case 'release-parts':
      return `release ${action.parts.map((part) => renderId(part)).join(', ')} of ${action.slot}`;
    case 'superstep': {
      const { iteration, superstep, rows, isLast, isConverged } = action;
      const end = isConverged ? ', converged' : isLast ? ', the last' : '';
      return `superstep ${superstep} of ${iteration}: ${rows} rows${end}`;
    }
    case 'forget-split':
      return `forget ${action.vertex}/${action.split}`;
    case 'finish-sink':
      return `${action.action} sink ${action.sink} on ${action.slot}`;
    case 'job-state':
      return `job ${action.from} -> ${action.to}`;
    case 'task-state':
      return `task ${renderId(action.id)} ${action.to}`;
    case 'end':
      return `end ${action.state}${action.error === null ? '' : ` ${action.error.code} ${action.error.message} [${action.error.at?.what ?? ''}]`}`;
  }
}

function renderSlot(slot: SlotState): string {
  if (slot.kind === 'busy') return `${renderId(slot.task)} ${slot.task.state}`;
  return slot.kind === 'finishing' ? `finishing ${slot.sink}` : slot.kind;
}

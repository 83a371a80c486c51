/**
 * Runs a plan in this process: split by split as the scheduler says, by the slot's own code over real memory pools and
 * spill files. Slots have tests of their own; this one is for what operators compute.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultSettings } from '../../../src/config/settings.js';
import type { Connector } from '../../../src/connectors/connector.js';
import { buildSchedulerPlan } from '../../../src/coordinator/build-scheduler-plan.js';
import { exchangeImbalances } from '../../../src/coordinator/exchange-balance.js';
import { createScheduler, step } from '../../../src/coordinator/scheduler.js';
import type { SchedulerAction, SchedulerEvent, SchedulerState } from '../../../src/coordinator/scheduler-state.js';
import { imbalances, VertexTotals } from '../../../src/coordinator/totals.js';
import { MemoryPool } from '../../../src/memory/memory-pool.js';
import { buildPlan } from '../../../src/plan/build-plan.js';
import { leastManagedBytes } from '../../../src/plan/check-memory.js';
import type { ExecutionPlan } from '../../../src/plan/execution-plan.js';
import type { ExchangePart } from '../../../src/protocol/task.js';
import { openVertex, type OpenSinks, type OpenVertex } from '../../../src/slot/open-vertex.js';
import { runTask } from '../../../src/slot/run-task.js';
import type { SlotScope } from '../../../src/slot/slot-scope.js';
import { loadJob } from '../../../src/spec/load-job.js';
import type { RunFile } from '../../../src/spill/run-file.js';
import { SpillSpace } from '../../../src/spill/spill-space.js';
import { splitAt, splitCount } from '../../../src/split/split-at.js';
import { connectors as allConnectors } from '../../../src/connectors/registry.js';
import { rowsConnector, type TestTable, type TextRow } from './rows-connector.js';

export interface EngineMode {
  /** More where the plan needs more at the least, unless it `isTight`. */
  readonly managedBytes: number;
  readonly isTight?: true;
  /** Every reservation is refused its growth once in each cycle. */
  readonly forceSpill: boolean;
  /** Most rows of a batch, of sources and operators. */
  readonly batchRows: number;
  readonly parallelism: number;
}

/** The modes in which every operator must give the same rows. */
export const modes: Readonly<Record<string, EngineMode>> = {
  normal: { managedBytes: 64 << 20, forceSpill: false, batchRows: 8192, parallelism: 2 },
  'force-spill': { managedBytes: 64 << 20, forceSpill: true, batchRows: 8192, parallelism: 2 },
  'one-row-batches': { managedBytes: 64 << 20, forceSpill: false, batchRows: 1, parallelism: 2 },
  'one-slot': { managedBytes: 64 << 20, forceSpill: false, batchRows: 8192, parallelism: 1 },
  'many-slots': { managedBytes: 64 << 20, forceSpill: false, batchRows: 8192, parallelism: 7 },
};

export interface EngineResult {
  readonly plan: ExecutionPlan;
  /** By sink: the rows of its tasks, in the order of their numbers. */
  readonly sinks: Readonly<Record<string, readonly TextRow[]>>;
  readonly spilledBytes: number;
}

/** @param job a job file without its `name` */
export async function runRows(
  job: string,
  tables: Readonly<Record<string, TestTable>>,
  mode: EngineMode,
  env: Readonly<Record<string, string>> = {},
): Promise<EngineResult> {
  const written = new Map<string, Map<number, TextRow[]>>();
  const connectors = { ...allConnectors, rows: rowsConnector({ tables, batchRows: mode.batchRows, written }) };
  const plan = await planRows(job, connectors, mode, env);
  const directory = mkdtempSync(path.join(tmpdir(), 'etl-engine-'));
  const spill = new SpillSpace({
    runId: 'run',
    slot: 0,
    ownerPid: process.pid,
    directories: [directory],
    maxBytes: null,
    compression: mode.forceSpill ? 'lz4' : 'none',
  });
  // A plan that needs more is refused before it runs.
  const managed = new MemoryPool(Math.max(mode.managedBytes, mode.isTight === true ? 0 : leastManagedBytes(plan)), {
    refuseFirstGrow: mode.forceSpill,
  });
  const network = new MemoryPool(8 << 20, { kind: 'network' });
  try {
    await runVertices(plan, {
      context: {
        settings: defaultSettings,
        runId: 'run',
        slot: 0,
        logicalTimeMs: 0,
        baseDir: process.cwd(),
        mainPid: process.pid,
        networkBytes: 1 << 20,
        log: () => undefined,
      },
      resources: { managed, network, spill, batchRows: mode.batchRows },
      connectors,
    });
    const held = managed.usedBytes + network.usedBytes;
    if (held !== 0) throw new Error(`${held} bytes are still reserved`);
    const sinks = [...written].map(([id, splits]): [string, TextRow[]] => [
      id,
      [...splits].sort(([a], [b]) => a - b).flatMap(([, rows]) => rows),
    ]);
    return { plan, sinks: Object.fromEntries(sinks), spilledBytes: spill.peakBytes };
  } finally {
    spill.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

type Connectors = Readonly<Record<string, Connector>>;

async function planRows(
  job: string,
  connectors: Connectors,
  { parallelism }: EngineMode,
  env: Readonly<Record<string, string>>,
): Promise<ExecutionPlan> {
  const document = await loadJob('job.yaml', {
    text: `name: test\n${job}\n`,
    params: {},
    env,
    connectors,
  });
  const context = { settings: defaultSettings, runId: 'run', baseDir: process.cwd() };
  const catalog = {
    source: async (type: string) => (await connectors[type].planSource!()).open(null, context),
    sink: (type: string) => connectors[type].planSink!(),
    lookup: (type: string) => connectors[type].planLookup!(),
  };
  return buildPlan({ document, context, catalog, parallelism, logicalTimeMs: 0 });
}

/** One slot, without a process: does what the scheduler says, one action after another. */
async function runVertices(plan: ExecutionPlan, scope: SlotScope): Promise<void> {
  const isInIteration = (id: string): boolean => plan.iterations.some(({ vertices }) => vertices.includes(id));
  const runs = new Map<string, VertexRun>();
  for (const vertex of plan.vertices) {
    const { descriptor } = vertex;
    const sinks: OpenSinks = new Map();
    const open = await openVertex({ type: 'vertex', vertex: descriptor, subtask: 0, committed: {} }, sinks, scope);
    runs.set(descriptor.id, { open, totals: new VertexTotals(vertex, isInIteration(descriptor.id) ? 1 : null) });
  }
  const events: SchedulerEvent[] = [{ type: 'start' }];
  let state = createScheduler({ ...buildSchedulerPlan(plan, defaultSettings), slots: 1 });
  for (let event = events.shift(); event !== undefined; event = events.shift()) {
    const next = step(state, event);
    state = next.state;
    for (const action of next.actions) {
      if (action.type === 'start-slot') events.push({ type: 'slot-ready', slot: 0 });
      else if (action.type === 'finish-sink')
        events.push({ type: 'sink-finished', slot: 0, sink: action.sink, error: null });
      else if (action.type === 'release-parts')
        for (const { file } of action.parts) scope.resources.spill.remove(file as unknown as RunFile);
      else if (action.type === 'superstep' && !action.isLast) {
        const { vertices } = plan.iterations.find(({ id }) => id === action.iteration)!;
        for (const id of vertices) runs.get(id)!.totals.nextSuperstep();
      } else if (action.type === 'deploy') events.push(await runSplit(runs, action, state.committables, scope));
    }
  }
  for (const { open } of runs.values()) {
    await open.source?.close();
    for (const operator of open.operators) await operator.release?.();
    for (const sink of open.sinks) await sink.writer.close();
  }
  const settled = [...runs.values()].map(({ totals }) => ({
    ...totals.vertex,
    counters: totals.withRunning([]).counters,
    earlier: totals.earlier,
    superstep: totals.superstep,
  }));
  const problems = [
    ...settled.flatMap((one) => imbalances(one.descriptor, one.counters)),
    ...exchangeImbalances(settled, plan.iterations),
  ];
  if (problems.length > 0) throw new Error(`the counters do not balance: ${problems.join('; ')}`);
}

interface VertexRun {
  readonly open: OpenVertex;
  readonly totals: VertexTotals;
}

async function runSplit(
  runs: ReadonlyMap<string, VertexRun>,
  { id, limits }: Extract<SchedulerAction, { type: 'deploy' }>,
  committables: SchedulerState['committables'],
  scope: SlotScope,
): Promise<SchedulerEvent> {
  const { open, totals } = runs.get(id.vertex)!;
  const { descriptor, splits } = totals.vertex;
  const partsOf = (exchange: string): ExchangePart[] =>
    committables.flatMap((one) => (one.sink === exchange ? (one.committables as unknown as ExchangePart[]) : []));
  const task = {
    id,
    split: splitAt(splits, id.split),
    splitCount: Number(splitCount(splits)),
    parts: Object.fromEntries(descriptor.inputs.map((input) => [input.id, partsOf(input.id)])),
    snapshot: null,
    limits,
    sourceLimit: null,
    halved: false,
  };
  const result = await runTask(open, task, new AbortController().signal, scope.resources).done;
  totals.finish(id.split, result);
  return { type: 'task-finished', slot: 0, id, limited: result.limited, committables: result.committables };
}

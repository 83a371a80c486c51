/**
 * Runs a plan in this process: every vertex in order, every split of it, by the slot's own code over real memory pools and
 * spill files. Slots and the scheduler have tests of their own; this one is for what operators compute.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultSettings } from '../../../src/config/settings.js';
import type { AttemptId, Connector } from '../../../src/connectors/connector.js';
import { exchangeImbalances } from '../../../src/coordinator/exchange-balance.js';
import { imbalances, VertexTotals } from '../../../src/coordinator/totals.js';
import { MemoryPool } from '../../../src/memory/memory-pool.js';
import { buildPlan } from '../../../src/plan/build-plan.js';
import type { ExecutionPlan } from '../../../src/plan/execution-plan.js';
import type { ExchangePart } from '../../../src/protocol/task.js';
import { openVertex, type OpenSinks } from '../../../src/slot/open-vertex.js';
import { runTask } from '../../../src/slot/run-task.js';
import type { SlotScope } from '../../../src/slot/slot-scope.js';
import { loadJob } from '../../../src/spec/load-job.js';
import { SpillSpace } from '../../../src/spill/spill-space.js';
import { splitAt, splitCount } from '../../../src/split/split-at.js';
import { rowsConnector, type TestTable, type TextRow } from './rows-connector.js';

export interface EngineMode {
  readonly managedBytes: number;
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
): Promise<EngineResult> {
  const written = new Map<string, Map<number, TextRow[]>>();
  const connector = rowsConnector({ tables, batchRows: mode.batchRows, written });
  const plan = await planRows(job, connector, mode);
  const directory = mkdtempSync(path.join(tmpdir(), 'etl-engine-'));
  const spill = new SpillSpace({
    runId: 'run',
    slot: 0,
    ownerPid: process.pid,
    directories: [directory],
    maxBytes: null,
  });
  const managed = new MemoryPool(mode.managedBytes, { refuseFirstGrow: mode.forceSpill });
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
      connectors: { rows: connector },
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

async function planRows(job: string, connector: Connector, { parallelism }: EngineMode): Promise<ExecutionPlan> {
  const document = await loadJob('job.yaml', {
    text: `name: test\n${job}\n`,
    params: {},
    env: {},
    connectors: { rows: connector },
  });
  const context = { settings: defaultSettings, runId: 'run', baseDir: process.cwd() };
  const catalog = {
    source: async () => (await connector.planSource!()).open(null, context),
    sink: () => connector.planSink!(),
  };
  return buildPlan({ document, context, catalog, parallelism, logicalTimeMs: 0 });
}

async function runVertices({ vertices, limits }: ExecutionPlan, scope: SlotScope): Promise<void> {
  const parts = new Map<string, ExchangePart[]>();
  const left: Record<string, number> = { ...limits };
  const settled: {
    descriptor: VertexTotals['vertex']['descriptor'];
    splits: VertexTotals['vertex']['splits'];
    counters: ReturnType<VertexTotals['withRunning']>['counters'];
  }[] = [];
  for (const vertex of vertices) {
    const { descriptor, splits } = vertex;
    const totals = new VertexTotals(vertex);
    const openSinks: OpenSinks = new Map();
    const open = await openVertex({ type: 'vertex', vertex: descriptor, subtask: 0, committed: {} }, openSinks, scope);
    const count = Number(splitCount(splits));
    for (let split = 0; split < count; split++) {
      const id: AttemptId = { vertex: descriptor.id, split, attempt: 1 };
      const result = await runTask(
        open,
        {
          id,
          split: splitAt(splits, split),
          splitCount: count,
          parts: Object.fromEntries(descriptor.inputs.map((input) => [input.id, parts.get(input.id) ?? []])),
          snapshot: null,
          limits: left,
          sourceLimit: null,
          halved: false,
        },
        new AbortController().signal,
        scope.resources,
      ).done;
      totals.finish(split, result);
      for (const [limit, rows] of Object.entries(result.limited)) left[limit] -= rows;
      for (const { id: exchange } of descriptor.outputs) {
        const part = result.committables[exchange] as unknown as ExchangePart;
        parts.set(exchange, [...(parts.get(exchange) ?? []), part]);
      }
    }
    await open.source?.close();
    for (const sink of open.sinks) await sink.writer.close();
    settled.push({ descriptor, splits, counters: totals.withRunning([]).counters });
  }
  const problems = [
    ...settled.flatMap((one) => imbalances(one.descriptor, one.counters)),
    ...exchangeImbalances(settled),
  ];
  if (problems.length > 0) throw new Error(`the counters do not balance: ${problems.join('; ')}`);
}

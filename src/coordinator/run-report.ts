/** Keeps score of a run, and puts it into the words of `events.ts`. */
import { mergeAccumulators } from '../protocol/accumulators.js';
import type { AttemptId } from '../connectors/connector.js';
import { exitCodes, type ExitName } from '../errors/code-entry.js';
import { registry } from '../errors/registry.js';
import type { ErrorData } from '../errors/etl-error.js';
import type { ExecutionPlan } from '../plan/execution-plan.js';
import { splitCount } from '../split/split-at.js';
import type { TaskProgress, TaskResult } from '../protocol/messages.js';
import type { RejectCount, Resources, RowTotals, RunEnd, StageProgress } from './events.js';
import { exchangeEdges, exchangeImbalances } from './exchange-balance.js';
import { edgesOf, imbalances, mergeRejects, runTotals, stageTotals, VertexTotals } from './totals.js';

/** What a slot said last. */
export interface SlotReading {
  readonly vertex: string | null;
  readonly progress: TaskProgress | null;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

export class RunReport {
  readonly vertices: ReadonlyMap<string, VertexTotals>;
  rejects: readonly RejectCount[] = [];
  private readonly readings = new Map<number, SlotReading>();
  /** Highest peak of any process in each slot: their sum never understates the run's. */
  private readonly peaks = new Map<number, number>();

  constructor(
    private readonly plan: ExecutionPlan,
    private readonly budgetBytes: number,
    private readonly startedMs: number,
    private readonly now: () => number,
    private readonly ownRss: () => { readonly rssBytes: number; readonly peakRssBytes: number },
  ) {
    const isInIteration = (id: string): boolean => plan.iterations.some(({ vertices }) => vertices.includes(id));
    this.vertices = new Map(
      plan.vertices.map((vertex) => {
        const { id } = vertex.descriptor;
        return [id, new VertexTotals(vertex, isInIteration(id) ? 1 : null)];
      }),
    );
  }

  read(slot: number, reading: SlotReading): void {
    this.readings.set(slot, reading);
    this.peaks.set(slot, Math.max(this.peaks.get(slot) ?? 0, reading.peakRssBytes));
  }

  forget(slot: number): void {
    this.readings.delete(slot);
  }

  started(vertex: string): void {
    this.vertices.get(vertex)!.startedMs ??= this.now();
  }

  /** @returns the vertex's progress when this was its last split; never of one in an iteration. */
  finished(slot: number, { vertex, split }: AttemptId, result: TaskResult): StageProgress | null {
    const totals = this.vertices.get(vertex)!;
    totals.finish(split, result);
    this.rejects = mergeRejects(this.rejects, result.rejects);
    const reading = this.readings.get(slot);
    if (reading !== undefined) this.readings.set(slot, { ...reading, vertex: null, progress: null });
    if (totals.splitsDone < Number(splitCount(totals.vertex.splits))) return null;
    totals.finishedMs = this.now();
    return totals.superstep === null ? this.stage(vertex) : null;
  }

  /** The split runs again, though it had finished. */
  forgetSplit(vertex: string, split: number): void {
    this.vertices.get(vertex)!.forget(split);
  }

  /** The vertices of an iteration start over. */
  nextSuperstep(vertices: readonly string[]): void {
    for (const id of vertices) this.vertices.get(id)!.nextSuperstep();
  }

  stage(id: string): StageProgress {
    const totals = this.vertices.get(id)!;
    const { descriptor, parallelism, splits, rowEstimate } = totals.vertex;
    const running = [...this.readings.values()].filter((reading) => reading.vertex === id);
    const live = running.flatMap((reading) => (reading.progress === null ? [] : [reading.progress]));
    const { counters, waitedMs } = totals.withRunning(live);
    const elapsedMs = totals.startedMs === null ? 0 : (totals.finishedMs ?? this.now()) - totals.startedMs;
    const slotMs = Math.max(1, elapsedMs * Math.min(parallelism, Number(splitCount(splits))));
    return {
      vertex: id,
      name: descriptor.name,
      rowEstimate,
      ...stageTotals(descriptor, counters),
      splitsDone: totals.splitsDone,
      splitsTotal: Number(splitCount(splits)),
      splitsRunning: running.length,
      ...(totals.superstep !== null && { superstep: totals.superstep }),
      spillBytes: totals.spillBytes,
      retried: totals.retried,
      elapsedMs: Math.round(elapsedMs),
      waits: Object.fromEntries(
        Object.entries(waitedMs).flatMap(([node, ms]) => (ms > 0 ? [[node, Math.min(1, ms / slotMs)]] : [])),
      ),
    };
  }

  stages(): StageProgress[] {
    return [...this.vertices.keys()].map((id) => this.stage(id));
  }

  resources(): Resources {
    const own = this.ownRss();
    return {
      rssBytes: [...this.readings.values()].reduce((sum, reading) => sum + reading.rssBytes, own.rssBytes),
      peakRssBytes: [...this.peaks.values()].reduce((sum, peak) => sum + peak, own.peakRssBytes),
      budgetBytes: this.budgetBytes,
      spillBytes: this.spillBytes,
    };
  }

  /** Of finished tasks. */
  private get spillBytes(): number {
    return [...this.vertices.values()].reduce((sum, totals) => sum + totals.spillBytes, 0);
  }

  /** The last word. A broken balance of a run that thought itself finished is our bug, and says so. */
  end(runId: string, error: ErrorData | null, logFile: string | null): RunEnd {
    const stages = this.stages();
    const settled = [...this.vertices.values()].map((totals) => ({
      descriptor: totals.vertex.descriptor,
      splits: totals.vertex.splits,
      counters: totals.withRunning([]).counters,
      earlier: totals.earlier,
      superstep: totals.superstep,
    }));
    const { iterations } = this.plan;
    const problems = [
      ...settled.flatMap(({ descriptor, counters }) => imbalances(descriptor, counters)),
      ...(error === null ? exchangeImbalances(settled, iterations) : []),
    ];
    const broken: ErrorData | null =
      problems.length === 0
        ? null
        : { code: 'ETL-9002', message: `the counters do not balance: ${problems.join('; ')}` };
    const final = error ?? broken;
    const name: ExitName = final === null ? 'ok' : registry[final.code].kind;
    return {
      type: 'end',
      runId,
      job: this.plan.jobName,
      exit: { code: exitCodes[name], name },
      rows: settled.map(({ descriptor, counters }) => runTotals(descriptor, counters)).reduce(addRows, noRows),
      balance: broken === null,
      durationMs: Math.round(this.now() - this.startedMs),
      peakRssBytes: this.resources().peakRssBytes,
      budgetBytes: this.budgetBytes,
      spillBytes: this.spillBytes,
      stages,
      edges: [
        ...settled.flatMap(({ descriptor, counters }) => edgesOf(descriptor, counters)),
        ...exchangeEdges(settled, iterations),
      ],
      rejects: this.rejects,
      sinks: Object.fromEntries(
        Object.entries(this.plan.sinks).map(([id, { effect, commit }]) => [id, { effect, commit }]),
      ),
      accumulators: mergeAccumulators([...this.vertices.values()].map((totals) => totals.accumulators())),
      error: final,
      logFile,
    };
  }
}

const noRows: RowTotals = { read: 0, filtered: 0, rejected: 0, written: 0 };

function plus(key: 'added' | 'merged', a: RowTotals, b: RowTotals): Partial<RowTotals> {
  const sum = (a[key] ?? 0) + (b[key] ?? 0);
  return sum === 0 ? {} : { [key]: sum };
}

function addRows(a: RowTotals, b: RowTotals): RowTotals {
  return {
    read: a.read + b.read,
    filtered: a.filtered + b.filtered,
    rejected: a.rejected + b.rejected,
    written: a.written + b.written,
    ...plus('added', a, b),
    ...plus('merged', a, b),
  };
}

/**
 * What a run tells its audience: plain data, one event after another. Renderers and `--json` print them; nothing else
 * leaves the coordinator while it works. The first is `start`, the last is `end`.
 */
import type { Accumulators } from '../protocol/accumulators.js';
import type { ExitName } from '../errors/code-entry.js';
import type { ErrorData } from '../errors/etl-error.js';
import type { JobState } from './scheduler-state.js';

export interface RowTotals {
  readonly read: number;
  readonly filtered: number;
  readonly rejected: number;
  /** To sinks; of a stage also to exchanges. */
  readonly written: number;
  /** Rows made beyond those read (flatMap, join), and rows that went into others (groups, pairs); absent where there are none. */
  readonly added?: number;
  readonly merged?: number;
}

/** One stage (vertex of the JobGraph) at a moment. */
export interface StageProgress extends RowTotals {
  readonly vertex: string;
  readonly name: string;
  readonly rowEstimate: number | null;
  readonly splitsDone: number;
  readonly splitsTotal: number;
  readonly splitsRunning: number;
  /** Attempts that failed and were repeated. */
  readonly retried: number;
  /** Milliseconds since the stage started. */
  readonly elapsedMs: number;
  readonly spillBytes?: number;
  /** Of a stage in an iteration: the one that runs or, at the end, the last. Its splits are those of this superstep, its rows of all. */
  readonly superstep?: number;
  /** Share of its slots' time spent waiting, by node id (`redis` 0.71): the largest is the bottleneck. */
  readonly waits: Readonly<Record<string, number>>;
}

export interface Resources {
  /** Resident memory of all processes of the run, now and at its highest. */
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  /** What `etl memory` printed: TaskManager total process memory. */
  readonly budgetBytes: number;
  readonly spillBytes: number;
}

/** Rows over one edge: `sent` by `from`, `received` by `to`. Of an exchange `vertex` is the one that reads it. */
export interface EdgeBalance {
  readonly vertex: string;
  readonly from: string;
  readonly to: string;
  readonly sent: number;
  readonly received: number;
}

export interface RejectCount {
  readonly code: string;
  readonly message: string;
  readonly count: number;
}

export type RunEvent =
  | {
      readonly type: 'start';
      readonly runId: string;
      readonly job: string;
      /** Everything the run says, with stack traces; null when there is none. */
      readonly logFile: string | null;
      readonly slots: number;
      /** Rows go to standard output. */
      readonly prints: boolean;
      readonly logicalTimeMs: number;
      readonly stages: readonly {
        readonly vertex: string;
        readonly name: string;
        readonly splits: number;
        readonly rowEstimate: number | null;
      }[];
      readonly budgetBytes: number;
    }
  | { readonly type: 'job-state'; readonly from: JobState; readonly to: JobState }
  | {
      readonly type: 'progress';
      readonly elapsedMs: number;
      readonly stages: readonly StageProgress[];
      readonly resources: Resources;
    }
  | { readonly type: 'stage-finished'; readonly stage: StageProgress }
  /** One has ended; `rows`: of its result, or of the next workset. */
  | {
      readonly type: 'superstep';
      readonly iteration: string;
      readonly superstep: number;
      readonly maxIterations: number;
      readonly rows: number;
      readonly isLast: boolean;
      readonly timeMs: number;
    }
  | { readonly type: 'warn' | 'info'; readonly code?: string; readonly message: string; readonly timeMs: number }
  | RunEnd;

export interface RunEnd {
  readonly type: 'end';
  readonly runId: string;
  readonly job: string;
  readonly exit: { readonly code: number; readonly name: ExitName };
  readonly rows: RowTotals;
  readonly balance: boolean;
  readonly durationMs: number;
  readonly peakRssBytes: number;
  readonly budgetBytes: number;
  readonly spillBytes: number;
  readonly stages: readonly StageProgress[];
  readonly edges: readonly EdgeBalance[];
  readonly rejects: readonly RejectCount[];
  /** Effect class and durability of each sink, by id. */
  readonly sinks: Readonly<Record<string, { readonly effect: string; readonly commit: string }>>;
  /** What functions of the job have counted up, by step and name. */
  readonly accumulators: Accumulators;
  readonly error: ErrorData | null;
  /** Another run of the job was active, and this one was not to wait or fail for it. */
  readonly skipped?: true;
  /** Everything the run said, with stack traces; null when there is none. */
  readonly logFile: string | null;
}

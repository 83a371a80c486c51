/**
 * What the scheduler knows, and the words it exchanges with the world. Plain data; states are Flink's.
 *
 * A *task* here is one attempt of one split of one vertex. Splits that were never started or are finished are only
 * counted, so the state stays as small as the number of slots plus the splits that wait for a restart.
 */
import type { AttemptId, Committable } from '../connectors/connector.js';
import type { ErrorData } from '../errors/etl-error.js';
import type { Iteration } from '../plan/execution-plan.js';
import type { ExchangePart, SubtaskCommittables } from '../protocol/task.js';

/** Flink's JobStatus, less the states that need a cluster. */
export type JobState =
  'CREATED' | 'RUNNING' | 'RESTARTING' | 'FAILING' | 'CANCELLING' | 'FAILED' | 'CANCELED' | 'FINISHED';

/** Flink's ExecutionState. */
export type TaskState =
  'CREATED' | 'SCHEDULED' | 'DEPLOYING' | 'RUNNING' | 'FINISHED' | 'CANCELING' | 'CANCELED' | 'FAILED';

export interface RestartStrategy {
  readonly type: 'none' | 'fixed-delay';
  /** Restarts of one split. */
  readonly attempts: number;
  readonly delayMs: number;
}

/** What is to be scheduled. */
export interface SchedulerPlan {
  readonly vertices: readonly PlannedVertex[];
  readonly iterations: readonly Iteration[];
  readonly limits: Readonly<Record<string, number>>;
  readonly slots: number;
  readonly restart: RestartStrategy;
}

export interface PlannedVertex {
  readonly id: string;
  readonly parallelism: number;
  readonly splitCount: number;
  readonly sequential: boolean;
  /** Vertices whose exchanges it reads: they must be done before it starts. */
  readonly after: readonly string[];
  /** Ids of all limits in the chain. */
  readonly limits: readonly string[];
  /** Limits that, used up all together, leave nothing of this vertex to do (empty: some path to a sink has no limit). */
  readonly exhaustedBy: readonly string[];
  /** Ids of its sinks; a sink of several vertices is committed once. */
  readonly sinks: readonly string[];
  /** Ids of the exchanges that it writes: their parts are committables under these ids. */
  readonly outputs: readonly string[];
}

export interface VertexProgress {
  /** Next split that was never started. */
  readonly next: number;
  readonly finished: number;
  /** Splits whose restart is due, oldest first. */
  readonly due: readonly Retry[];
  /** Splits that wait out their delay. */
  readonly waiting: readonly Retry[];
  /** How often a split had to be repeated because what it had left could not be read. */
  readonly regenerated: Readonly<Record<number, number>>;
  /** Number of the first attempt of a split; more than 1 behind the first superstep of an iteration. */
  readonly firstAttempt: number;
  /** The highest number of an attempt so far. */
  readonly lastAttempt: number;
}

export interface IterationProgress {
  /** The one that runs, from 1; at the end the last. */
  readonly superstep: number;
  readonly isOver: boolean;
}

/** A split on its way to an attempt. `kills` of the failures were a SIGKILL from outside. */
export interface Retry {
  readonly split: number;
  readonly attempt: number;
  readonly failures: number;
  readonly kills: number;
  /** An attempt ran out of the slot's heap: the next one gets its batches in halves. */
  readonly halved: boolean;
}

export interface RunningAttempt extends Retry {
  readonly vertex: string;
  readonly state: 'DEPLOYING' | 'RUNNING' | 'CANCELING';
}

export type SlotState =
  | { readonly kind: 'absent' }
  /** Could not be started a few times: not tried again. */
  | { readonly kind: 'unusable' }
  /** Alive, and given nothing for a while: the source has no connection for it. */
  | { readonly kind: 'resting' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'free' }
  | { readonly kind: 'busy'; readonly task: RunningAttempt }
  | { readonly kind: 'finishing'; readonly sink: string };

export interface SchedulerState {
  readonly plan: SchedulerPlan;
  readonly job: JobState;
  readonly vertices: Readonly<Record<string, VertexProgress>>;
  readonly iterations: Readonly<Record<string, IterationProgress>>;
  readonly slots: readonly SlotState[];
  /** Processes of each slot that died before they greeted, since the last one that did. */
  readonly failedStarts: readonly number[];
  /** Rows each limit may still let pass. */
  readonly limits: Readonly<Record<string, number>>;
  /** All failures of splits in this run, against the run's retry budget. */
  readonly failures: number;
  readonly committables: readonly SubtaskCommittables[];
  /** Sinks still to be committed or aborted, once no task runs any more; null before. */
  readonly finishing: {
    readonly action: 'commit' | 'abort';
    readonly sinks: readonly string[];
    readonly tries: number;
  } | null;
  /** What ends the run, when it is not success. */
  readonly error: ErrorData | null;
}

export type SchedulerEvent =
  | { readonly type: 'start' }
  | { readonly type: 'slot-ready'; readonly slot: number }
  | { readonly type: 'slot-lost'; readonly slot: number; readonly error: ErrorData; readonly killed: boolean }
  | { readonly type: 'task-running'; readonly slot: number; readonly id: AttemptId }
  | {
      readonly type: 'task-finished';
      readonly slot: number;
      readonly id: AttemptId;
      readonly limited: Readonly<Record<string, number>>;
      readonly committables: Readonly<Record<string, Committable>>;
    }
  | {
      readonly type: 'task-failed';
      readonly slot: number;
      readonly id: AttemptId;
      readonly error: ErrorData;
      /** What left the part of an exchange that could not be read, if that is why. */
      readonly lostPart: AttemptId | null;
    }
  | { readonly type: 'task-canceled'; readonly slot: number; readonly id: AttemptId }
  | { readonly type: 'restart-due'; readonly vertex: string; readonly split: number }
  | { readonly type: 'slot-rested'; readonly slot: number }
  | { readonly type: 'sink-finished'; readonly slot: number; readonly sink: string; readonly error: ErrorData | null }
  /** The user cancels, or something outside the tasks makes the run pointless. */
  | { readonly type: 'cancel'; readonly error: ErrorData }
  | { readonly type: 'fail'; readonly error: ErrorData };

export type SchedulerAction =
  | { readonly type: 'start-slot'; readonly slot: number }
  | {
      readonly type: 'deploy';
      readonly slot: number;
      readonly id: AttemptId;
      readonly limits: Readonly<Record<string, number>>;
      readonly halved: boolean;
    }
  | { readonly type: 'cancel-task'; readonly slot: number; readonly id: AttemptId }
  | { readonly type: 'schedule-restart'; readonly vertex: string; readonly split: number; readonly delayMs: number }
  | { readonly type: 'rest-slot'; readonly slot: number; readonly delayMs: number }
  | { readonly type: 'finish-sink'; readonly slot: number; readonly sink: string; readonly action: 'commit' | 'abort' }
  /** Sealed parts that this slot left and nobody reads any more. */
  | { readonly type: 'release-parts'; readonly slot: number; readonly parts: readonly ExchangePart[] }
  /** A superstep has ended; `rows`: of its result, or of the next workset. */
  | {
      readonly type: 'superstep';
      readonly iteration: string;
      readonly superstep: number;
      readonly rows: number;
      readonly isLast: boolean;
      readonly isConverged: boolean;
    }
  /** A finished split runs again: what it counted is taken back. */
  | { readonly type: 'forget-split'; readonly vertex: string; readonly split: number }
  | { readonly type: 'job-state'; readonly from: JobState; readonly to: JobState }
  | { readonly type: 'task-state'; readonly id: AttemptId; readonly to: TaskState; readonly error?: ErrorData }
  | { readonly type: 'end'; readonly state: 'FINISHED' | 'FAILED' | 'CANCELED'; readonly error: ErrorData | null };

/**
 * The words between parent and slot, over the fork's IPC channel. Control only: no message holds rows, but for the few first
 * ones of a table for a terminal, as text, on their way to the slot that prints it.
 *
 * The slot greets first (`hello`); a parent of another protocol version refuses it. At most one task runs in a slot.
 */
import type { AttemptId, Committable, JsonObject } from '../connectors/connector.js';
import type { Settings } from '../config/settings.js';
import type { Accumulators } from './accumulators.js';
import type { ErrorData } from '../errors/etl-error.js';
import type { NodeCounters, SubtaskCommittables, TaskDescriptor, VertexDescriptor } from './task.js';

export const PROTOCOL_VERSION = 1;

export type ToSlot =
  | {
      readonly type: 'welcome';
      readonly settings: Settings;
      readonly runId: string;
      /** Of the parent: when it dies the system says another. */
      readonly mainPid: number;
      readonly slot: number;
      readonly logicalTimeMs: number;
      readonly baseDir: string;
      readonly networkBytes: number;
      readonly managedBytes: number;
      readonly slots: number;
    }
  /** Opens a vertex: comes before its first task in this process. `committed`: by sink id, from before a restart. */
  | {
      readonly type: 'vertex';
      readonly vertex: VertexDescriptor;
      readonly subtask: number;
      readonly committed: Readonly<Record<string, readonly Committable[]>>;
    }
  | { readonly type: 'task'; readonly task: TaskDescriptor }
  | { readonly type: 'cancel'; readonly id: AttemptId }
  /** Sealed files of this slot, a `RunFile` of spill/ each, that nobody reads any more. */
  | { readonly type: 'release'; readonly files: readonly JsonObject[] }
  /** Publishes or removes what a sink staged; the sink is one of `vertex`'s. */
  | {
      readonly type: 'finish-sink';
      readonly vertex: VertexDescriptor;
      readonly sink: string;
      readonly action: 'commit' | 'abort';
      readonly committables: readonly SubtaskCommittables[];
    }
  | { readonly type: 'shutdown' };

export type FromSlot =
  | { readonly type: 'hello'; readonly version: number; readonly pid: number }
  | { readonly type: 'running'; readonly id: AttemptId }
  | {
      readonly type: 'heartbeat';
      readonly id: AttemptId | null;
      readonly progress: TaskProgress | null;
      /** Resident memory of the process, now and at its highest. */
      readonly rssBytes: number;
      readonly peakRssBytes: number;
    }
  | { readonly type: 'finished'; readonly id: AttemptId; readonly result: TaskResult }
  | {
      readonly type: 'failed';
      readonly id: AttemptId;
      readonly error: ErrorData;
      /** What left the part of an exchange that could not be read, if that is why. */
      readonly lostPart: AttemptId | null;
    }
  | { readonly type: 'canceled'; readonly id: AttemptId }
  | { readonly type: 'sink-finished'; readonly sink: string; readonly error: ErrorData | null }
  | { readonly type: 'log'; readonly level: 'info' | 'warn'; readonly message: string };

export interface TaskProgress {
  /** Counters of the running attempt, by node id. */
  readonly counters: Readonly<Record<string, NodeCounters>>;
  /** Milliseconds the attempt waited, by node id (source or sink). */
  readonly waitedMs: Readonly<Record<string, number>>;
}

export interface TaskResult extends TaskProgress {
  readonly committables: Readonly<Record<string, Committable>>;
  /** Rows that passed each limit, by limit id. */
  readonly limited: Readonly<Record<string, number>>;
  /** Bytes that the task wrote to disk: sorted runs, and what it left in exchanges. */
  /** What functions of the user's have counted up. */
  readonly accumulators: Accumulators;
  readonly spillBytes: number;
  /** First few rejects and the number by code, for the summary. */
  readonly rejects: readonly { readonly code: string; readonly message: string; readonly count: number }[];
}

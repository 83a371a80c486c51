/**
 * What a slot is told to run: plain JSON.
 *
 * A vertex is a chain: one source, operators in topological order, one or more sinks; `input` names the id of the
 * source or operator that feeds it (several consumers of one id get the same batches). It is sent once to a slot;
 * after that a task is only a vertex id, a split and an attempt number.
 */
import type { Schema } from '../columnar/batch.js';
import type { DataType } from '../columnar/data-type.js';
import type { AttemptId, Committable, Json, JsonObject } from '../connectors/connector.js';
import type { NamedExpr, TypedExpr } from '../expr/typed-expr.js';
import type { Split } from '../split/split.js';

export interface SourceDescriptor {
  readonly id: string;
  readonly connector: string;
  readonly params: JsonObject;
  readonly schema: Schema;
}

interface OperatorBase {
  readonly id: string;
  readonly input: string;
  /** Schema of its output. */
  readonly schema: Schema;
}

export type OperatorDescriptor =
  | (OperatorBase & { readonly kind: 'filter'; readonly predicate: TypedExpr })
  | (OperatorBase & { readonly kind: 'select'; readonly items: readonly NamedExpr[] })
  | (OperatorBase & { readonly kind: 'map' | 'flatMap'; readonly module: string; readonly function: string })
  /** Renames and casts the input's columns, by position, to the union's schema. */
  | (OperatorBase & { readonly kind: 'union'; readonly casts: readonly (DataType | null)[] })
  /** Lets the first rows pass; how many are left for this split is in the task (`limits[id]`). */
  | (OperatorBase & { readonly kind: 'limit'; readonly limit: string });

/** What happens to a row that a step or sink cannot take. */
export type RejectPolicy =
  | { readonly kind: 'fail' }
  | { readonly kind: 'skip'; readonly maxRows: number | null; readonly maxRatio: number | null }
  | { readonly kind: 'file'; readonly path: string; readonly maxRows: number | null; readonly maxRatio: number | null };

export interface SinkDescriptor {
  readonly id: string;
  readonly input: string;
  readonly connector: string;
  readonly params: JsonObject;
  /** Schema of what arrives. */
  readonly schema: Schema;
  readonly onReject: RejectPolicy;
  /** Parameters of the file sink that takes the rejects; null unless `onReject` is `file`. */
  readonly rejectParams: JsonObject | null;
}

export interface VertexDescriptor {
  readonly id: string;
  readonly name: string;
  readonly source: SourceDescriptor;
  readonly operators: readonly OperatorDescriptor[];
  readonly sinks: readonly SinkDescriptor[];
  /** Policy for rows that fail in the source or a step: that of its sinks, `fail` if they differ. */
  readonly onReject: RejectPolicy;
}

export interface TaskDescriptor {
  readonly id: AttemptId;
  readonly split: Split;
  readonly snapshot: Json | null;
  /** Rows each limit may still let pass, by limit id. */
  readonly limits: Readonly<Record<string, number>>;
  /** Batches go through the steps in two halves: whole ones were too much for the heap of a slot. */
  readonly halved: boolean;
  /** A limit pushed into the source: rows still wanted, or null. */
  readonly sourceLimit: number | null;
}

/** Rows over one edge or operator of the chain, by node id. `in` = `out` + `filtered` + `rejected` - `added`. */
export interface NodeCounters {
  in: number;
  out: number;
  filtered: number;
  rejected: number;
  /** Rows that a flatMap made beyond its input. */
  added: number;
}

export interface SubtaskCommittables {
  readonly sink: string;
  readonly subtask: number;
  readonly committables: readonly Committable[];
}

/**
 * The end of planning and the start of running: everything a run needs, as plain data.
 *
 * `etl explain` prints it (without `params`, which may hold credentials); `etl run` executes exactly this.
 */
import type { SplitPlan } from '../split/split.js';
import type { VertexDescriptor } from '../protocol/task.js';
import type { EffectClass } from '../connectors/connector.js';
import type { LogicalGraph } from './logical-graph.js';
import type { JobGraph } from './job-graph.js';

export interface ExecutionVertex {
  readonly descriptor: VertexDescriptor;
  readonly parallelism: number;
  readonly splits: SplitPlan;
  /** A limit in the chain: splits run one after another, in order, so that every attempt lets the same rows pass. */
  readonly sequential: boolean;
  /** Rows expected from the source, or null. For progress only. */
  readonly rowEstimate: number | null;
  /** Id of a limit pushed into the source, or null. */
  readonly sourceLimit: string | null;
  /** Connection id whose snapshot the splits join, or null. */
  readonly snapshotOf: string | null;
}

export interface SourceSummary {
  readonly connector: string;
  readonly sql: string | null;
  readonly splits: SplitPlan;
  readonly consistency: 'run-snapshot' | 'split-snapshot' | 'live';
  readonly rowEstimate: number | null;
  readonly notes: readonly string[];
}

export interface SinkSummary {
  readonly connector: string;
  readonly effect: EffectClass;
  readonly commit: 'batch' | 'atomic';
  readonly description: string;
  readonly notes: readonly string[];
  /** Goes to standard output before the first row. */
  readonly preamble?: string;
}

/** One rewrite rule that changed the plan, in order. */
export interface RewriteStep {
  readonly rule: string;
  readonly graph: LogicalGraph;
}

/** Vertices that run again and again: one superstep after another. */
export interface Iteration {
  /** Of the node that it ends in. */
  readonly id: string;
  readonly maxIterations: number;
  readonly vertices: readonly string[];
  /** Behind each superstep the parts of `from` take the place of those of `to`. */
  readonly feedback: readonly { readonly from: string; readonly to: string }[];
  /** It also ends behind a superstep that left rows, or none, in this exchange. */
  readonly stop: { readonly when: 'rows' | 'empty'; readonly exchange: string } | null;
}

export interface ExecutionPlan {
  readonly jobName: string;
  /** Highest parallelism of a vertex = slots needed. */
  readonly parallelism: number;
  readonly logical: LogicalGraph;
  readonly rewrites: readonly RewriteStep[];
  readonly job: JobGraph;
  readonly vertices: readonly ExecutionVertex[];
  readonly iterations: readonly Iteration[];
  /** Rows each limit lets pass in the whole run, by limit id. */
  readonly limits: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<string, SourceSummary>>;
  readonly sinks: Readonly<Record<string, SinkSummary>>;
}

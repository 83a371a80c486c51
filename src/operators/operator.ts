/**
 * An operator at work: prepared once for a vertex (kernels compiled), then run once per attempt.
 *
 * `run` is one async generator over batches. It pulls: back-pressure needs no queue. What it counts must balance:
 * `in + added = out + filtered + rejected + merged`. Ending early (a limit) is done by returning; the source then stops reading.
 */
import type { Batch } from '../columnar/batch.js';
import type { RowErrors } from '../columnar/row-errors.js';
import type { Reservation } from '../memory/reservation.js';
import type { NodeCounters } from '../protocol/task.js';
import type { AccumulatorContext } from '../protocol/user-function.js';
import type { TaskResources } from './task-resources.js';

export interface OperatorRun {
  readonly counters: NodeCounters;
  /** Rows a limit may still let pass, by limit id; the operator takes from it what it uses. */
  readonly limits: Record<string, number>;
  /** Hands failed rows to the vertex's reject policy, which counts them, or throws ETL-5001 when the policy is `fail`. */
  readonly reject: (batch: Batch, errors: RowErrors) => void;
  /** The operator's share of managed memory: all that it holds of rows is counted here. Freed behind it. */
  readonly memory: Reservation;
  readonly resources: TaskResources;
  /** What functions of the user's, or the operator, count up in this step. */
  readonly accumulators: AccumulatorContext;
  /** The operator waits for another system: counted for "waits on countries 71%". */
  readonly waited: (ms: number) => void;
  /** Aborted when the attempt is to end: a long loop asks now and then. */
  readonly signal: AbortSignal;
}

/** Of most operators there is one. */
export type Inputs = readonly [AsyncIterable<Batch>, ...AsyncIterable<Batch>[]];

export interface Operator {
  readonly id: string;
  /** `inputs`: in the order of the descriptor's. */
  run(inputs: Inputs, run: OperatorRun): AsyncGenerator<Batch>;
  /**
   * Asked before each attempt: has it kept what it needs of that input, of just this content? Then the rows are counted, and do not come.
   * What it has kept of another content (an earlier superstep's) is forgotten.
   */
  holds?(input: number, content: string): boolean;
  /** Lets go of what is kept between attempts: the slot turns to another vertex, or closes. It may be run again. */
  release?(): Promise<void>;
}

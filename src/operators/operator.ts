/**
 * An operator at work: prepared once for a vertex (kernels compiled), then run once per attempt.
 *
 * `run` is one async generator over batches. It pulls: back-pressure needs no queue. What it counts must balance:
 * `in + added = out + filtered + rejected`. Ending early (a limit) is done by returning; the source then stops reading.
 */
import type { Batch } from '../columnar/batch.js';
import type { RowErrors } from '../columnar/row-errors.js';
import type { NodeCounters } from '../protocol/task.js';

export interface OperatorRun {
  readonly counters: NodeCounters;
  /** Rows a limit may still let pass, by limit id; the operator takes from it what it uses. */
  readonly limits: Record<string, number>;
  /** Hands failed rows to the vertex's reject policy, which counts them, or throws ETL-5001 when the policy is `fail`. */
  readonly reject: (batch: Batch, errors: RowErrors) => void;
}

export interface Operator {
  readonly id: string;
  run(input: AsyncIterable<Batch>, run: OperatorRun): AsyncGenerator<Batch>;
}

export function zeroCounters(): NodeCounters {
  return { in: 0, out: 0, filtered: 0, rejected: 0, added: 0 };
}

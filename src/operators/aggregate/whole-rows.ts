/** The results of groups without those that could not be computed, which go to the reject policy. */
import { rowCount, type Batch } from '../../columnar/batch.js';
import type { RowErrors } from '../../columnar/row-errors.js';
import type { OperatorRun } from '../operator.js';
import { withoutFailedRows } from '../select-rows.js';

export interface GroupResults {
  readonly batch: Batch;
  readonly errors: RowErrors;
}

export function* wholeRows({ batch, errors }: GroupResults, { counters, reject }: OperatorRun): Generator<Batch> {
  let selection: Int32Array | null = null;
  if (errors.size > 0) {
    reject(batch, errors);
    selection = withoutFailedRows(batch, errors);
  }
  const whole = { ...batch, selection };
  counters.rejected += batch.length - rowCount(whole);
  counters.out += rowCount(whole);
  if (rowCount(whole) > 0) yield whole;
}

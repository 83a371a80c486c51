/** assert: a row for which the check is false is rejected; one for which it is NULL passes, as with a CHECK in SQL. */
import { rowCount, type Batch, type Schema } from '../columnar/batch.js';
import { RowErrors } from '../columnar/row-errors.js';
import { compilePredicate } from '../expr/compile-expression.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import type { Operator } from './operator.js';
import { withoutFailedRows, withSelection } from './select-rows.js';

/** PostgreSQL's check_violation. */
const CHECK_VIOLATION = '23514';

export function prepareAssert(descriptor: Extract<OperatorDescriptor, { kind: 'assert' }>, input: Schema): Operator {
  const passes = compilePredicate(descriptor.passes, input);
  return {
    id: descriptor.id,
    async *run([batches], { counters, reject }) {
      for await (const batch of batches) {
        counters.in += rowCount(batch);
        const errors = new RowErrors('ETL-5006');
        let computed = batch;
        let passing = passes(batch, errors);
        if (errors.size > 0) {
          // A row that cannot be checked does not pass: it is taken out first, then the rest is asked again.
          computed = withSelection(batch, withoutFailedRows(batch, errors));
          passing = passes(computed, new RowErrors());
        }
        const kept = withSelection(computed, passing ?? computed.selection);
        for (const row of rowsOnlyIn(computed, kept)) errors.add(row, CHECK_VIOLATION, descriptor.message);
        if (errors.size > 0) reject(batch, errors);
        counters.rejected += rowCount(batch) - rowCount(kept);
        counters.out += rowCount(kept);
        if (rowCount(kept) > 0) yield kept;
      }
    },
  };
}

function* rowsOnlyIn(all: Batch, kept: Batch): Generator<number> {
  if (rowCount(all) === rowCount(kept)) return;
  const some = new Set(kept.selection);
  for (let i = 0; i < rowCount(all); i++) {
    const row = all.selection === null ? i : all.selection[i];
    if (!some.has(row)) yield row;
  }
}

/** filter: keeps the rows for which the predicate is TRUE (FALSE and NULL are filtered). Moves no value. */
import { rowCount } from '../columnar/batch.js';
import type { Schema } from '../columnar/batch.js';
import { RowErrors } from '../columnar/row-errors.js';
import { compilePredicate } from '../expr/compile-expression.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import type { Operator } from './operator.js';
import { withoutFailedRows, withSelection } from './select-rows.js';

export function prepareFilter(descriptor: Extract<OperatorDescriptor, { kind: 'filter' }>, input: Schema): Operator {
  const predicate = compilePredicate(descriptor.predicate, input);
  return {
    id: descriptor.id,
    async *run([batches], { counters, reject }) {
      for await (let batch of batches) {
        const count = rowCount(batch);
        counters.in += count;
        const errors = new RowErrors();
        let kept = predicate(batch, errors);
        if (errors.size > 0) {
          reject(batch, errors);
          // A failed row is not a filtered one: take it out first, then ask again for the rest.
          batch = withSelection(batch, withoutFailedRows(batch, errors));
          counters.rejected += count - rowCount(batch);
          kept = predicate(batch, new RowErrors());
        }
        const left = withSelection(batch, kept ?? batch.selection);
        counters.filtered += rowCount(batch) - rowCount(left);
        counters.out += rowCount(left);
        if (rowCount(left) > 0) yield left;
      }
    },
  };
}

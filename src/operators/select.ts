/** select: computes the output columns from expressions; columns that only pass through are shared, not copied. */
import { rowCount, type Schema } from '../columnar/batch.js';
import { RowErrors } from '../columnar/row-errors.js';
import { compileExpressions } from '../expr/compile-expression.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import type { Operator } from './operator.js';
import { withoutFailedRows } from './select-rows.js';

export function prepareSelect(descriptor: Extract<OperatorDescriptor, { kind: 'select' }>, input: Schema): Operator {
  const evaluate = compileExpressions(
    descriptor.items.map((item) => item.expr),
    input,
  );
  return {
    id: descriptor.id,
    async *run([batches], { counters, reject }) {
      for await (const batch of batches) {
        counters.in += rowCount(batch);
        const errors = new RowErrors();
        const columns = evaluate(batch, errors);
        let selection = batch.selection;
        if (errors.size > 0) {
          reject(batch, errors);
          selection = withoutFailedRows(batch, errors);
        }
        const output = { schema: descriptor.schema, columns, length: batch.length, selection };
        counters.rejected += rowCount(batch) - rowCount(output);
        counters.out += rowCount(output);
        if (rowCount(output) > 0) yield output;
      }
    },
  };
}

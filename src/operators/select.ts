/** select: computes the output columns from expressions; columns that only pass through are shared, not copied. */
import { MAX_BATCH_ROWS, rowCount, TARGET_BATCH_BYTES, type Schema } from '../columnar/batch.js';
import { sizeOfBatch } from '../columnar/batch-size.js';
import { cutCopies } from '../columnar/cut-copies.js';
import { RowErrors } from '../columnar/row-errors.js';
import { compactBatch } from '../columnar/take.js';
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
        if (rowCount(output) === 0) continue;
        // What is computed may be far wider than what it is computed from.
        if (sizeOfBatch(output) <= 2 * TARGET_BATCH_BYTES) yield output;
        else yield* cutCopies(compactBatch(output), MAX_BATCH_ROWS);
      }
    },
  };
}

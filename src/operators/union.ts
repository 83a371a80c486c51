/** union: brings one branch to the union's column names and types, by position. Keeps duplicates, as Flink's union does. */
import { rowCount, type Schema } from '../columnar/batch.js';
import { RowErrors } from '../columnar/row-errors.js';
import { compileExpressions } from '../expr/compile-expression.js';
import type { TypedExpr } from '../expr/typed-expr.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import type { Operator } from './operator.js';
import { withoutFailedRows } from './select-rows.js';

export function prepareUnion(descriptor: Extract<OperatorDescriptor, { kind: 'union' }>, input: Schema): Operator {
  const evaluate = compileExpressions(
    input.fields.map((field, i): TypedExpr => {
      const column: TypedExpr = { kind: 'column', name: field.name, type: field.type };
      const target = descriptor.casts[i];
      return target ? { kind: 'call', name: 'cast', args: [column], type: target } : column;
    }),
    input,
  );
  return {
    id: descriptor.id,
    async *run([batches], { counters, reject }) {
      for await (const batch of batches) {
        counters.in += rowCount(batch);
        const errors = new RowErrors();
        const columns = evaluate(batch, errors);
        if (errors.size > 0) reject(batch, errors);
        const output = {
          schema: descriptor.schema,
          columns,
          length: batch.length,
          selection: withoutFailedRows(batch, errors),
        };
        counters.rejected += rowCount(batch) - rowCount(output);
        counters.out += rowCount(output);
        if (rowCount(output) > 0) yield output;
      }
    },
  };
}

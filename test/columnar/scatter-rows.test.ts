import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowCount } from '../../src/columnar/batch.js';
import { scatterColumns } from '../../src/columnar/scatter-rows.js';
import { anyBatches, rowsOf } from './any-batch.js';

test('every row comes to its place, whatever its type and the selection of its batch', () => {
  const cases = anyBatches(5)
    .filter((batches) => batches.length > 0)
    .chain((batches) => {
      const rows = batches.reduce((sum, batch) => sum + rowCount(batch), 0);
      return fc.tuple(fc.constant(batches), fc.shuffledSubarray(Array.from({ length: rows }, (_, row) => row), { minLength: rows })); // prettier-ignore
    });
  fc.assert(
    fc.property(cases, ([batches, order]) => {
      let at = 0;
      const placements = batches.map((batch) => {
        const places = Int32Array.from(order.slice(at, (at += rowCount(batch))));
        return { selection: batch.selection, places };
      });
      const { schema } = batches[0]!;
      const columns = schema.fields.map((_, index) =>
        scatterColumns(
          batches.map((batch) => batch.columns[index]!),
          placements,
          order.length,
        ),
      );
      const expected: unknown[] = [];
      batches.flatMap(rowsOf).forEach((row, i) => (expected[order[i]!] = row));
      expect(rowsOf({ schema, columns, length: order.length, selection: null })).toEqual(expected);
    }),
  );
});

/** The two group tables number groups alike, and as a Map of texts does. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Schema } from '../../src/columnar/batch.js';
import { createBuilder, type Int32Builder, type Int64Builder } from '../../src/columnar/column-builder.js';
import { cellText } from '../../src/columnar/js-value.js';
import { isValid } from '../../src/columnar/column.js';
import { AnyGroupTable } from '../../src/kernels/any-group-table.js';
import { createGroupTable } from '../../src/kernels/create-group-table.js';
import { IntegerGroupTable } from '../../src/kernels/integer-group-table.js';

const value = fc.option(
  fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  {
    freq: 6,
  },
);

test.each(['int32', 'int64'] as const)('%s', (kind) => {
  const schema: Schema = { fields: [{ name: 'k', type: { kind }, nullable: true }] };
  fc.assert(
    fc.property(fc.array(fc.array(value, { maxLength: 60 }), { maxLength: 6 }), (lists) => {
      const tables = [createGroupTable(schema), new AnyGroupTable(schema)];
      expect(tables[0]).toBeInstanceOf(IntegerGroupTable);
      const numbers = new Map<string, number>();
      let capacity = 0;
      for (const list of lists) {
        const builder = createBuilder({ kind }, list.length) as Int32Builder | Int64Builder;
        for (const one of list) {
          if (one === null) builder.appendNull();
          else if (builder.layout === 'int32') builder.append(Number(BigInt.asIntN(32, one)));
          else builder.appendBigInt(one);
        }
        const column = builder.finish();
        const batch = { schema, columns: [column], length: list.length, selection: null };
        const text = (row: number): string => (isValid(column, row) ? cellText(column, row) : 'NULL');
        const expected = list.map((_, row) => {
          if (!numbers.has(text(row))) numbers.set(text(row), numbers.size);
          return numbers.get(text(row));
        });
        while (capacity < numbers.size) capacity = Math.max(64, 2 * capacity);
        for (const table of tables) {
          table.resize(Math.max(64, capacity * 2));
          const groups = new Int32Array(list.length);
          table.assign(batch, groups);
          expect([...groups]).toEqual(expected);
          table.find(batch, groups);
          expect([...groups]).toEqual(expected);
        }
      }
      if (numbers.size === 0) return;
      const all = Int32Array.from({ length: numbers.size }, (_, group) => group);
      for (const table of tables) {
        const [keys] = table.take(all).columns;
        const found = [...all].map((row) => (isValid(keys!, row) ? cellText(keys!, row) : 'NULL'));
        expect(found).toEqual([...numbers.keys()]);
        const sorted = table.keys.flatMap(({ columns, length }) =>
          Array.from({ length }, (_, row) => (isValid(columns[0]!, row) ? cellText(columns[0]!, row) : 'NULL')),
        );
        expect(sorted).toEqual(found);
      }
    }),
    { numRuns: 200 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch } from '../../src/columnar/batch.js';
import { type Column } from '../../src/columnar/column.js';
import type { DataType } from '../../src/columnar/data-type.js';
import { cutBatch } from '../../src/columnar/cut-batch.js';
import { cellToJs } from '../../src/columnar/js-value.js';
import { concatColumns } from '../../src/columnar/concat-columns.js';
import { compactBatch, sliceBatch, takeColumn } from '../../src/columnar/take.js';
import { columnOf } from './cells.js';

const cases: readonly { readonly type: DataType; readonly texts: readonly string[] }[] = [
  { type: { kind: 'boolean' }, texts: ['t', 'f'] },
  { type: { kind: 'int32' }, texts: ['0', '-1', '2147483647'] },
  { type: { kind: 'int64' }, texts: ['1', '-9223372036854775808', '4294967296'] },
  { type: { kind: 'float64' }, texts: ['1.5', 'NaN', '-Infinity'] },
  { type: { kind: 'decimal', precision: 38, scale: 2 }, texts: ['1.25', '-123456789012345678901234567890.12'] },
  { type: { kind: 'text' }, texts: ['', 'é', 'a longer text than twenty-four bytes'] },
  { type: { kind: 'interval' }, texts: ['1 mon', '-2 days 00:00:01'] },
  { type: { kind: 'list', element: { kind: 'text' } }, texts: ['{}', '{a,NULL,"b c"}'] },
  { type: { kind: 'list', element: { kind: 'list', element: { kind: 'int32' } } }, texts: ['{{1,2},{3}}', '{{}}'] },
];

function values(column: Column): unknown[] {
  return Array.from({ length: column.length }, (_, row) => cellToJs(column, row));
}

const anyColumn = fc
  .constantFrom(...cases)
  .chain(({ type, texts }) =>
    fc.array(fc.option(fc.constantFrom(...texts)), { maxLength: 40 }).map((cells) => columnOf(type, ...cells)),
  );

test('take gathers what a loop would gather; a negative row is NULL', () => {
  fc.assert(
    fc.property(anyColumn, fc.array(fc.nat()), (column, picks) => {
      const rows = Int32Array.from(picks, (pick) => (column.length === 0 ? -1 : (pick % (column.length + 1)) - 1));
      const all = values(column);
      expect(values(takeColumn(column, rows))).toEqual(Array.from(rows, (row) => (row < 0 ? null : all[row])));
    }),
  );
});

test('concat lays columns end to end, also after a take', () => {
  const columns = fc.constantFrom(...cases).chain(({ type, texts }) =>
    fc.array(
      fc.array(fc.option(fc.constantFrom(...texts)), { maxLength: 20 }).map((cells) => columnOf(type, ...cells)),
      { minLength: 1, maxLength: 4 },
    ),
  );
  fc.assert(
    fc.property(columns, (parts) => {
      const reversed = parts.map((part) =>
        takeColumn(
          part,
          Int32Array.from({ length: part.length }, (_, i) => part.length - 1 - i),
        ),
      );
      expect(values(concatColumns(reversed))).toEqual(parts.flatMap((part) => values(part).reverse()));
    }),
  );
});

test('compact and slice count the selected rows only', () => {
  const column = columnOf({ kind: 'text' }, 'a', null, 'c', 'd', 'e');
  const schema = { fields: [{ name: 'x', type: column.type, nullable: true }] };
  const whole: Batch = { schema, columns: [column], length: 5, selection: null };
  const some: Batch = { ...whole, selection: Int32Array.of(0, 1, 3, 4) };
  const dense = (batch: Batch): unknown[] => values(compactBatch(batch).columns[0]);
  expect(compactBatch(whole)).toBe(whole);
  expect(dense(some)).toEqual(['a', null, 'd', 'e']);
  expect(dense(sliceBatch(some, 1, 3))).toEqual([null, 'd']);
  expect(dense(sliceBatch(whole, 3, 5))).toEqual(['d', 'e']);
  expect(sliceBatch(some, 0, 4)).toBe(some);
});

test('a batch is cut into as few as hold its counted rows', () => {
  const column = columnOf({ kind: 'int32' }, '1', '2', '3', '4', '5');
  const schema = { fields: [{ name: 'x', type: column.type, nullable: true }] };
  const whole: Batch = { schema, columns: [column], length: 5, selection: null };
  const some: Batch = { ...whole, selection: Int32Array.of(0, 2, 4) };
  const cut = (batch: Batch, most: number): unknown[][] =>
    [...cutBatch(batch, most)].map((part) => values(compactBatch(part).columns[0]));
  expect(cut(whole, 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(cut(some, 1)).toEqual([[1], [3], [5]]);
  expect([...cutBatch(some, 3)]).toEqual([some]);
  expect(cut({ ...whole, selection: new Int32Array() }, 1)).toEqual([[]]);
});

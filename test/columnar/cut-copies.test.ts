import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TARGET_BATCH_BYTES } from '../../src/columnar/batch.js';
import { sizeOfBatch } from '../../src/columnar/batch-size.js';
import { copyRows, cutCopies } from '../../src/columnar/cut-copies.js';
import { viewRows } from '../../src/columnar/view-rows.js';
import { concatColumns } from '../../src/columnar/concat-columns.js';
import { compactBatch } from '../../src/columnar/take.js';
import { anyBatch, rowsOf } from './any-batch.js';
import { batchOf } from './cells.js';

test('any rows of any column, copied, are the same rows', () => {
  fc.assert(
    fc.property(anyBatch, fc.nat(40), fc.nat(40), (batch, a, b) => {
      const dense = compactBatch(batch);
      const [from, to] = [Math.min(a, b, dense.length), Math.min(Math.max(a, b), dense.length)];
      const columns = dense.columns.map((column) => copyRows(column, from, to));
      const copy = { schema: dense.schema, columns, length: to - from, selection: null };
      expect(rowsOf(copy)).toEqual(rowsOf(dense).slice(from, to));
    }),
  );
});

test('views of any rows, put together, are the same rows', () => {
  fc.assert(
    fc.property(anyBatch, fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }), (batch, cuts) => {
      const dense = compactBatch(batch);
      const ends = [...cuts.map((cut) => Math.min(cut, dense.length)), dense.length].sort((a, b) => a - b);
      const columns = dense.columns.map((column) =>
        concatColumns(ends.map((to, i) => viewRows(column, i === 0 ? 0 : ends[i - 1]!, to))),
      );
      expect(rowsOf({ ...dense, columns })).toEqual(rowsOf(dense));
    }),
  );
});

test('parts are no larger than asked for, and together all rows', () => {
  fc.assert(
    fc.property(anyBatch, fc.integer({ min: 1, max: 50 }), (batch, most) => {
      const dense = compactBatch(batch);
      const parts = [...cutCopies(dense, most)];
      expect(parts.every((part) => part.length <= most)).toBe(true);
      expect(parts.flatMap(rowsOf)).toEqual(rowsOf(dense));
    }),
  );
});

test('a part owns about a megabyte, and nothing else of the batch', () => {
  const text = 'x'.repeat(10_000);
  const batch = batchOf({ a: { kind: 'text' } }, ...Array.from({ length: 500 }, () => [text]));
  const parts = [...cutCopies(batch, 8192)];
  expect(parts.length).toBeGreaterThan(4);
  for (const part of parts) expect(sizeOfBatch(part)).toBeLessThan(1.1 * TARGET_BATCH_BYTES);
});

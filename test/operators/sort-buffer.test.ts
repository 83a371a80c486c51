/** Rows that come in stretches, each put in order when it comes: what comes out is what sorting all of them at once gives. */
import { expect, test } from 'vitest';
import type { Batch, Schema } from '../../src/columnar/batch.js';
import { cellToJs } from '../../src/columnar/js-value.js';
import { SortBuffer } from '../../src/operators/sort/sort-buffer.js';
import { columnOf } from '../columnar/cells.js';

const schema: Schema = {
  fields: [
    { name: 'key', type: { kind: 'int64' }, nullable: true },
    { name: 'row', type: { kind: 'int32' }, nullable: false },
    { name: 'text', type: { kind: 'text' }, nullable: false },
  ],
};
const ascending = [{ column: 0, descending: false, nullsFirst: false }];
const descending = [{ column: 0, descending: true, nullsFirst: true }];

interface Row {
  readonly key: number | null;
  readonly row: number;
}

/** Key of a row: few keys, many rows of each, some NULL. */
const shuffled = (row: number): number | null => (row % 11 === 0 ? null : (row * 7919) % 1013);

function batchOf(from: number, rows: number, keyOf: (row: number) => number | null, width: number): Batch {
  const numbers = Array.from({ length: rows }, (_, i) => from + i);
  const columns = [
    columnOf({ kind: 'int64' }, ...numbers.map((row) => keyOf(row)?.toString() ?? null)),
    columnOf({ kind: 'int32' }, ...numbers.map(String)),
    columnOf({ kind: 'text' }, ...numbers.map((row) => `${row}`.padEnd(width, '.'))),
  ];
  return { schema, columns, length: rows, selection: null };
}

function rowsOf(batches: Iterable<Batch>): Row[] {
  return [...batches].flatMap(({ columns: [key, row, text], length }) =>
    Array.from({ length }, (_, i) => {
      const number = cellToJs(row, i) as number;
      if (!(cellToJs(text, i) as string).startsWith(`${number}.`))
        expect.fail(`the text of row ${number} is another's`);
      const value = cellToJs(key, i) as number | bigint | null;
      return { key: value === null ? null : Number(value), row: number };
    }),
  );
}

function expected(rows: number, keyOf: (row: number) => number | null, isDescending: boolean): Row[] {
  const all = Array.from({ length: rows }, (_, row) => ({ key: keyOf(row), row }));
  const place = (key: number | null): number => (isDescending ? -1 : 1) * (key ?? Infinity);
  return all.sort((a, b) => (a.key === b.key ? a.row - b.row : place(a.key) - place(b.key)));
}

test.each([
  ['many small batches a stretch', 400, 60, 30, shuffled],
  ['a batch a stretch, and more than one batch of the most rows out of it', 8, 8192, 20, shuffled],
  ['rows too wide to be copied', 40, 20, 20_000, shuffled],
  ['rows in order already', 12, 4000, 40, (row: number) => row],
  ['rows in the opposite order', 12, 4000, 40, (row: number) => 100_000 - row],
  ['one key', 12, 4000, 40, () => 1],
] as const)('%s', (_, batches, rows, width, keyOf) => {
  for (const keys of [ascending, descending]) {
    const buffer = new SortBuffer(schema, keys);
    for (let i = 0; i < batches; i++) buffer.add(batchOf(i * rows, rows, keyOf, width));
    const all = expected(batches * rows, keyOf, keys === descending);
    expect(rowsOf(buffer.sorted(8192))).toEqual(all);
    expect(rowsOf(buffer.sorted(100, 1234))).toEqual(all.slice(0, 1234));
  }
});

test('a buffer that was cleared begins anew', () => {
  const buffer = new SortBuffer(schema, ascending);
  for (let i = 0; i < 100; i++) buffer.add(batchOf(i * 100, 100, shuffled, 100));
  buffer.clear();
  expect(buffer.isEmpty).toBe(true);
  for (let i = 0; i < 10; i++) buffer.add(batchOf(i * 5000, 5000, shuffled, 30));
  expect(rowsOf(buffer.sorted(8192))).toEqual(expected(50_000, shuffled, false));
});

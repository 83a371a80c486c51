import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch } from '../../src/columnar/batch.js';
import { sizeOfBatch } from '../../src/columnar/batch-size.js';
import type { Column } from '../../src/columnar/column.js';
import { gatherRows } from '../../src/columnar/gather-rows.js';
import { cellToJs } from '../../src/columnar/js-value.js';
import { addressOf, addressRows, batchOf, rowOf } from '../../src/columnar/row-address.js';
import { anyModelled, orderedValues } from '../kernels/ordered-values.js';
import { columnOf } from './cells.js';

function batchOfColumn(column: Column, selection: Int32Array | null = null): Batch {
  const schema = { fields: [{ name: 'x', type: column.type, nullable: true }] };
  return { schema, columns: [column], length: column.length, selection };
}

test('gather takes what a loop over addresses would take; a negative address is NULL', () => {
  const cases = fc.constantFrom(...orderedValues).chain((values) =>
    fc.tuple(
      fc.array(
        fc.boolean().chain((nulls) => anyModelled(values, { minLength: 1, maxLength: 12, nulls })),
        { minLength: 1, maxLength: 4 },
      ),
      fc.array(fc.oneof(fc.nat(), fc.constant(-1), fc.constant('next'))),
    ),
  );
  fc.assert(
    fc.property(cases, ([parts, picks]) => {
      const batches = parts.map((part) => batchOfColumn(part.column));
      const all = addressRows(batches);
      let at = 0;
      const addresses = Int32Array.from(picks, (pick) => {
        if (pick === -1) return -1;
        at = typeof pick === 'number' ? pick : at + 1;
        return all[at % all.length];
      });
      const gathered = gatherRows(batches[0].schema, batches, addresses);
      expect(gathered.length).toBe(addresses.length);
      expect(Array.from({ length: gathered.length }, (_, row) => cellToJs(gathered.columns[0], row))).toEqual(
        Array.from(addresses, (address) =>
          address < 0 ? null : cellToJs(parts[batchOf(address)].column, rowOf(address)),
        ),
      );
    }),
  );
});

test('addresses name the rows that count', () => {
  const column = columnOf({ kind: 'int32' }, '1', '2', '3');
  const batches = [batchOfColumn(column, Int32Array.of(0, 2)), batchOfColumn(column)];
  expect([...addressRows(batches)]).toEqual([
    addressOf(0, 0),
    addressOf(0, 2),
    addressOf(1, 0),
    addressOf(1, 1),
    addressOf(1, 2),
  ]);
  expect([batchOf(addressOf(262143, 8191)), rowOf(addressOf(262143, 8191))]).toEqual([262143, 8191]);
});

test('the size of a batch is that of the buffers behind it, each once', () => {
  const words = new Int32Array(100);
  const column: Column = {
    layout: 'int32',
    type: { kind: 'int32' },
    length: 10,
    validity: new Uint8Array(2),
    values: words.subarray(10, 20),
  };
  const batch: Batch = { ...batchOfColumn(column), columns: [column, column] };
  const seen = new Set<ArrayBufferLike>();
  expect(sizeOfBatch(batch, seen)).toBe(402);
  expect(sizeOfBatch({ ...batch, selection: new Int32Array(3) }, seen)).toBe(12);
  const list = columnOf({ kind: 'list', element: { kind: 'text' } }, '{a,b}');
  expect(sizeOfBatch(batchOfColumn(list))).toBeGreaterThan(20);
});

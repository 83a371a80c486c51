/** Sorted batches, not sorted among themselves: each task leaves them as runs, and its readers merge those of all tasks. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowCount, type Batch } from '../../src/columnar/batch.js';
import { compactBatch, takeColumn } from '../../src/columnar/take.js';
import { rowComparator } from '../../src/kernels/compare-rows.js';
import type { Ship } from '../../src/protocol/task.js';
import { anyBatches } from '../columnar/any-batch.js';
import { columnFrom } from '../columnar/cells.js';
import { toRows } from '../support/engine/rows-connector.js';
import { leave, send } from './traffic.js';

const order = [{ column: 0, descending: true, nullsFirst: true }];

function sorted(batch: Batch): Batch {
  const { columns, length, schema } = compactBatch(batch);
  const compare = rowComparator(order, columns, columns);
  const rows = Int32Array.from({ length }, (_, row) => row).sort(compare);
  return { schema, columns: columns.map((column) => takeColumn(column, rows)), length, selection: null };
}

const textOf = (batch: Batch): string[] => toRows(batch).map((row) => JSON.stringify(row));
const someBatches = anyBatches(8)
  .filter((batches) => batches.length > 0 && batches[0]!.schema.fields[0]!.type.kind !== 'list')
  .map((batches) => batches.map(sorted));

test('what each reader gets is in order, and all rows are there once', async () => {
  const traffics = fc.record({
    batches: someBatches,
    partitions: fc.integer({ min: 1, max: 4 }),
    producers: fc.integer({ min: 1, max: 3 }),
    managedBytes: fc.constantFrom(300 << 10, 32 << 20),
    ship: fc.constantFrom<Ship>({ kind: 'HASH', columns: [0] }, { kind: 'GLOBAL' }, { kind: 'RANGE', keys: order }),
  });
  await fc.assert(
    fc.asyncProperty(traffics, async (some) => {
      const partitions = some.ship.kind === 'GLOBAL' ? 1 : some.partitions;
      const found = await send({ ...some, partitions, order });
      expect(found.flat().sort()).toEqual(some.batches.flatMap(textOf).sort());
      // Rows by their places in one sorted batch of all of them: equal keys have one place.
      const all = some.batches.flatMap((batch) => Array.from({ length: batch.length }, (_, row) => ({ batch, row })));
      all.sort((a, b) => rowComparator(order, a.batch.columns, b.batch.columns)(a.row, b.row));
      const places = new Map<string, number>();
      all.forEach(({ batch, row }, place) => {
        const key = JSON.stringify(toRows(batch)[row]![0]);
        if (!places.has(key)) places.set(key, place);
      });
      const placesOf = (rows: readonly string[]): number[] =>
        rows.map((row) => places.get(JSON.stringify((JSON.parse(row) as unknown[])[0]))!);
      const read = some.ship.kind === 'RANGE' ? [found.flat()] : found;
      for (const rows of read) expect(placesOf(rows)).toEqual([...placesOf(rows)].sort((a, b) => a - b));
    }),
    { numRuns: 150 },
  );
});

const schema = { fields: [{ name: 'k', type: { kind: 'int32' as const }, nullable: true }] };
const batchOf = (...keys: number[]): Batch => {
  const column = columnFrom(schema.fields[0]!.type, keys.map(String));
  return { schema, columns: [column], length: keys.length, selection: null };
};

test('rows of a run that goes on from batch to batch are one run; a batch that begins before the last row begins one', async () => {
  const ship = { kind: 'HASH', columns: [0] } as const;
  const batches = [batchOf(9, 7), batchOf(7, 6), batchOf(8), batchOf(8, 2), batchOf(), batchOf(3)];
  const traffic = { batches, ship, partitions: 1, producers: 1, managedBytes: 32 << 20, order };
  const [part] = await leave(traffic);
  // Three runs, each a region of its own.
  expect(part!.file).toMatchObject({ rows: batches.reduce((sum, batch) => sum + rowCount(batch), 0), batches: 3 });
  const [rows] = await send(traffic);
  expect(rows).toEqual([9, 8, 8, 7, 7, 6, 3, 2].map((key) => JSON.stringify([String(key)])));
});

test('a part of more batches than a batch has rows is cut into ranges, too', async () => {
  // With memory for the writer alone every batch is written by itself.
  const batches = Array.from({ length: 9000 }, (_, i) => batchOf(9000 - i));
  const ship = { kind: 'RANGE', keys: order } as const;
  const found = await send({ batches, ship, partitions: 2, producers: 1, managedBytes: 256 << 10, order });
  expect(found.map((rows) => rows.length)).toEqual([4500, 4500]);
  expect(found.flat()).toEqual(batches.flatMap(textOf));
});

/** What tasks leave in an exchange is what the tasks behind it find: every row once, in the partition that its key says. */
import fc from 'fast-check';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rowCount, type Batch } from '../../src/columnar/batch.js';
import { type EtlError } from '../../src/errors/etl-error.js';
import { ExchangeWriter } from '../../src/exchange/exchange-writer.js';
import { LostPart } from '../../src/exchange/open-part.js';
import { MemoryPool } from '../../src/memory/memory-pool.js';
import type { ExchangePart, Ship } from '../../src/protocol/task.js';
import { anyBatches } from '../columnar/any-batch.js';
import { toRows } from '../support/engine/rows-connector.js';
import { leave, readRows, send, spill } from './traffic.js';

function rowsOf(batches: readonly Batch[]): string[] {
  return batches.flatMap((batch) => toRows(batch).map((row) => JSON.stringify(row)));
}

const someBatches = anyBatches(5).filter((batches) => batches.length > 0);
const sizes = { partitions: fc.integer({ min: 1, max: 5 }), producers: fc.integer({ min: 1, max: 3 }) };
const budgets = fc.constantFrom(300 << 10, 32 << 20);

test('every row comes out once, whatever the strategy and the memory', async () => {
  const ships = fc.constantFrom<Ship>({ kind: 'HASH', columns: [0] }, { kind: 'REBALANCE' }, { kind: 'SHUFFLE' }, { kind: 'RESCALE' }, { kind: 'FORWARD' }, { kind: 'GLOBAL' }); // prettier-ignore
  await fc.assert(
    fc.asyncProperty(
      someBatches,
      ships,
      sizes.partitions,
      sizes.producers,
      budgets,
      async (batches, ship, partitions, producers, managedBytes) => {
        const found = await send({ batches, ship, partitions, producers, managedBytes });
        expect(found.flat().sort()).toEqual(rowsOf(batches).sort());
      },
    ),
    { numRuns: 60 },
  );
});

test('rows with equal keys come to one partition, in the order in which each task wrote them', async () => {
  await fc.assert(
    fc.asyncProperty(someBatches, sizes.partitions, async (batches, partitions) => {
      const found = await send({
        batches,
        ship: { kind: 'HASH', columns: [0] },
        partitions,
        producers: 1,
        managedBytes: 300 << 10,
      });
      const keyOf = (row: string): string => JSON.stringify((JSON.parse(row) as unknown[])[0]);
      for (const row of new Set(rowsOf(batches).map(keyOf))) {
        const places = found.flatMap((rows, partition) => (rows.some((one) => keyOf(one) === row) ? [partition] : []));
        expect(places).toHaveLength(1);
        const sent = rowsOf(batches).filter((one) => keyOf(one) === row);
        expect(found[places[0]!]!.filter((one) => keyOf(one) === row)).toEqual(sent);
      }
    }),
    { numRuns: 40 },
  );
});

test('subpartitions are parts of a partition: equal keys in one, all rows once; what is too small is not divided', async () => {
  const traffics = fc.record({
    batches: someBatches,
    partitions: sizes.partitions,
    producers: sizes.producers,
    batchRows: fc.constantFrom(1, 8192),
  });
  await fc.assert(
    fc.asyncProperty(traffics, async (some) => {
      const traffic = {
        ...some,
        ship: { kind: 'HASH', columns: [0] } as const,
        managedBytes: 300 << 10,
        subpartitions: 4,
      };
      const parts = await leave(traffic);
      const rows = some.batches.reduce((sum, batch) => sum + rowCount(batch), 0);
      if (some.batchRows === 1) expect(parts.some((part) => part.isWhole)).toBe(false);
      else if (rows > 0) expect(parts.some((part) => part.isWhole)).toBe(true);
      const keyOf = (row: string): string => JSON.stringify((JSON.parse(row) as unknown[])[0]);
      const all: string[] = [];
      const places = new Map<string, string>();
      for (let partition = 0; partition < some.partitions; partition++) {
        const whole = await readRows(traffic, parts, partition, null);
        all.push(...whole);
        if (some.batchRows > 1) continue;
        const found: string[] = [];
        for (let subpartition = 0; subpartition < 4; subpartition++) {
          for (const row of await readRows(traffic, parts, partition, subpartition)) {
            const place = `${partition}/${subpartition}`;
            expect(places.get(keyOf(row)) ?? place).toBe(place);
            places.set(keyOf(row), place);
            found.push(row);
          }
        }
        expect(found.sort()).toEqual([...whole].sort());
      }
      expect(all.sort()).toEqual(rowsOf(some.batches).sort());
    }),
    { numRuns: 40 },
  );
});

test('everybody reads all of a broadcast', async () => {
  await fc.assert(
    fc.asyncProperty(someBatches, sizes.partitions, async (batches, partitions) => {
      const found = await send({
        batches,
        ship: { kind: 'BROADCAST' },
        partitions,
        producers: 2,
        managedBytes: 32 << 20,
      });
      for (const rows of found) expect(rows.sort()).toEqual(rowsOf(batches).sort());
    }),
    { numRuns: 20 },
  );
});

test('a part with a flipped bit is lost, and says which task left it', async () => {
  const memory = new MemoryPool(1 << 20);
  const [batches] = fc.sample(someBatches, { numRuns: 1, seed: 7 });
  const writer = new ExchangeWriter(
    {
      id: 'e',
      input: 'n',
      schema: batches![0]!.schema,
      ship: { kind: 'GLOBAL' },
      partitions: 1,
      order: [],
      isSelective: false,
      subpartitions: 1,
    },
    { managed: memory, network: memory, spill, batchRows: 8192 },
    null,
    () => undefined,
  );
  await writer.beginSplit({ vertex: 'orders', split: 3, attempt: 2 });
  for (const batch of batches!) await writer.write(batch);
  const part = (await writer.endSplit()) as unknown as ExchangePart;
  const file = String(part.file!.path);
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(file, bytes);
  const traffic = {
    batches: batches!,
    ship: { kind: 'GLOBAL' } as const,
    partitions: 1,
    producers: 1,
    managedBytes: 0,
  };
  const failure = await readRows(traffic, [part], 0, null).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LostPart);
  expect((failure as LostPart).part).toMatchObject({ vertex: 'orders', split: 3, attempt: 2 });
  expect((failure as EtlError).kind).toBe('corrupt');
});

test('a partition function that names no partition is ETL-5003, with what it returned', async () => {
  const [batches] = fc.sample(
    someBatches.filter((some) => rowCount(some[0]!) > 0),
    { numRuns: 1, seed: 7 },
  );
  const memory = new MemoryPool(1 << 20);
  const ship: Ship = { kind: 'CUSTOM', module: './place.mjs', function: 'place', columns: [0] };
  const writer = new ExchangeWriter(
    {
      id: 'e',
      input: 'n',
      schema: batches![0]!.schema,
      ship,
      partitions: 3,
      order: [],
      isSelective: false,
      subpartitions: 1,
    },
    { managed: memory, network: memory, spill, batchRows: 8192 },
    (_key, partitions) => partitions,
    () => undefined,
  );
  await writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  const failure = await writer.write(batches![0]!).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'ETL-5003' });
  expect((failure as EtlError).message).toContain('returned 3: expected an integer from 0 to 2');
  await writer.abortSplit();
});

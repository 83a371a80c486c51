/** Rows that go through an exchange: written by its producers' tasks, read by those of its consumer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { rowCount, type Batch } from '../../src/columnar/batch.js';
import type { SortKey } from '../../src/columnar/sort-key.js';
import { ExchangeWriter } from '../../src/exchange/exchange-writer.js';
import { readExchange } from '../../src/exchange/read-exchange.js';
import { MemoryPool } from '../../src/memory/memory-pool.js';
import type { ExchangePart, Ship } from '../../src/protocol/task.js';
import type { SpillSpace } from '../../src/spill/spill-space.js';
import { splitAt } from '../../src/split/split-at.js';
import { spaceIn } from '../spill/spill-support.js';
import { toRows } from '../support/engine/rows-connector.js';

let directory: string;
export let spill: SpillSpace;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'etl-exchange-'));
  spill = spaceIn(directory);
});
afterAll(() => {
  spill.close();
  rmSync(directory, { recursive: true, force: true });
});

export interface Traffic {
  readonly batches: readonly Batch[];
  readonly ship: Ship;
  readonly partitions: number;
  readonly producers: number;
  readonly managedBytes: number;
  readonly subpartitions?: number;
  readonly batchRows?: number;
  /** Every batch is sorted by it. */
  readonly order?: readonly SortKey[];
}

/** Writes with `producers` tasks, batch by batch in turn, and reads with `partitions` tasks. */
export async function send(traffic: Traffic): Promise<string[][]> {
  const parts = await leave(traffic);
  const found: string[][] = [];
  for (let partition = 0; partition < traffic.partitions; partition++)
    found.push(await readRows(traffic, parts, partition, null));
  return found;
}

export async function leave(traffic: Traffic): Promise<ExchangePart[]> {
  const {
    batches,
    ship,
    partitions,
    producers,
    managedBytes,
    subpartitions = 1,
    batchRows = 8192,
    order = [],
  } = traffic;
  const { schema } = batches[0]!;
  const memory = new MemoryPool(managedBytes);
  const output = { id: 'e', input: 'n', schema, ship, partitions, order, isSelective: false, subpartitions };
  const parts: ExchangePart[] = [];
  for (let split = 0; split < producers; split++) {
    let written = 0;
    const writer = new ExchangeWriter(
      output,
      { managed: memory, network: memory, spill, batchRows },
      null,
      (rows) => (written += rows),
    );
    await writer.beginSplit({ vertex: 'v', split, attempt: 1 });
    const own = batches.filter((_, i) => i % producers === split);
    for (const batch of own) await writer.write(batch);
    parts.push((await writer.endSplit()) as unknown as ExchangePart);
    expect(written).toBe(own.reduce((sum, batch) => sum + rowCount(batch), 0));
    expect(memory.usedBytes).toBe(0);
  }
  return parts;
}

export async function readRows(
  { batches, ship, partitions: count, subpartitions = 1, order = [] }: Traffic,
  parts: readonly ExchangePart[],
  partition: number,
  subpartition: number | null,
): Promise<string[]> {
  const input = { kind: 'exchange' as const, id: 'e', schema: batches[0]!.schema, ship, order, subpartitions };
  const rows: string[] = [];
  const memory = new MemoryPool(4 << 20);
  const task = { vertex: 'w', split: partition, attempt: 1 };
  const resources = {
    managed: memory,
    network: memory,
    spill,
    batchRows: 8192,
    task,
    subtask: partition,
    subtasks: count,
  };
  const split = splitAt({ strategy: 'partitions', count }, partition);
  const task0 = { parts: { e: parts }, split, splitCount: count };
  for await (const batch of readExchange(input, task0, resources, undefined, subpartition))
    rows.push(...toRows(batch).map((row) => JSON.stringify(row)));
  return rows;
}

/** What the side of a join that is held in memory counts of it. */
import { expect, test } from 'vitest';
import { ArrowDecoder } from '../../src/columnar/arrow/arrow-decoder.js';
import { encodeBatch } from '../../src/columnar/arrow/encode-batch.js';
import type { Batch } from '../../src/columnar/batch.js';
import { MemoryPool } from '../../src/memory/memory-pool.js';
import { BuildTable } from '../../src/operators/join/build-table.js';
import { planJoin } from '../../src/operators/join/join-plan.js';
import { batchOf } from '../columnar/cells.js';

test.each(['int64', 'text'] as const)(
  'keys of %s count once more at the most, not all that lies beside them',
  (kind) => {
    const rows = Array.from({ length: 1000 }, (_, row) => [String(row), 'x'.repeat(1000)]);
    const given = batchOf({ k: { kind }, wide: { kind: 'text' } }, ...rows);
    // As an exchange hands them over: all columns in one piece of memory.
    const batch: Batch = ArrowDecoder.forOwn(given.schema).decode(Buffer.concat(encodeBatch(given)))!;
    const { schema } = batch;
    const pair = {
      fields: [...schema.fields, ...schema.fields.map((field) => ({ ...field, name: `${field.name}2` }))],
    };
    const plan = planJoin(
    {
      kind: 'join', id: 'j', inputs: ['l', 'r'], schema: pair, type: 'inner', leftKeys: [0], rightKeys: [0], nullSafe: [false],
      residual: null, pair, output: [0, 1, 2, 3], build: 'right', isSorted: false, isBroadcast: false,
    },
    [schema, schema],
  ); // prettier-ignore
    const memory = new MemoryPool(1 << 30).reserve('join');
    const table = new BuildTable(plan, memory);
    for (let i = 0; i < 20; i++) expect(table.tryAdd(batch)).toBe(true);
    expect(memory.bytes).toBeGreaterThan(20_000_000);
    expect(memory.bytes).toBeLessThan(25_000_000);
    table.clear();
    expect(memory.bytes).toBe(0);
  },
);

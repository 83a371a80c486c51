/** The cache of lookups: whatever is asked in whatever order, it gives what was found, no older than it may be, and holds no more than it may. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch, Schema } from '../../../src/columnar/batch.js';
import { createBuilder, type BytesBuilder, type Int32Builder } from '../../../src/columnar/column-builder.js';
import { cellText } from '../../../src/columnar/js-value.js';
import type { FoundRows } from '../../../src/connectors/connector.js';
import { MemoryPool } from '../../../src/memory/memory-pool.js';
import { groupByKey } from '../../../src/operators/lookup/found.js';
import { LookupCache, takeKeys } from '../../../src/operators/lookup/lookup-cache.js';

const keySchema: Schema = { fields: [{ name: 'k', type: { kind: 'int32' }, nullable: false }] };
const textKeys: Schema = { fields: [{ name: 'k', type: { kind: 'text' }, nullable: false }] };
const found: Schema = { fields: [{ name: 'v', type: { kind: 'text' }, nullable: false }] };

function keyBatch(schema: Schema, keys: readonly number[]): Batch {
  const builder = createBuilder(schema.fields[0]!.type);
  for (const key of keys) {
    if (schema === textKeys) (builder as BytesBuilder).appendString(`key ${key}`);
    else (builder as Int32Builder).append(key);
  }
  return { schema, columns: [builder.finish()], length: keys.length, selection: null };
}

/** Key `k` has `k % 4` rows, which say when they were made. */
function rowsFor(keys: readonly number[], version: number): FoundRows {
  const texts = keys.flatMap((key, i) =>
    Array.from({ length: key % 4 }, (_, n) => ({ i, text: `${key}/${n}@${version}` })),
  );
  const builder = createBuilder({ kind: 'text' }) as BytesBuilder;
  for (const { text } of texts.reverse()) builder.appendString(text);
  const rows: Batch = { schema: found, columns: [builder.finish()], length: texts.length, selection: null };
  return { rows, keys: Int32Array.from(texts, ({ i }) => i) };
}

const request = fc.record({
  keys: fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 12 }),
  waitMs: fc.constantFrom(0, 0, 1, 40),
  /** The attempt ends, and the next begins. */
  ends: fc.boolean(),
});

test.each([
  ['integers', keySchema, false],
  ['texts', textKeys, false],
  ['texts, memory refused now and then', textKeys, true],
])('%s', (_, schema, refuses) => {
  fc.assert(
    fc.property(
      fc.array(request, { maxLength: 40 }),
      fc.record({
        rows: fc.integer({ min: 1, max: 60 }),
        ttlMs: fc.constantFrom(null, 50),
        bytes: fc.constantFrom(1 << 20, 6000, 0),
      }),
      (requests, { rows, ttlMs, bytes }) => {
        let now = 0;
        const pool = new MemoryPool(bytes, { refuseFirstGrow: refuses });
        const cache = new LookupCache({ keys: schema, found, rows, ttlMs, now: () => now });
        let memory = pool.reserve('lookup');
        cache.attach(memory);
        for (const { keys, waitMs, ends } of requests) {
          now += waitMs;
          const batch = keyBatch(schema, keys);
          const { parts, missing } = cache.find(batch);
          const known = new Map<number, string[]>(keys.map((key, i) => [key, missing.includes(i) ? [] : []]));
          for (const part of parts)
            part.keys.forEach((key, row) => known.get(keys[key]!)!.push(cellText(part.rows.columns[0]!, row)));
          keys.forEach((key, i) => {
            const texts = known.get(key)!;
            expect(texts.length).toBe(missing.includes(i) ? 0 : key % 4);
            expect(new Set(texts.map((text) => text.split('@')[0])).size).toBe(texts.length);
            for (const text of texts) {
              expect(text.startsWith(`${key}/`)).toBe(true);
              if (ttlMs !== null) expect(now - Number(text.split('@')[1])).toBeLessThanOrEqual(ttlMs);
            }
          });
          const asked = [...missing].map((i) => keys[i]!);
          cache.add(takeKeys(batch, missing), groupByKey(found, [rowsFor(asked, now)], asked.length));
          if (!ends) continue;
          cache.detach();
          memory.free();
          expect(pool.usedBytes).toBe(0);
          memory = pool.reserve('lookup');
          cache.attach(memory);
        }
        cache.clear();
        expect(memory.bytes).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});

test('what is asked for often stays, while others come and go', () => {
  const pool = new MemoryPool(1 << 20);
  const cache = new LookupCache({ keys: keySchema, found, rows: 100, ttlMs: null, now: () => 0 });
  cache.attach(pool.reserve('lookup'));
  let missed = 0;
  for (let round = 0; round < 200; round++) {
    const keys = [7, 1000 + 2 * round, 1001 + 2 * round];
    const batch = keyBatch(keySchema, keys);
    const { missing } = cache.find(batch);
    if (missing.includes(0)) missed++;
    const asked = [...missing].map((i) => keys[i]!);
    cache.add(takeKeys(batch, missing), groupByKey(found, [rowsFor(asked, 0)], asked.length));
  }
  expect(missed).toBe(1);
});

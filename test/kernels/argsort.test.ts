import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch } from '../../src/columnar/batch.js';
import { addressRows } from '../../src/columnar/row-address.js';
import { argsort } from '../../src/kernels/argsort.js';
import { mergeSort } from '../../src/kernels/merge-sort.js';
import { normalizeKeys, planKeys } from '../../src/kernels/normalize-keys.js';
import { tieBreaker } from '../../src/kernels/tie-breaker.js';
import { anyModelledRows, anySelection, anySortKeys, anyTypes, compareRanks, orderedValues } from './ordered-values.js';

test('rows of many batches in order, equal ones as they came', () => {
  const cases = anyTypes.chain((types) => {
    const batch = anyModelledRows(types, { maxLength: 200 }).chain((rows) =>
      fc.tuple(fc.constant(rows), anySelection(rows[0].ranks.length)),
    );
    return fc.tuple(anySortKeys(types.length), fc.array(batch, { minLength: 1, maxLength: 4 }));
  });
  fc.assert(
    fc.property(cases, ([keys, drawn]) => {
      const batches = drawn.map(([rows, selection]): Batch => ({
        schema: { fields: [] },
        columns: rows.map((row) => row.column),
        length: rows[0].ranks.length,
        selection,
      }));
      const { columns } = batches[0];
      const plan = planKeys(
        keys,
        columns.map((column) => column.type),
        columns.map((_, c) => batches.some((batch) => batch.columns[c].validity !== null)),
      );
      const addresses = addressRows(batches);
      const [high, low] = [new Uint32Array(addresses.length), new Uint32Array(addresses.length)];
      let at = 0;
      for (const { columns: own, selection, length } of batches) {
        const count = selection === null ? length : selection.length;
        normalizeKeys(plan, own, selection, count, high, low, at);
        at += count;
      }
      const sorted = argsort(high, low, addresses, tieBreaker(keys, batches, plan));
      const naive = drawn
        .flatMap(([rows, selection], batch) =>
          [...(selection ?? rows[0].ranks.keys())].map((row) => ({ batch, row, rows })),
        )
        .sort((a, b) => compareRanks(keys, a.rows, a.row, b.rows, b.row));
      expect([...sorted]).toEqual(naive.map(({ batch, row }) => batch * 8192 + row));
    }),
  );
});

/** Keys that differ in few or many bits, in either word, in many rows. */
const anyWord = fc.constantFrom(0, 1, 255, 256, 0x7ff00, 0xfffff, 0x80000000, 0xffffffff);
const anyKeys = fc.record({
  length: fc.constantFrom(0, 1, 2, 39, 41, 700, 5000, 20000),
  seed: fc.integer(),
  highMask: anyWord,
  lowMask: anyWord,
});

test('many keys, whatever bits they differ in', () => {
  fc.assert(
    fc.property(anyKeys, ({ length, seed, highMask, lowMask }) => {
      let state = seed;
      const random = (): number => {
        state = Math.imul(state, 1664525) + 1013904223;
        return Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
      };
      const high = Uint32Array.from({ length }, () => random() & highMask);
      const low = Uint32Array.from({ length }, () => random() & lowMask);
      const rows = Int32Array.from({ length }, (_, i) => length - i);
      const naive = Array.from(rows.keys()).sort((a, b) => high[a] - high[b] || low[a] - low[b] || a - b);
      expect(argsort(high, low, rows, null)).toEqual(Int32Array.from(naive, (i) => rows[i]));
      expect(argsort(high, low, rows, { compare: (a, b) => a - b, refine: () => null })).toEqual(
        Int32Array.from(
          naive.sort((a, b) => high[a] - high[b] || low[a] - low[b] || b - a),
          (i) => rows[i],
        ),
      );
    }),
    { numRuns: 60 },
  );
});

test('merge sort is stable, and sorts its range only', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 })), fc.nat({ max: 5 }), (values, skip) => {
      const rows = Int32Array.from(values.keys());
      const from = Math.min(skip, rows.length);
      mergeSort(rows, new Int32Array(rows.length), from, rows.length, (a, b) => values[a] - values[b]);
      const naive = [...values.keys()].slice(from).sort((a, b) => values[a] - values[b]);
      expect([...rows]).toEqual([...[...values.keys()].slice(0, from), ...naive]);
    }),
  );
});

const prefixed = {
  type: { kind: 'text' },
  ascending: ['', 'h', 'https://', 'https://a', 'https://abcdefghijklm', 'https://abcdefghijklmn', 'https://b'].map(
    (text) => [text],
  ),
} as const;
const manyTies = [prefixed, ...orderedValues.filter(({ type }) => ['int64', 'numeric', 'jsonb'].includes(type.kind))];

test('large ties are told apart by more of the key, and by the keys behind', () => {
  const cases = fc
    .tuple(fc.constantFrom(...manyTies), fc.constantFrom(...manyTies), fc.boolean())
    .chain(([first, second, nulls]) =>
      fc.tuple(anySortKeys(2), anyModelledRows([first, second], { minLength: 600, maxLength: 900, nulls })),
    );
  fc.assert(
    fc.property(cases, ([keys, rows]) => {
      const columns = rows.map((row) => row.column);
      const { length } = columns[0];
      const plan = planKeys(
        keys,
        columns.map((column) => column.type),
        columns.map((column) => column.validity !== null),
      );
      const [high, low] = [new Uint32Array(length), new Uint32Array(length)];
      normalizeKeys(plan, columns, null, length, high, low);
      const order = Int32Array.from({ length }, (_, row) => row);
      const naive = [...order].sort((a, b) => compareRanks(keys, rows, a, rows, b));
      expect([...argsort(high, low, order, tieBreaker(keys, [{ columns }], plan))]).toEqual(naive);
    }),
    { numRuns: 40 },
  );
});

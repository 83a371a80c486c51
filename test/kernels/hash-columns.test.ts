import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashColumns } from '../../src/kernels/hash-columns.js';
import { columnFrom } from '../columnar/cells.js';
import { anyModelledRows, anySelection, anyTypes, orderedValues } from './ordered-values.js';

const rows = (length: number): number[] => Array.from({ length }, (_, row) => row);

test('equal keys have equal hashes, different keys different ones', () => {
  const cases = anyTypes.chain((types) => anyModelledRows(types, { maxLength: 30 }));
  fc.assert(
    fc.property(cases, fc.integer(), (keys, seed) => {
      const { length } = keys[0].ranks;
      const hashes = new Int32Array(length);
      hashColumns(
        keys.map((key) => key.column),
        null,
        length,
        hashes,
        seed,
      );
      const nameOf = (row: number): string => JSON.stringify(keys.map((key) => key.ranks[row]));
      for (const a of rows(length)) {
        for (const b of rows(length)) expect(hashes[a] === hashes[b], `${a} ${b}`).toBe(nameOf(a) === nameOf(b));
      }
    }),
  );
});

test('a selection is hashed as the rows it names', () => {
  const cases = anyTypes
    .chain((types) => anyModelledRows(types, { maxLength: 20 }))
    .chain((keys) => fc.tuple(fc.constant(keys), anySelection(keys[0].ranks.length)));
  fc.assert(
    fc.property(cases, ([keys, selection]) => {
      const columns = keys.map((key) => key.column);
      const { length } = keys[0].ranks;
      const all = new Int32Array(length);
      hashColumns(columns, null, length, all);
      const picked = selection ?? Int32Array.from(rows(length));
      const some = new Int32Array(picked.length + 1).fill(7);
      hashColumns(columns, selection, picked.length, some);
      expect([...some]).toEqual([...Array.from(picked, (row) => all[row]), 7]);
    }),
  );
});

test('a NULL has one hash in every type', () => {
  const out = new Int32Array(1);
  const hashes = orderedValues.map(({ type }) => {
    hashColumns([columnFrom(type, [null])], null, 1, out);
    return out[0];
  });
  expect(new Set(hashes).size).toBe(1);
});

test('neighbouring numbers spread over the low bits', () => {
  const column = columnFrom(
    { kind: 'int64' },
    rows(4096).map((row) => String(row * 4096)),
  );
  const hashes = new Int32Array(4096);
  hashColumns([column], null, 4096, hashes);
  const buckets = new Int32Array(64);
  for (const hash of hashes) buckets[hash & 63]++;
  expect(Math.min(...buckets)).toBeGreaterThan(32);
  expect(Math.max(...buckets)).toBeLessThan(128);
});

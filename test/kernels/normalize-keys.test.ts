import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DataType } from '../../src/columnar/data-type.js';
import type { SortKey } from '../../src/columnar/sort-key.js';
import { cellOrderOf } from '../../src/kernels/cell-order.js';
import { normalizeKeys, planKeys, type KeyPlan } from '../../src/kernels/normalize-keys.js';
import { columnFrom } from '../columnar/cells.js';
import { anyModelledRows, anySelection, anySortKeys, anyTypes, compareRanks } from './ordered-values.js';

const nullable = fc.boolean();

test('the order of the integers agrees with the rows, and decides it when the plan is complete', () => {
  const cases = fc
    .tuple(anyTypes, nullable)
    .chain(([types, nulls]) =>
      anyModelledRows(types, { maxLength: 16, nulls }).chain((rows) =>
        fc.tuple(anySortKeys(types.length), fc.constant(rows), anySelection(rows[0].ranks.length), nullable),
      ),
    );
  fc.assert(
    fc.property(cases, ([keys, rows, selection, careful]) => {
      const columns = rows.map((row) => row.column);
      // A plan may always expect NULLs that do not come.
      const plan = planKeys(
        keys,
        columns.map((column) => column.type),
        columns.map((column) => careful || column.validity !== null),
      );
      const picked = selection ?? Int32Array.from(rows[0].ranks, (_, row) => row);
      const high = new Uint32Array(picked.length + 1).fill(9);
      const low = new Uint32Array(picked.length + 1).fill(9);
      normalizeKeys(plan, columns, selection, picked.length, high, low, 1);
      expect([high[0], low[0]]).toEqual([9, 9]);
      picked.forEach((a, i) =>
        picked.forEach((b, j) => {
          const integers = Math.sign(high[i + 1] - high[j + 1] || low[i + 1] - low[j + 1]) + 0;
          const naive = compareRanks(keys, rows, a, rows, b);
          if (integers !== 0 || plan.isComplete) expect(integers).toBe(naive);
        }),
      );
    }),
    { numRuns: 500 },
  );
});

const digits = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
const decimalText = fc
  .tuple(digits, fc.nat({ max: 38 }))
  .map(([unscaled, cut]) => String(unscaled / 10n ** BigInt(cut)));
const numericText = fc
  .tuple(decimalText, fc.stringMatching(/^[0-9]{0,20}$/))
  .map(([whole, fraction]) => (fraction === '' ? whole : `${whole}.${fraction}`));

test.each<[string, DataType, fc.Arbitrary<string>]>([
  ['decimal(38,0)', { kind: 'decimal', precision: 38, scale: 0 }, decimalText],
  ['numeric', { kind: 'numeric' }, numericText],
  ['double', { kind: 'float64' }, fc.double().map(String)],
  ['text', { kind: 'text' }, fc.string({ maxLength: 12, unit: 'grapheme' }).filter((text) => !text.includes('\0'))],
])('any two values of %s', (_, type, text) => {
  const key: SortKey = { column: 0, descending: false, nullsFirst: false };
  const plan = planKeys([key], [type], [false]);
  fc.assert(
    fc.property(text, text, (a, b) => {
      const column = columnFrom(type, [a, b]);
      const [high, low] = [new Uint32Array(2), new Uint32Array(2)];
      normalizeKeys(plan, [column], null, 2, high, low);
      const integers = Math.sign(high[0] - high[1] || low[0] - low[1]);
      if (integers !== 0) expect(integers).toBe(Math.sign(cellOrderOf(type)(column, 0, column, 1)));
    }),
    { numRuns: 2000 },
  );
});

const layout = (plan: KeyPlan): unknown => [
  plan.parts.map(({ key, shift, bits, nulls }) => [key.column, shift, bits, nulls]),
  plan.isComplete,
];

test('keys are packed while they fit', () => {
  const types: readonly DataType[] = [{ kind: 'int64' }, { kind: 'date' }, { kind: 'int32' }, { kind: 'text' }];
  const keys = (...columns: readonly number[]): readonly SortKey[] =>
    columns.map((column) => ({ column, descending: false, nullsFirst: false }));
  const plan = (columns: readonly number[], nulls: boolean): unknown =>
    layout(
      planKeys(
        keys(...columns),
        types,
        types.map(() => nulls),
      ),
    );
  expect(plan([0], false)).toEqual([[[0, 0, 64, 'none']], true]);
  expect(plan([0], true)).toEqual([[[0, 0, 64, 'edge']], false]);
  expect(plan([1, 2], false)).toEqual([
    [
      [1, 0, 32, 'none'],
      [2, 32, 32, 'none'],
    ],
    true,
  ]);
  expect(plan([1, 2], true)).toEqual([
    [
      [1, 0, 33, 'bit'],
      [2, 33, 31, 'edge'],
    ],
    false,
  ]);
  expect(plan([1, 3, 2], false)).toEqual([
    [
      [1, 0, 32, 'none'],
      [3, 32, 32, 'none'],
    ],
    false,
  ]);
  expect(plan([0, 1], false)).toEqual([[[0, 0, 64, 'none']], false]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf } from '../../src/columnar/row-address.js';
import { addressComparator, rowComparator } from '../../src/kernels/compare-rows.js';
import { anyModelledRows, anySortKeys, anyTypes, compareRanks } from './ordered-values.js';

test('rows compare as their ranks do, by direction and place of NULLs', () => {
  const cases = anyTypes.chain((types) =>
    fc.tuple(
      anySortKeys(types.length),
      ...[0, 1].map(() => fc.oneof(...[true, false].map((nulls) => anyModelledRows(types, { maxLength: 12, nulls })))),
    ),
  );
  fc.assert(
    fc.property(cases, ([keys, left, right]) => {
      const [a, b] = [left, right].map((side) => side.map((key) => key.column));
      const compare = rowComparator(keys, a, b);
      const compareAddresses = addressComparator(keys, [{ columns: a }, { columns: b }]);
      left[0].ranks.forEach((_, i) =>
        right[0].ranks.forEach((_, j) => {
          const naive = compareRanks(keys, left, i, right, j);
          expect(Math.sign(compare(i, j)) + 0).toBe(naive);
          expect(Math.sign(compareAddresses(addressOf(0, i), addressOf(1, j))) + 0).toBe(naive);
        }),
      );
    }),
  );
});

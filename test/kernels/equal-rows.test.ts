import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf } from '../../src/columnar/row-address.js';
import { addressEquality, rowEquality } from '../../src/kernels/equal-rows.js';
import { anyModelledRows, anyTypes } from './ordered-values.js';

const sides = anyTypes.chain((types) =>
  fc.tuple(
    ...[0, 1].map(() => fc.oneof(...[true, false].map((nulls) => anyModelledRows(types, { maxLength: 12, nulls })))),
  ),
);

test('rows are equal when each key is; NULL equals NULL or nothing', () => {
  fc.assert(
    fc.property(sides, fc.constantFrom('equal', 'distinct'), ([left, right], nulls) => {
      const columns = [left, right].map((side) => side.map((key) => key.column));
      const equal = rowEquality(columns[0], columns[1], nulls);
      const equalAddress = addressEquality(columns[0], [[], columns[1]], nulls);
      left[0].ranks.forEach((_, i) =>
        right[0].ranks.forEach((_, j) => {
          const naive = left.every((key, k) => {
            const [a, b] = [key.ranks[i], right[k].ranks[j]];
            return a === b && (a !== null || nulls === 'equal');
          });
          expect(equal(i, j)).toBe(naive);
          expect(equalAddress(i, addressOf(1, j))).toBe(naive);
        }),
      );
    }),
  );
});

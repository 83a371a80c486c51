import { expect, test } from 'vitest';
import { columnKey, drawBits, threefry, unitOf } from '../../../src/connectors/datagen/threefry.js';

function hex(key: readonly number[], counter: readonly number[]): string[] {
  const out = new Int32Array(2);
  threefry(Int32Array.from(key), counter[0] | 0, counter[1] | 0, out, 0);
  return Array.from(out, (word) => (word >>> 0).toString(16).padStart(8, '0'));
}

test("the known answers of the authors' library (Random123, threefry2x32 13)", () => {
  expect(hex([0, 0], [0, 0])).toEqual(['9d1c5ec6', '8bd50731']);
  expect(hex([-1, -1], [-1, -1])).toEqual(['fd36d048', '2d17272c']);
  expect(hex([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toEqual(['ba3e4725', 'f27d669e']);
});

test('rows, draws, seeds, columns and purposes have bits of their own', () => {
  const seen = new Set<string>();
  for (const seed of ['0', '1', '-1', '9223372036854775807'])
    for (const [column, purpose] of [
      ['a', 'value'],
      ['b', 'value'],
      ['a', 'null'],
      ['ä', 'value'],
    ] as const) {
      const key = columnKey(seed, column, purpose);
      for (const row of [0, 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1])
        for (const draw of [0, 1, 2047]) {
          const out = new Int32Array(2);
          drawBits(key, row, draw, out, 0);
          seen.add(out.join());
        }
    }
  expect(seen.size).toBe(4 * 4 * 6 * 3);
});

test('the unit interval is open above', () => {
  expect(unitOf(Int32Array.of(-1, -1), 0)).toBe(1 - 2 ** -53);
  expect(unitOf(Int32Array.of(0, 0), 0)).toBe(0);
  expect(unitOf(Int32Array.of(-0x80000000, 0), 0)).toBe(0.5);
});

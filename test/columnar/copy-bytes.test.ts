import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyBytes } from '../../src/columnar/copy-bytes.js';

test('copies what set(subarray) copies, and nothing beside it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), fc.nat(), fc.nat(20), (source, a, b, at) => {
      const [start, end] = [a % (source.length + 1), b % (source.length + 1)].sort((x, y) => x - y) as [number, number];
      const copied = new Uint8Array(240).fill(7);
      const expected = new Uint8Array(240).fill(7);
      copyBytes(source, start, end, copied, at);
      expected.set(source.subarray(start, end), at);
      expect(copied).toEqual(expected);
    }),
  );
});

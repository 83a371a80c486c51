import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/columnar/byte-writer.js';
import { millionQuotient, millionRest, storeProduct, writeInt64 } from '../../src/columnar/int64.js';

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(
    -(2n ** 63n),
    2n ** 63n - 1n,
    0n,
    -1n,
    2n ** 32n,
    -(2n ** 32n),
    2n ** 53n,
    -(2n ** 53n) - 1n,
    -1000000n,
    999999n,
  ),
);

function words(value: bigint): [number, number] {
  return [Number(BigInt.asIntN(32, value)), Number(value >> 32n)];
}

test('division by a million floors, exactly', () => {
  fc.assert(
    fc.property(int64, (value) => {
      const quotient = millionQuotient(...words(value));
      const rest = millionRest(...words(value));
      expect(rest).toBeGreaterThanOrEqual(0);
      expect(rest).toBeLessThan(1000000);
      expect(BigInt(quotient) * 1000000n + BigInt(rest)).toBe(value);
    }),
  );
});

test('digits are those of BigInt', () => {
  fc.assert(
    fc.property(int64, (value) => {
      const out = new ByteWriter(1);
      writeInt64(...words(value), out);
      expect(out.view().toString()).toBe(String(value));
    }),
  );
});

test('a product is stored, or refused when it does not fit', () => {
  const head = fc.integer({ min: -(2 ** 46), max: 2 ** 46 });
  fc.assert(
    fc.property(head, fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 2 ** 51 }), (a, b, c) => {
      const value = BigInt(a) * BigInt(b) + BigInt(c);
      const stored = new BigInt64Array(2);
      const fits = BigInt.asIntN(64, value) === value;
      expect(storeProduct(a, b, c, new Int32Array(stored.buffer), 2)).toBe(fits);
      if (fits) expect(stored[1]).toBe(value);
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/columnar/byte-writer.js';

test('integer writes what String() writes', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const out = new ByteWriter(1);
      out.integer(value);
      expect(out.view().toString()).toBe(String(value));
    }),
  );
});

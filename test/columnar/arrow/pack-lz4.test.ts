/** What is packed unpacks to the same, and is shorter where there is something to gain. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packLz4Frame } from '../../../src/columnar/arrow/pack-lz4-frame.js';
import { unpackLz4Frame } from '../../../src/columnar/arrow/lz4-frame.js';

function back(bytes: Uint8Array): Buffer {
  const frame = packLz4Frame(bytes);
  return frame === null ? Buffer.from(bytes) : unpackLz4Frame(frame, bytes.length);
}

const pieces = fc.array(
  fc.record({ of: fc.uint8Array({ maxLength: 40 }), times: fc.oneof(fc.nat(3), fc.constantFrom(20, 300, 5000)) }),
  { maxLength: 12 },
);

test('any bytes, with repetitions near and far', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const bytes = Buffer.concat(parts.flatMap(({ of, times }) => Array<Uint8Array>(times).fill(of)));
      expect(back(bytes).equals(bytes)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('more than a block, of which one cannot be packed', () => {
  const noise = new Uint8Array(5 << 20);
  let state = 1;
  for (let i = 0; i < noise.length; i++) noise[i] = (state = (Math.imul(state, 1103515245) + 12345) | 0) >>> 24;
  const bytes = Buffer.concat([Buffer.alloc(6 << 20, 'abc'), noise]);
  expect(packLz4Frame(noise)).toBe(null);
  expect(packLz4Frame(bytes)!.length).toBeLessThan(5.2 * 2 ** 20);
  expect(back(bytes).equals(bytes)).toBe(true);
});

test('small numbers in eight bytes take a third', () => {
  const words = new Int32Array(2 * 8192);
  for (let row = 0; row < 8192; row++) words[2 * row] = (row * 7919) % 1000;
  expect(packLz4Frame(new Uint8Array(words.buffer))!.length).toBeLessThan(words.byteLength / 2);
});

import { expect, test } from 'vitest';
import { RowSlab } from '../../../src/connectors/file/row-slab.js';

test('a long row is looked at a few times only, however little each read brings', async () => {
  let left = 5_000_000;
  const source = {
    read: async (target: Buffer, offset: number, length: number): Promise<number> => {
      const count = Math.min(length, 700, left);
      target.fill('x', offset, offset + count);
      left -= count;
      return count;
    },
    close: async () => undefined,
  };
  const slab = new RowSlab(source, 1 << 30);
  let windows = 0;
  while (!slab.ended) {
    await slab.more();
    windows++;
  }
  expect(slab.end).toBe(5_000_000);
  expect(windows).toBeLessThan(8); // each twice as large as the one before
});

import { expect, test } from 'vitest';
import { ByteWriter } from '../../../src/columnar/byte-writer.js';
import { bulk, closeBulk, commandHead, openBulk } from '../../../src/connectors/redis/bulk-string.js';

test('the length is right whatever number of digits was reserved', () => {
  for (const size of [0, 1, 9, 10, 99, 100, 1234, 99_999, 100_000]) {
    for (let reserved = 1; reserved < 8; reserved++) {
      const out = new ByteWriter(8);
      out.ascii('before');
      const body = openBulk(out, reserved);
      out.ascii('x'.repeat(size));
      expect(closeBulk(out, body, reserved)).toBe(String(size).length);
      out.ascii('after');
      expect(out.view().toString()).toBe(`before${bulk('x'.repeat(size))}after`);
    }
  }
});

test('head of a command', () => {
  expect(commandHead('SET', 3)).toBe('*3\r\n$3\r\nSET\r\n');
  expect(bulk('é')).toBe('$2\r\né\r\n');
});

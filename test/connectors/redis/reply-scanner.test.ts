import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MalformedReplyError, ReplyScanner, replyText } from '../../../src/connectors/redis/reply-scanner.js';

function scan(pieces: readonly Buffer[]): (string | null)[] {
  const seen: (string | null)[] = [];
  const scanner = new ReplyScanner({
    oks: (count) => seen.push(...Array.from({ length: count }, () => null)),
    reply: (error) => seen.push(error),
  });
  for (const piece of pieces) scanner.push(piece);
  return seen;
}

test('a reply is its first error, nested ones included', () => {
  expect(scan([Buffer.from('+OK\r\n-ERR no\r\n:12\r\n$-1\r\n*-1\r\n*0\r\n+QUEUED\r\n')])).toEqual([
    null,
    'ERR no',
    null,
    null,
    null,
    null,
    null,
  ]);
  expect(scan([Buffer.from('*3\r\n:1\r\n*2\r\n-WRONGTYPE a\r\n$2\r\n\r\n\r\n-ERR b\r\n+OK\r\n')])).toEqual([
    'WRONGTYPE a',
    null,
  ]);
});

test('text that looks like protocol inside a bulk string is not protocol', () => {
  expect(scan([Buffer.from('$10\r\n-ERR\r\n+OK\r\r\n+OK\r\n')])).toEqual([null, null]);
});

interface Reply {
  readonly bytes: string;
  readonly error: string | null;
}

const { reply } = fc.letrec<{ reply: Reply; array: Reply }>((tie) => ({
  reply: fc.oneof(
    { weight: 4, arbitrary: fc.constant({ bytes: '+OK\r\n', error: null }) },
    fc
      .constantFrom('+QUEUED\r\n', '+O\r\n', ':0\r\n', ':-12\r\n', '$-1\r\n', '$0\r\n\r\n')
      .map((bytes) => ({ bytes, error: null })),
    fc.string({ unit: 'binary-ascii' }).map((text) => ({ bytes: `$${text.length}\r\n${text}\r\n`, error: null })),
    fc.stringMatching(/^[A-Z]{1,6} [a-z ]{0,9}$/).map((error) => ({ bytes: `-${error}\r\n`, error })),
    tie('array'),
  ),
  array: fc.array(tie('reply'), { maxLength: 4 }).map((items) => ({
    bytes: `*${items.length}\r\n${items.map((item) => item.bytes).join('')}`,
    error: items.find((item) => item.error !== null)?.error ?? null,
  })),
}));

test('replies do not depend on how the network cuts them', () => {
  fc.assert(
    fc.property(fc.array(reply, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 12 }), (replies, cuts) => {
      const bytes = Buffer.from(replies.map((one) => one.bytes).join(''), 'latin1');
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      expect(scan(pieces)).toEqual(replies.map((one) => one.error));
    }),
    { numRuns: 300 },
  );
});

test('what is not RESP2 is refused', () => {
  expect(() => scan([Buffer.from('HTTP/1.1 400\r\n')])).toThrow(MalformedReplyError);
  expect(() => scan([Buffer.from('$x\r\n')])).toThrow(MalformedReplyError);
});

test('text of simple and bulk replies', () => {
  const text = (bytes: string): string => replyText(Buffer.from(bytes), 0, Buffer.byteLength(bytes));
  expect([text('+PONG\r\n'), text(':42\r\n'), text('$4\r\na\r\nb\r\n'), text('$-1\r\n')]).toEqual([
    'PONG',
    '42',
    'a\r\nb',
    '',
  ]);
});

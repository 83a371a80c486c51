import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tee } from '../../src/operators/tee.js';

async function* numbers(count: number, onReturn?: () => void): AsyncGenerator<number> {
  try {
    for (let i = 0; i < count; i++) yield i;
  } finally {
    onReturn?.();
  }
}

async function collect(stream: AsyncIterable<number>, most = Infinity): Promise<number[]> {
  const seen: number[] = [];
  if (most === 0) return seen;
  for await (const value of stream) {
    seen.push(value);
    if (seen.length >= most) break;
  }
  return seen;
}

test('every consumer sees the whole stream, or as much as it wants', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(20),
      fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 5 }),
      async (count, wants) => {
        const streams = tee(numbers(count), wants.length);
        const seen = await Promise.all(streams.map((stream, i) => collect(stream, wants[i])));
        const all = Array.from({ length: count }, (_, i) => i);
        expect(seen).toEqual(wants.map((want) => all.slice(0, want)));
      },
    ),
  );
});

test('nothing is pulled ahead of the slowest consumer', async () => {
  let pulled = 0;
  async function* counted(): AsyncGenerator<number> {
    for (;;) yield pulled++;
  }
  const [fast, slow] = tee(counted(), 2).map((stream) => stream[Symbol.asyncIterator]());
  await Promise.all([fast!.next(), slow!.next()]);
  const ahead = fast!.next();
  await Promise.resolve();
  expect(pulled).toBe(1);
  await Promise.all([ahead, slow!.next()]);
  expect(pulled).toBe(2);
});

test('the input is returned when the last consumer has left, and not before', async () => {
  let returned = false;
  const [one, other] = tee(
    numbers(100, () => (returned = true)),
    2,
  );
  await Promise.all([collect(one!, 3).then(() => expect(returned).toBe(false)), collect(other!, 5)]);
  expect(returned).toBe(true);
});

test('an error of the input reaches every consumer', async () => {
  async function* failing(): AsyncGenerator<number> {
    yield 1;
    throw new Error('gone');
  }
  const outcomes = await Promise.allSettled(tee(failing(), 2).map((stream) => collect(stream)));
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
});

test('one that asks again behind the end waits for nobody', async () => {
  const [again, once] = tee(numbers(1), 2).map((stream) => stream[Symbol.asyncIterator]());
  await Promise.all([again!.next(), once!.next()]);
  await Promise.all([again!.next(), once!.next()]);
  expect(await again!.next()).toEqual({ done: true, value: undefined });
});

import { expect, test } from 'vitest';
import { eachAtOnce } from '../../../src/connectors/file/each-at-once.js';

test('every item once, no more than the limit at a time', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await eachAtOnce(new Set([1, 2, 3, 4, 5, 6, 7]), 3, async (item) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    done.push(item);
  });
  expect(most).toBe(3);
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  await eachAtOnce([], 3, () => Promise.reject(new Error('never called')));
});

test('a failure: nothing new begins, what runs is waited for, the first error is thrown', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    await Promise.resolve();
    if (item === 2) throw new Error('second');
    await Promise.resolve();
    ended.push(item);
  };
  await expect(eachAtOnce([1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow('second');
  expect(ended).toEqual([1]);
  expect(begun).toEqual([1, 2]);
});

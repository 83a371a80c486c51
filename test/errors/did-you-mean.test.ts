import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean } from '../../src/errors/did-you-mean.js';

const sinkKeys = ['connection', 'from', 'key', 'value', 'ttl', 'ttlJitter', 'onReject', 'parallelism'];

test.each([
  ['ket', 'key'],
  ['vlaue', 'value'],
  ['on_reject', 'onReject'],
  ['ONREJECT', 'onReject'],
  ['ttl_jitter', 'ttlJitter'],
  ['paralelism', 'parallelism'],
  ['key_templte', 'key'],
  ['conn', 'connection'],
  ['xyzzy', null],
  ['', null],
])('%j → %j', (word, guess) => {
  expect(didYouMean(word, sinkKeys)).toBe(guess);
});

test('a known word is its own best guess, and one slip away it is still found', () => {
  fc.assert(
    fc.property(fc.constantFrom(...sinkKeys.filter((key) => key.length > 4)), fc.nat(), (key, at) => {
      expect(didYouMean(key, sinkKeys)).toBe(key);
      const i = at % (key.length - 1);
      expect(didYouMean(key.slice(0, i) + key.slice(i + 1), sinkKeys)).toBe(key);
      expect(didYouMean(key.slice(0, i) + key[i + 1] + key[i] + key.slice(i + 2), sinkKeys)).toBe(key);
    }),
  );
});

test('a word that begins otherwise and differs in more is another word', () => {
  expect(didYouMean('height', ['right', 'weight'])).toBe('weight');
  expect(didYouMean('height', ['right'])).toBe(null);
});

test('a word of a megabyte is not compared', () => {
  expect(didYouMean('k'.repeat(1 << 20), sinkKeys)).toBe(null);
});

/**
 * The 32-bit mixing steps of MurmurHash3 (Appleby, public domain): a word into a running hash, and the final avalanche.
 *
 * All arithmetic wraps at 32 bits. A hash is a signed 32-bit integer; its low bits are as good as its high ones.
 */

export function mixWord(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** Every bit of the result depends on every bit of the hash. One to one. */
export function finishHash(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

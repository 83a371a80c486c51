/** Integers of several 32-bit words, low word first, two's complement. */

const WORD = 4294967296;

export function wordsOf(value: bigint, count: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: count }, (_, word) => Number(BigInt.asIntN(32, value >> BigInt(32 * word))));
}

/** `words[at …] += addend` */
export function addWords(addend: Int32Array, words: Int32Array, at: number): void {
  let carry = 0;
  for (let word = 0; word < addend.length; word++) {
    const sum = (words[at + word] >>> 0) + (addend[word] >>> 0) + carry;
    words[at + word] = sum;
    carry = sum >= WORD ? 1 : 0;
  }
}

/** Is `words[at …] <= most`, both unsigned? */
export function isAtMost(words: Int32Array, at: number, most: Int32Array): boolean {
  for (let word = most.length - 1; word >= 0; word--) {
    const [a, b] = [words[at + word] >>> 0, most[word] >>> 0];
    if (a !== b) return a < b;
  }
  return true;
}

/** Comparison of values that are not plain JavaScript numbers, and sets of constants for long IN lists. */
import { equalBytes } from '../../kernels/compare-bytes.js';
import type { IntervalValue } from '../overload.js';

/** By length, a month counting 30 days and a day 24 hours. */
export function compareIntervals(a: IntervalValue, b: IntervalValue): number {
  const left = spanOf(a);
  const right = spanOf(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function spanOf(value: IntervalValue): bigint {
  return BigInt(value.months * 30 + value.days) * 86_400_000_000n + value.micros;
}

/** A set of byte strings that is asked with ranges of other arrays: open addressing, FNV-1a. */
export class ByteSet {
  readonly #slots: (Uint8Array | null)[];
  readonly #mask: number;

  constructor(members: readonly Uint8Array[]) {
    const size = 2 ** Math.ceil(Math.log2(members.length * 2 + 1));
    this.#slots = new Array<Uint8Array | null>(size).fill(null);
    this.#mask = size - 1;
    for (const member of members) {
      let at = hashBytes(member, 0, member.length) & this.#mask;
      while (this.#slots[at] !== null) at = (at + 1) & this.#mask;
      this.#slots[at] = member;
    }
  }

  has(bytes: Uint8Array, start: number, end: number): boolean {
    let at = hashBytes(bytes, start, end) & this.#mask;
    for (let member = this.#slots[at]!; member !== null; member = this.#slots[at]!) {
      if (equalBytes(member, 0, member.length, bytes, start, end)) return true;
      at = (at + 1) & this.#mask;
    }
    return false;
  }
}

function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = -2128831035;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 16777619);
  return hash ^ (hash >>> 15);
}

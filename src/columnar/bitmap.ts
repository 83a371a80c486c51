/** Arrow's bitmaps: bit `i & 7` of byte `i >> 3`, least significant first. */
import type { Column } from './column.js';

export function bitmapBytes(bitCount: number): number {
  return (bitCount + 7) >> 3;
}

/** Of so many rows, none of them NULL. */
export function allValid(length: number): Uint8Array {
  return new Uint8Array(bitmapBytes(length)).fill(0xff);
}

export function getBit(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] >> (index & 7)) & 1) === 1;
}

export function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] |= 1 << (index & 7);
}

export function clearBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] &= ~(1 << (index & 7));
}

/** Copies `count` bits of `source` from `from` on into `target` from `at` on, where they are 0. */
export function copyBits(source: Uint8Array, from: number, count: number, target: Uint8Array, at: number): void {
  let bit = 0;
  for (; bit < count && ((at + bit) & 7) !== 0; bit++) if (getBit(source, from + bit)) setBit(target, at + bit);
  const shift = (from + bit) & 7;
  for (; bit + 8 <= count; bit += 8) {
    const first = (from + bit) >> 3;
    target[(at + bit) >> 3] =
      shift === 0 ? source[first] : (source[first] >> shift) | (source[first + 1] << (8 - shift));
  }
  for (; bit < count; bit++) if (getBit(source, from + bit)) setBit(target, at + bit);
}

/** Sets `count` bits from `at` on. */
export function setBits(target: Uint8Array, at: number, count: number): void {
  let bit = 0;
  for (; bit < count && ((at + bit) & 7) !== 0; bit++) setBit(target, at + bit);
  const whole = (count - bit) >> 3;
  target.fill(0xff, (at + bit) >> 3, ((at + bit) >> 3) + whole);
  for (bit += 8 * whole; bit < count; bit++) setBit(target, at + bit);
}

/** Bits set among the first `bitCount`; what stands behind them does not count. */
export function countBits(bits: Uint8Array, bitCount: number): number {
  const whole = bitCount >> 3;
  let count = 0;
  for (let i = 0; i < whole; i++) count += bitsOfByte(bits[i]);
  const rest = bitCount & 7;
  return rest === 0 ? count : count + bitsOfByte(bits[whole] & ((1 << rest) - 1));
}

/** Rows of a column that are not NULL. */
export function countValid(column: Column): number {
  return column.validity === null ? column.length : countBits(column.validity, column.length);
}

function bitsOfByte(byte: number): number {
  let bits = byte - ((byte >> 1) & 0x55);
  bits = (bits & 0x33) + ((bits >> 2) & 0x33);
  return (bits + (bits >> 4)) & 0x0f;
}

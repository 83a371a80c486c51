/**
 * Random bits as a pure function: Threefry-2x32 (Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as 1, 2, 3",
 * SC'11), with the 13 rounds that pass BigCrush. Key and counter in, 64 bits out; no state is carried from row to row.
 *
 * The key is that of a column (seed, name, purpose), the counter is the row number, and above it the number of the draw:
 *
 *     low word   row, low 32 bits
 *     high word  row, next 21 bits | draw · 2^21
 */

/** Draws of a cell: a text takes several, and a value that was rejected the next. */
export const MOST_DRAWS = 2048;
const WORD = 4294967296;
const PARITY = 0x1bd11bda;

/** Stores the 64 bits of counter `(low, high)` under `key` at `out[at]`, `out[at + 1]`. */
export function threefry(key: Int32Array, low: number, high: number, out: Int32Array, at: number): void {
  const k0 = key[0];
  const k1 = key[1];
  const k2 = PARITY ^ k0 ^ k1;
  let a = (low + k0) | 0;
  let b = (high + k1) | 0;
  a = (a + b) | 0;
  b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0;
  b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0;
  b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0;
  b = ((b << 6) | (b >>> 26)) ^ a;
  a = (a + k1) | 0;
  b = (b + k2 + 1) | 0;
  a = (a + b) | 0;
  b = ((b << 17) | (b >>> 15)) ^ a;
  a = (a + b) | 0;
  b = ((b << 29) | (b >>> 3)) ^ a;
  a = (a + b) | 0;
  b = ((b << 16) | (b >>> 16)) ^ a;
  a = (a + b) | 0;
  b = ((b << 24) | (b >>> 8)) ^ a;
  a = (a + k2) | 0;
  b = (b + k0 + 2) | 0;
  a = (a + b) | 0;
  b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0;
  b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0;
  b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0;
  b = ((b << 6) | (b >>> 26)) ^ a;
  a = (a + k0) | 0;
  b = (b + k1 + 3) | 0;
  a = (a + b) | 0;
  out[at] = a;
  out[at + 1] = ((b << 17) | (b >>> 15)) ^ a;
}

/** The bits of one draw for a row. */
export function drawBits(key: Int32Array, row: number, draw: number, out: Int32Array, at: number): void {
  threefry(key, row | 0, Math.floor(row / WORD) | (draw << 21), out, at);
}

/** The first 53 of 64 bits as a number in [0, 1). */
export function unitOf(bits: Int32Array, at: number): number {
  return ((bits[at] >>> 0) * 0x200000 + (bits[at + 1] >>> 11)) / 9007199254740992;
}

/** A key of its own for each seed (an int64 as text), column and purpose. */
export function columnKey(seed: string, column: string, purpose: string): Int32Array {
  const bits = BigInt.asUintN(64, BigInt(seed));
  const key = Int32Array.of(Number(BigInt.asIntN(32, bits)), Number(BigInt.asIntN(32, bits >> 32n)));
  for (const [index, byte] of Buffer.from(`${purpose}\0${column}`).entries()) threefry(key, byte, index, key, 0);
  return key;
}

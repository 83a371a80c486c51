/** Numbers, dates and times of other widths and units → ours. NULL rows may hold anything and are not looked at. */
import { getBit } from '../bitmap.js';
import type { Column } from '../column.js';
import { ArrowError } from './arrow-error.js';
import type { ArrowType, TimeUnit } from './arrow-type.js';
import type { BodyReader } from './body-reader.js';

type Rows = Pick<Column, 'type' | 'length' | 'validity'>;

const DAY_MS = 86_400_000n;
const perSecond: Readonly<Record<TimeUnit, bigint>> = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n };

/** Integers of 8 or 16 bits. */
export function readSmallInts(body: BodyReader, rows: number, bits: number, signed: boolean): Int32Array {
  const { buffer, byteOffset } = body.nextBytes((bits / 8) * rows);
  if (bits === 8) {
    return Int32Array.from(signed ? new Int8Array(buffer, byteOffset, rows) : new Uint8Array(buffer, byteOffset, rows));
  }
  return Int32Array.from(signed ? new Int16Array(buffer, byteOffset, rows) : new Uint16Array(buffer, byteOffset, rows));
}

export function readUint32(body: BodyReader, rows: number): BigInt64Array {
  const low = body.nextInt32(rows);
  const values = new BigInt64Array(rows);
  const words = new Int32Array(values.buffer);
  for (let row = 0; row < rows; row++) words[2 * row] = low[row];
  return values;
}

/** As decimals: not every one fits 63 bits. */
export function readUint64(body: BodyReader, rows: number): Int32Array {
  const from = body.nextInt32(2 * rows);
  const words = new Int32Array(4 * rows);
  for (let row = 0; row < rows; row++) {
    words[4 * row] = from[2 * row];
    words[4 * row + 1] = from[2 * row + 1];
  }
  return words;
}

/** Decimals of 32 or 64 bits, their sign carried into 128. */
export function readSmallDecimal(body: BodyReader, rows: number, bits: number): Int32Array {
  const perRow = bits / 32;
  const from = body.nextInt32(perRow * rows);
  const words = new Int32Array(4 * rows);
  for (let row = 0; row < rows; row++) {
    for (let word = 0; word < perRow; word++) words[4 * row + word] = from[perRow * row + word];
    words.fill(from[perRow * row + perRow - 1] >> 31, 4 * row + perRow, 4 * row + 4);
  }
  return words;
}

/** Milliseconds → days. */
export function readDate64(body: BodyReader, rows: Rows): Int32Array {
  const from = body.nextInt64(rows.length);
  const days = new Int32Array(rows.length);
  for (let row = 0; row < rows.length; row++) {
    if (!isPresent(rows, row)) continue;
    const day = floorDivide(from[row], DAY_MS);
    if (BigInt.asIntN(32, day) !== day) throw new ArrowError(`it holds a date that etl cannot, day ${day}`);
    days[row] = Number(day);
  }
  return days;
}

/** Times and timestamps of any unit → microseconds; what is finer is cut off. */
export function readMoment(body: BodyReader, rows: Rows, unit: TimeUnit, bits: number): BigInt64Array {
  if (bits === 64) return toMicros(body.nextInt64(rows.length), rows, unit);
  return toMicros(
    BigInt64Array.from(body.nextInt32(rows.length), (value) => BigInt(value)),
    rows,
    unit,
  );
}

/** Arrow's three intervals, and durations: months, days, microseconds. */
export function readInterval(
  body: BodyReader,
  rows: Rows,
  type: ArrowType & { kind: 'interval' | 'duration' },
): Int32Array {
  const words = new Int32Array(4 * rows.length);
  if (type.kind === 'duration') {
    const micros = toMicros(body.nextInt64(rows.length), rows, type.unit);
    for (let row = 0; row < rows.length; row++) storeMicros(words, row, micros[row]);
  } else if (type.unit === 'month') {
    const months = body.nextInt32(rows.length);
    for (let row = 0; row < rows.length; row++) words[4 * row] = months[row];
  } else if (type.unit === 'day-time') {
    const pairs = body.nextInt32(2 * rows.length);
    for (let row = 0; row < rows.length; row++) {
      words[4 * row + 1] = pairs[2 * row];
      storeMicros(words, row, BigInt(pairs[2 * row + 1]) * 1000n);
    }
  } else {
    const parts = body.nextInt64(2 * rows.length);
    const fields = new Int32Array(parts.buffer, parts.byteOffset, 4 * rows.length);
    for (let row = 0; row < rows.length; row++) {
      words[4 * row] = fields[4 * row];
      words[4 * row + 1] = fields[4 * row + 1];
      storeMicros(words, row, floorDivide(parts[2 * row + 1], 1000n));
    }
  }
  return words;
}

function toMicros(from: BigInt64Array, rows: Rows, unit: TimeUnit): BigInt64Array {
  const micros = new BigInt64Array(from.length);
  const factor = perSecond.us / perSecond[unit];
  for (let row = 0; row < from.length; row++) {
    if (!isPresent(rows, row)) continue;
    const value = unit === 'ns' ? floorDivide(from[row], 1000n) : from[row] * factor;
    if (BigInt.asIntN(64, value) !== value)
      throw new ArrowError(`it holds a time that etl cannot, ${from[row]} ${unit}`);
    micros[row] = value;
  }
  return micros;
}

function storeMicros(words: Int32Array, row: number, micros: bigint): void {
  words[4 * row + 2] = Number(BigInt.asIntN(32, micros));
  words[4 * row + 3] = Number(BigInt.asIntN(32, micros >> 32n));
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function isPresent(rows: Rows, row: number): boolean {
  return rows.validity === null || getBit(rows.validity, row);
}

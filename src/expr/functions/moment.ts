/**
 * A timestamp as day and microseconds of the day: two safe integers, whatever the timestamp.
 *
 * The arithmetic of dates is written once over that pair, and used by both twins of an overload: the one of BigInt (any
 * timestamp, infinities too) and the one of doubles (|value| < 2^53, never infinite).
 */
import { DATE_INFINITY, DATE_MINUS_INFINITY, MICROS_PER_DAY, MIN_DAYS } from '../../columnar/datetime.js';
import { ValueError } from '../../columnar/row-errors.js';
import type { IntervalValue } from '../overload.js';

export const TIMESTAMP_INFINITY = 0x7fffffffffffffffn;
export const TIMESTAMP_MINUS_INFINITY = -0x8000000000000000n;

const DAY = BigInt(MICROS_PER_DAY);
const MIN_TIMESTAMP = BigInt(MIN_DAYS) * DAY;

export function isInfinite(timestamp: bigint): boolean {
  return timestamp === TIMESTAMP_INFINITY || timestamp === TIMESTAMP_MINUS_INFINITY;
}

/** Day number of a finite timestamp. */
export function dayOf(timestamp: bigint): number {
  const day = timestamp / DAY;
  return Number(day * DAY > timestamp ? day - 1n : day);
}

export function microsOfDay(timestamp: bigint, day: number): number {
  return Number(timestamp - BigInt(day) * DAY);
}

/** Day number of a safe integer. */
export function dayOfSafe(timestamp: number): number {
  const day = Math.floor(timestamp / MICROS_PER_DAY);
  // The quotient may have been rounded up to the next whole number.
  return day * MICROS_PER_DAY > timestamp ? day - 1 : day;
}

/** The timestamp of a day and any number of microseconds. 22008 outside PostgreSQL's range, or int64's. */
export function timestampOf(day: number, micros: number): bigint {
  return checkTimestamp(BigInt(day) * DAY + BigInt(micros));
}

export function checkTimestamp(timestamp: bigint): bigint {
  if (timestamp < MIN_TIMESTAMP || timestamp >= TIMESTAMP_INFINITY) throw timestampOutOfRange();
  return timestamp;
}

/** The same as a double, which is exact where the result is a safe integer. */
export function timestampOfSafe(day: number, micros: number): number {
  return day * MICROS_PER_DAY + micros;
}

export function timestampOutOfRange(): ValueError {
  return new ValueError('22008', 'timestamp out of range');
}

/** A day number as `timestamp`, infinities kept. */
export function timestampOfDate(day: number): bigint {
  if (day === DATE_INFINITY) return TIMESTAMP_INFINITY;
  if (day === DATE_MINUS_INFINITY) return TIMESTAMP_MINUS_INFINITY;
  const timestamp = BigInt(day) * DAY;
  if (timestamp >= TIMESTAMP_INFINITY) throw new ValueError('22008', 'date out of range for timestamp');
  return timestamp;
}

export function fitsInt32(value: number): boolean {
  return value >= -0x80000000 && value <= 0x7fffffff;
}

export function interval(months: number, days: number, micros: bigint): IntervalValue {
  if (!fitsInt32(months) || !fitsInt32(days) || BigInt.asIntN(64, micros) !== micros) throw intervalOutOfRange();
  return { months: months | 0, days: days | 0, micros };
}

export function intervalOutOfRange(): ValueError {
  return new ValueError('22008', 'interval out of range');
}

/** Rounds half to even, as C's rint. */
export function rint(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

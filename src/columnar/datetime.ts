/**
 * Dates and times as PostgreSQL counts them, and its ISO text of them.
 *
 * Proleptic Gregorian calendar; `year` is astronomical (0 is 1 BC). Days and microseconds count from 1970-01-01. A
 * timestamp is two words of an int64; most arithmetic goes over whole seconds (safe integers) and a rest of microseconds.
 * Reading text is in parse-datetime.ts.
 */
import type { ByteWriter } from './byte-writer.js';
import { millionQuotient, millionRest, storeProduct, writePadded } from './int64.js';

export const DATE_INFINITY = 0x7fffffff;
export const DATE_MINUS_INFINITY = -0x80000000;
/** 4714-11-24 BC, Julian day 0. */
export const MIN_DAYS = -2440588;
/** 5874897-12-31. */
export const MAX_DAYS = 2145042905;
export const MICROS_PER_DAY = 86400000000;
export const SECONDS_PER_DAY = 86400;

export function isInfiniteDate(days: number): boolean {
  return days === DATE_INFINITY || days === DATE_MINUS_INFINITY;
}

export function isInfiniteTimestamp(low: number, high: number): boolean {
  return (high === 0x7fffffff && low === -1) || (high === -0x80000000 && low === 0);
}

/** Days since 1970-01-01. Month 1 to 12; a day beyond the month runs on. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

export interface Civil {
  year: number;
  month: number;
  day: number;
}

/** The calendar date of a day number, into `civil` (so that loops allocate nothing). */
export function civilFromDays(days: number, civil: Civil): void {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const march = ((5 * dayOfYear + 2) / 153) | 0;
  civil.day = dayOfYear - (((153 * march + 2) / 5) | 0) + 1;
  civil.month = march < 10 ? march + 3 : march - 9;
  civil.year = yearOfEra + era * 400 + (civil.month <= 2 ? 1 : 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Stores the timestamp at `words[at]`; false where it is outside PostgreSQL's range or does not fit an int64. */
export function storeTimestamp(days: number, microsOfDay: number, words: Int32Array, at: number): boolean {
  const overflow = Math.floor(microsOfDay / MICROS_PER_DAY);
  const day = days + overflow;
  if (day < MIN_DAYS || day > 106751991) return false;
  const micros = microsOfDay - overflow * MICROS_PER_DAY;
  return (
    storeProduct(day * SECONDS_PER_DAY, 1000000, micros, words, at) && !isInfiniteTimestamp(words[at], words[at + 1])
  );
}

/** `2026-01-31`, `0044-03-15 BC`, `infinity`. */
export function writeDate(days: number, out: ByteWriter): void {
  if (days === DATE_INFINITY) return out.ascii('infinity');
  if (days === DATE_MINUS_INFINITY) return out.ascii('-infinity');
  const civil = { year: 0, month: 0, day: 0 };
  civilFromDays(days, civil);
  writeCivil(civil, out);
  if (civil.year <= 0) out.ascii(' BC');
}

/** `04:05:06.789`, from the microseconds since midnight. */
export function writeTime(micros: number, out: ByteWriter): void {
  const seconds = Math.floor(micros / 1000000);
  writeClock(seconds, micros - seconds * 1000000, out);
}

/**
 * `2026-01-31 04:05:06.789`, with `T` for `separator` in JSON; `zone` is what PostgreSQL puts behind a timestamptz
 * of a UTC session: `+00`, in JSON `+00:00`.
 */
export function writeTimestamp(
  low: number,
  high: number,
  separator: ' ' | 'T',
  zone: '' | '+00' | '+00:00',
  out: ByteWriter,
): void {
  if (isInfiniteTimestamp(low, high)) return out.ascii(high < 0 ? '-infinity' : 'infinity');
  const seconds = millionQuotient(low, high);
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const civil = { year: 0, month: 0, day: 0 };
  civilFromDays(days, civil);
  writeCivil(civil, out);
  out.byte(separator === 'T' ? 84 : 32);
  writeClock(seconds - days * SECONDS_PER_DAY, millionRest(low, high), out);
  if (zone !== '') out.ascii(zone);
  if (civil.year <= 0) out.ascii(' BC');
}

function writeCivil(civil: Civil, out: ByteWriter): void {
  const year = civil.year > 0 ? civil.year : 1 - civil.year;
  if (year < 10000) writePadded(year, 4, out);
  else out.integer(year);
  out.reserve(6);
  const bytes = out.bytes;
  let at = out.length;
  bytes[at++] = 45;
  at = twoDigits(civil.month, bytes, at);
  bytes[at++] = 45;
  out.length = twoDigits(civil.day, bytes, at);
}

/** Trailing zeros of the fraction are not written. */
export function writeClock(secondsOfDay: number, micros: number, out: ByteWriter): void {
  const minutes = (secondsOfDay / 60) | 0;
  const hours = (minutes / 60) | 0;
  out.reserve(15);
  const bytes = out.bytes;
  let at = twoDigits(hours, bytes, out.length);
  bytes[at++] = 58;
  at = twoDigits(minutes - hours * 60, bytes, at);
  bytes[at++] = 58;
  out.length = twoDigits(secondsOfDay - minutes * 60, bytes, at);
  writeFraction(micros, out);
}

/** `.789` of 789000 microseconds; nothing of 0. */
export function writeFraction(micros: number, out: ByteWriter): void {
  if (micros === 0) return;
  out.byte(46);
  writePadded(micros, 6, out);
  while (out.bytes[out.length - 1] === 48) out.length--;
}

function twoDigits(value: number, bytes: Uint8Array, at: number): number {
  const tens = (value / 10) | 0;
  bytes[at] = 48 + tens;
  bytes[at + 1] = 48 + value - tens * 10;
  return at + 2;
}

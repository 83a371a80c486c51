/**
 * The length of an interval as PostgreSQL compares it, a month being 30 days and a day 24 hours: whole days and the
 * microseconds of the last day. Two intervals are equal when both numbers are; `1 mon` is `30 days` is `720:00:00`.
 */
import { millionQuotient, millionRest } from './int64.js';

/** Floor of the length in days: a safe integer, |days| < 2^37. */
export function spanDays(words: Int32Array, row: number): number {
  const at = 4 * row;
  return words[at] * 30 + words[at + 1] + Math.floor(millionQuotient(words[at + 2], words[at + 3]) / 86400);
}

/** What is left beyond `spanDays`: 0 to 86,399,999,999 microseconds. */
export function spanMicros(words: Int32Array, row: number): number {
  const at = 4 * row;
  const seconds = millionQuotient(words[at + 2], words[at + 3]);
  return (seconds - Math.floor(seconds / 86400) * 86400) * 1000000 + millionRest(words[at + 2], words[at + 3]);
}

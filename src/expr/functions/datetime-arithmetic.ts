/**
 * `+` and `-` over dates, times, timestamps and intervals.
 *
 * Months are added first (the day is cut to the month's length), then days, then microseconds. The `Safe` twins work on
 * doubles and give NaN when a step leaves the safe integers: the row is then computed by the exact twin.
 */
import {
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  isInfiniteDate,
  MAX_DAYS,
  MIN_DAYS,
  type Civil,
} from '../../columnar/datetime.js';
import { ValueError } from '../../columnar/row-errors.js';
import type { IntervalValue } from '../overload.js';
import {
  checkTimestamp,
  dayOf,
  dayOfSafe,
  interval,
  isInfinite,
  microsOfDay,
  timestampOf,
  timestampOfDate,
  timestampOutOfRange,
} from './moment.js';

const DAY = 86400000000;
const DAY_BIG = 86400000000n;

const civil: Civil = { year: 0, month: 0, day: 0 };

function addMonths(day: number, months: number): number {
  civilFromDays(day, civil);
  const index = civil.month - 1 + months;
  const year = civil.year + Math.floor(index / 12);
  const month = index - Math.floor(index / 12) * 12 + 1;
  return daysFromCivil(year, month, Math.min(civil.day, daysInMonth(year, month)));
}

export function addToTimestamp(timestamp: bigint, span: IntervalValue): bigint {
  if (isInfinite(timestamp)) return timestamp;
  let result = timestamp;
  if (span.months !== 0) {
    const day = dayOf(result);
    result = timestampOf(addMonths(day, span.months), microsOfDay(result, day));
  }
  if (span.days !== 0) result = checkTimestamp(result + BigInt(span.days) * DAY_BIG);
  return checkTimestamp(result + span.micros);
}

export function addToTimestampSafe(timestamp: number, span: IntervalValue): number {
  let result = timestamp;
  if (span.months !== 0) {
    const day = dayOfSafe(result);
    result = addMonths(day, span.months) * DAY + (result - day * DAY);
    if (!Number.isSafeInteger(result)) return NaN;
  }
  if (span.days !== 0) {
    result += span.days * DAY;
    if (!Number.isSafeInteger(result)) return NaN;
  }
  const micros = Number(span.micros);
  return Number.isSafeInteger(micros) ? result + micros : NaN;
}

export function subtractFromTimestamp(timestamp: bigint, span: IntervalValue): bigint {
  return isInfinite(timestamp) ? timestamp : addToTimestamp(timestamp, negateInterval(span));
}

export function subtractFromTimestampSafe(timestamp: number, span: IntervalValue): number {
  return addToTimestampSafe(timestamp, negateInterval(span));
}

/** Whole days and the rest, both with the sign of the difference. */
export function timestampDifference(a: bigint, b: bigint): IntervalValue {
  if (isInfinite(a) || isInfinite(b)) throw new ValueError('22008', 'cannot subtract infinite timestamps');
  const micros = a - b;
  if (BigInt.asIntN(64, micros) !== micros) throw new ValueError('22008', 'interval out of range');
  return interval(0, Number(micros / DAY_BIG), micros % DAY_BIG);
}

export function timestampDifferenceSafe(a: number, b: number): IntervalValue {
  const micros = a - b;
  if (!Number.isSafeInteger(micros)) return timestampDifference(BigInt(a), BigInt(b));
  const days = Math.trunc(micros / DAY);
  return { months: 0, days: days | 0, micros: BigInt(micros - days * DAY) };
}

export function addDays(day: number, count: number): number {
  return isInfiniteDate(day) ? day : checkDate(day + count);
}

export function subtractDays(day: number, count: number): number {
  return isInfiniteDate(day) ? day : checkDate(day - count);
}

export function dateDifference(a: number, b: number): number {
  if (isInfiniteDate(a) || isInfiniteDate(b)) throw new ValueError('22008', 'cannot subtract infinite dates');
  return (a - b) | 0;
}

export function addToDate(day: number, span: IntervalValue): bigint {
  return addToTimestamp(timestampOfDate(day), span);
}

export function subtractFromDate(day: number, span: IntervalValue): bigint {
  return subtractFromTimestamp(timestampOfDate(day), span);
}

/** `date + time`. */
export function dateAtTime(day: number, time: bigint): bigint {
  const midnight = timestampOfDate(day);
  return isInfinite(midnight) ? midnight : checkTimestamp(midnight + time);
}

export function addToTime(time: bigint, span: IntervalValue): bigint {
  const sum = (time + (span.micros % DAY_BIG)) % DAY_BIG;
  return sum < 0n ? sum + DAY_BIG : sum;
}

export function subtractFromTime(time: bigint, span: IntervalValue): bigint {
  return addToTime(time, { months: 0, days: 0, micros: -(span.micros % DAY_BIG) });
}

export function timeDifference(a: bigint, b: bigint): IntervalValue {
  return interval(0, 0, a - b);
}

export function addIntervals(a: IntervalValue, b: IntervalValue): IntervalValue {
  return interval(a.months + b.months, a.days + b.days, a.micros + b.micros);
}

export function subtractIntervals(a: IntervalValue, b: IntervalValue): IntervalValue {
  return interval(a.months - b.months, a.days - b.days, a.micros - b.micros);
}

export function negateInterval(span: IntervalValue): IntervalValue {
  return interval(-span.months, -span.days, -span.micros);
}

/** age(a, b): years, months, days and time between, as one would say them. */
export function age(a: bigint, b: bigint): IntervalValue {
  if (isInfinite(a) || isInfinite(b)) throw timestampOutOfRange();
  const isNegative = a < b;
  const [later, earlier] = isNegative ? [b, a] : [a, b];
  const laterDay = dayOf(later);
  const earlierDay = dayOf(earlier);
  const to = { year: 0, month: 0, day: 0 };
  const from = { year: 0, month: 0, day: 0 };
  civilFromDays(laterDay, to);
  civilFromDays(earlierDay, from);
  let micros = microsOfDay(later, laterDay) - microsOfDay(earlier, earlierDay);
  let days = to.day - from.day;
  let months = (to.year - from.year) * 12 + to.month - from.month;
  if (micros < 0) {
    micros += DAY;
    days--;
  }
  if (days < 0) {
    // The month that is borrowed is that of the earlier one; a borrowed day may need no second month.
    days += daysInMonth(from.year, from.month);
    months--;
  }
  return isNegative ? interval(-months, -days, BigInt(-micros)) : interval(months, days, BigInt(micros));
}

function checkDate(day: number): number {
  if (day < MIN_DAYS || day > MAX_DAYS) throw new ValueError('22008', 'date out of range');
  return day;
}

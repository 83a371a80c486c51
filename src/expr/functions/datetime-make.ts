/** Dates and timestamps made of numbers, and where they are finite. */
import { daysFromCivil, daysInMonth, MAX_DAYS, MIN_DAYS } from '../../columnar/datetime.js';
import { ValueError } from '../../columnar/row-errors.js';
import type { IntervalValue } from '../overload.js';
import { checkTimestamp, interval, rint, timestampOf, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY } from './moment.js';

const MICROS_1970_TO_2000 = 946684800000000n;

/** A negative year is BC; there is no year 0. */
export function makeDate(year: number, month: number, day: number): number {
  const astronomical = year < 0 ? year + 1 : year;
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(astronomical, month))
    throw new ValueError('22008', `date field value out of range: ${year}-${padded(month)}-${padded(day)}`);
  const days = daysFromCivil(astronomical, month, day);
  if (days < MIN_DAYS || days > MAX_DAYS)
    throw new ValueError('22008', `date out of range: ${year}-${padded(month)}-${padded(day)}`);
  return days;
}

export function makeTime(hour: number, minute: number, second: number): bigint {
  return BigInt(clock(hour, minute, second));
}

export function makeTimestamp(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): bigint {
  const days = makeDate(year, month, day);
  const micros = clock(hour, minute, second);
  return timestampOf(days, micros);
}

/** Hour 24 only as 24:00:00; second 60 runs on. Seconds are rounded before they are judged. */
function clock(hour: number, minute: number, second: number): number {
  const rounded = rint(second * 1000000);
  const micros = (hour * 60 + minute) * 60000000 + rounded;
  if (!(
    hour >= 0 &&
    hour <= 24 &&
    minute >= 0 &&
    minute <= 59 &&
    rounded >= 0 &&
    rounded <= 60000000 &&
    micros <= 86400000000
  ))
    throw new ValueError(
      '22008',
      `time field value out of range: ${hour}:${padded(minute)}:${second < 10 ? `0${second}` : second}`,
    );
  return micros;
}

/** Seconds since 1970, rounded to microseconds counted from 2000, as the server does. */
export function toTimestamp(seconds: number): bigint {
  if (Number.isNaN(seconds)) throw new ValueError('22008', 'timestamp cannot be NaN');
  if (seconds === Infinity) return TIMESTAMP_INFINITY;
  if (seconds === -Infinity) return TIMESTAMP_MINUS_INFINITY;
  const micros = rint((seconds - 946684800) * 1000000);
  if (Math.abs(micros) >= 2 ** 63) throw new ValueError('22008', `timestamp out of range: "${seconds}"`);
  return checkTimestamp(BigInt(micros) + MICROS_1970_TO_2000);
}

export function makeInterval(
  years: number,
  months: number,
  weeks: number,
  days: number,
  hours: number,
  minutes: number,
  seconds: number,
): IntervalValue {
  if (!Number.isFinite(seconds)) throw new ValueError('22008', 'interval out of range');
  return interval(
    years * 12 + months,
    weeks * 7 + days,
    BigInt(hours) * 3600000000n + BigInt(minutes) * 60000000n + BigInt(rint(seconds * 1000000)),
  );
}

function padded(value: number): string {
  return value < 0 ? `-${String(-value).padStart(1, '0')}` : String(value).padStart(2, '0');
}

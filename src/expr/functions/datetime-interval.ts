/** Intervals by themselves: times a number, justified. */
import { ValueError } from '../../columnar/row-errors.js';
import type { IntervalValue } from '../overload.js';
import { fitsInt32, interval, intervalOutOfRange, rint } from './moment.js';

const DAY = 86400000000n;
const SECONDS_PER_DAY = 86400;

export function multiplyInterval(span: IntervalValue, factor: number): IntervalValue {
  return scale(span, (part) => part * factor);
}

export function divideInterval(span: IntervalValue, divisor: number): IntervalValue {
  if (divisor === 0) throw new ValueError('22012', 'division by zero');
  return scale(span, (part) => part / divisor);
}

/** interval_mul: what a fraction of a month leaves becomes days of 30 to the month, then time. */
function scale(span: IntervalValue, by: (part: number) => number): IntervalValue {
  const months = toInt(by(span.months));
  let days = toInt(by(span.days));
  const restDays = microRound((by(span.months) - months) * 30);
  let restSeconds = microRound((by(span.days) - days + restDays - Math.trunc(restDays)) * SECONDS_PER_DAY);
  if (Math.abs(restSeconds) >= SECONDS_PER_DAY) {
    const whole = Math.trunc(restSeconds / SECONDS_PER_DAY);
    days += whole;
    restSeconds -= whole * SECONDS_PER_DAY;
  }
  days += Math.trunc(restDays);
  const micros = rint(by(Number(span.micros)) + restSeconds * 1000000);
  if (Number.isNaN(micros) || micros < -(2 ** 63) || micros >= 2 ** 63) throw intervalOutOfRange();
  return interval(months, days, BigInt(micros));
}

function toInt(value: number): number {
  if (Number.isNaN(value) || !fitsInt32(value)) throw intervalOutOfRange();
  return Math.trunc(value);
}

function microRound(value: number): number {
  return rint(value * 1000000) / 1000000;
}

/** 24 hours become a day. */
export function justifyHours(span: IntervalValue): IntervalValue {
  let days = span.days + Number(span.micros / DAY);
  let micros = span.micros % DAY;
  if (days > 0 && micros < 0n) {
    micros += DAY;
    days--;
  } else if (days < 0 && micros > 0n) {
    micros -= DAY;
    days++;
  }
  return interval(span.months, days, micros);
}

/** 30 days become a month. */
export function justifyDays(span: IntervalValue): IntervalValue {
  let months = span.months + Math.trunc(span.days / 30);
  let days = span.days % 30;
  if (months > 0 && days < 0) {
    days += 30;
    months--;
  } else if (months < 0 && days > 0) {
    days -= 30;
    months++;
  }
  return interval(months, days, span.micros);
}

/** Both, with one sign for all parts. */
export function justifyInterval(span: IntervalValue): IntervalValue {
  let days = span.days + Number(span.micros / DAY);
  let micros = span.micros % DAY;
  let months = span.months + Math.trunc(days / 30);
  days %= 30;
  if (months > 0 && (days < 0 || (days === 0 && micros < 0n))) {
    days += 30;
    months--;
  } else if (months < 0 && (days > 0 || (days === 0 && micros > 0n))) {
    days -= 30;
    months++;
  }
  if (days > 0 && micros < 0n) {
    micros += DAY;
    days--;
  } else if (days < 0 && micros > 0n) {
    micros -= DAY;
    days++;
  }
  return interval(months, days, micros);
}

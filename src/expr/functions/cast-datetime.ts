/** Casts among dates and times, in the time zone UTC that every session has. Infinities stay, a time of day has none. */
import { DATE_INFINITY, DATE_MINUS_INFINITY, MICROS_PER_DAY } from '../../columnar/datetime.js';
import { define, inline, run, type IntervalValue, type Overload } from '../overload.js';
import { asCast } from './cast-numbers.js';
import {
  dayOf,
  dayOfSafe,
  isInfinite,
  microsOfDay,
  TIMESTAMP_INFINITY,
  timestampOfDate,
  timestampOfSafe,
} from './moment.js';

const DAY = BigInt(MICROS_PER_DAY);

const dateToTimestamp = run(timestampOfDate, { runFast: (day: number) => timestampOfSafe(day, 0) });
const timestampToDate = run(dateOfTimestamp, { runFast: dayOfSafe });
const timestampToTime = run(timeOfTimestamp, { runFast: timeOfTimestampSafe, nullable: true });
const same = inline((_, [value]) => value!);

export const datetimeCasts: readonly Overload[] = [
  define('cast', ['date'], 'timestamp', dateToTimestamp, asCast),
  define('cast', ['date'], 'timestamptz', dateToTimestamp, asCast),
  define('cast', ['timestamp'], 'timestamptz', same, asCast),
  define('cast', ['timestamptz'], 'timestamp', same, asCast),
  define('cast', ['timestamp'], 'date', timestampToDate, asCast),
  define('cast', ['timestamptz'], 'date', timestampToDate, asCast),
  define('cast', ['timestamp'], 'time', timestampToTime, asCast),
  define('cast', ['timestamptz'], 'time', timestampToTime, asCast),
  define('cast', ['time'], 'interval', run(intervalOfTime), asCast),
  define('cast', ['interval'], 'time', run(timeOfInterval), asCast),
];

function dateOfTimestamp(timestamp: bigint): number {
  if (isInfinite(timestamp)) return timestamp === TIMESTAMP_INFINITY ? DATE_INFINITY : DATE_MINUS_INFINITY;
  return dayOf(timestamp);
}

function timeOfTimestamp(timestamp: bigint): bigint | null {
  return isInfinite(timestamp) ? null : BigInt(microsOfDay(timestamp, dayOf(timestamp)));
}

function timeOfTimestampSafe(timestamp: number): number {
  return timestamp - dayOfSafe(timestamp) * MICROS_PER_DAY;
}

function intervalOfTime(micros: bigint): IntervalValue {
  return { months: 0, days: 0, micros };
}

function timeOfInterval(span: IntervalValue): bigint {
  const rest = span.micros % DAY;
  return rest < 0n ? rest + DAY : rest;
}

/**
 * The fields that EXTRACT and date_part take out of a date, time, timestamp or interval.
 *
 * A field of a timestamp is an integer of some scale: `second` is 59.123456 as 59123456 of scale 6, which is how
 * PostgreSQL prints it (zeros included). `part` gives the double that date_part has.
 */
import { civilFromDays, type Civil } from '../../columnar/datetime.js';
import type { IntervalValue } from '../overload.js';

const DAY = 86400000000;

export interface Field {
  readonly scale: number;
  /** For a field of a finite timestamp. */
  readonly value: (day: number, micros: number) => number;
  /** Grows with time: of an infinite timestamp it is infinite; the others are NULL. */
  readonly grows?: true;
}

const civil: Civil = { year: 0, month: 0, day: 0 };

function civilOf(day: number): Civil {
  civilFromDays(day, civil);
  return civil;
}

/** `epoch` is missing here: it does not fit a safe integer for every timestamp. */
export const dateFields: Readonly<Record<string, Field>> = {
  day: { scale: 0, value: (day) => civilOf(day).day },
  month: { scale: 0, value: (day) => civilOf(day).month },
  quarter: { scale: 0, value: (day) => Math.floor((civilOf(day).month - 1) / 3) + 1 },
  week: { scale: 0, value: (day) => isoWeek(day) },
  year: { scale: 0, value: (day) => withoutZero(civilOf(day).year), grows: true },
  decade: { scale: 0, value: (day) => Math.floor(civilOf(day).year / 10), grows: true },
  century: { scale: 0, value: (day) => cycleOf(civilOf(day).year, 100), grows: true },
  millennium: { scale: 0, value: (day) => cycleOf(civilOf(day).year, 1000), grows: true },
  julian: { scale: 0, value: (day) => day + 2440588, grows: true },
  isoyear: { scale: 0, value: (day) => withoutZero(isoYear(day)), grows: true },
  dow: { scale: 0, value: (day) => dayOfWeek(day) },
  isodow: { scale: 0, value: (day) => dayOfWeek(day) || 7 },
  doy: { scale: 0, value: (day) => dayOfYear(day) },
};

export const clockFields: Readonly<Record<string, Field>> = {
  hour: { scale: 0, value: (_, micros) => Math.floor(micros / 3600000000) },
  minute: { scale: 0, value: (_, micros) => Math.floor(micros / 60000000) % 60 },
  second: { scale: 6, value: (_, micros) => micros % 60000000 },
  milliseconds: { scale: 3, value: (_, micros) => micros % 60000000 },
  microseconds: { scale: 0, value: (_, micros) => micros % 60000000 },
};

/** A session of ours is always in UTC. */
export const zoneFields: Readonly<Record<string, Field>> = {
  timezone: { scale: 0, value: () => 0 },
  timezone_hour: { scale: 0, value: () => 0 },
  timezone_minute: { scale: 0, value: () => 0 },
};

/** Fields of an interval; all cut towards zero, and `+ 0` makes 0 of -0. `epoch` is elsewhere. */
export const intervalFields: Readonly<
  Record<string, { readonly scale: number; readonly value: (span: IntervalValue) => number }>
> = {
  microseconds: { scale: 0, value: (span) => Number(span.micros % 60000000n) },
  milliseconds: { scale: 3, value: (span) => Number(span.micros % 60000000n) },
  second: { scale: 6, value: (span) => Number(span.micros % 60000000n) },
  minute: { scale: 0, value: (span) => Number((span.micros / 60000000n) % 60n) },
  hour: { scale: 0, value: (span) => Number(span.micros / 3600000000n) },
  day: { scale: 0, value: (span) => span.days },
  month: { scale: 0, value: (span) => (span.months % 12) + 0 },
  quarter: { scale: 0, value: (span) => Math.trunc((span.months % 12) / 3) + 1 },
  year: { scale: 0, value: (span) => Math.trunc(span.months / 12) + 0 },
  decade: { scale: 0, value: (span) => Math.trunc(span.months / 120) + 0 },
  century: { scale: 0, value: (span) => Math.trunc(span.months / 1200) + 0 },
  millennium: { scale: 0, value: (span) => Math.trunc(span.months / 12000) + 0 },
};

/** Microseconds of an interval, where a year has 365.25 days and a month 30. */
export function intervalEpoch(span: IntervalValue): bigint {
  const years = Math.trunc(span.months / 12);
  const quarterDays = 1461n * BigInt(years) + 120n * BigInt(span.months % 12) + 4n * BigInt(span.days);
  return quarterDays * BigInt(DAY / 4) + span.micros;
}

const aliases: Readonly<Record<string, string>> = {
  microsecond: 'microseconds',
  us: 'microseconds',
  usec: 'microseconds',
  usecs: 'microseconds',
  useconds: 'microseconds',
  millisecond: 'milliseconds',
  ms: 'milliseconds',
  msec: 'milliseconds',
  msecs: 'milliseconds',
  mseconds: 'milliseconds',
  seconds: 'second',
  sec: 'second',
  secs: 'second',
  s: 'second',
  minutes: 'minute',
  min: 'minute',
  mins: 'minute',
  m: 'minute',
  hours: 'hour',
  hr: 'hour',
  hrs: 'hour',
  h: 'hour',
  days: 'day',
  d: 'day',
  weeks: 'week',
  w: 'week',
  months: 'month',
  mon: 'month',
  mons: 'month',
  qtr: 'quarter',
  years: 'year',
  yr: 'year',
  yrs: 'year',
  y: 'year',
  decades: 'decade',
  dec: 'decade',
  decs: 'decade',
  centuries: 'century',
  cent: 'century',
  c: 'century',
  millennia: 'millennium',
  mil: 'millennium',
  mils: 'millennium',
  timezone_h: 'timezone_hour',
  timezone_m: 'timezone_minute',
  jd: 'julian',
  j: 'julian',
};

/** The one name of a field, from any spelling PostgreSQL takes. */
export function fieldName(text: string): string {
  const name = text.toLowerCase();
  return Object.hasOwn(aliases, name) ? aliases[name]! : name;
}

/** Sunday is 0. */
export function dayOfWeek(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** The Monday of a day's week. */
export function mondayOf(day: number): number {
  return day - ((dayOfWeek(day) + 6) % 7);
}

export function isoYear(day: number): number {
  return civilOf(mondayOf(day) + 3).year;
}

export function isoWeek(day: number): number {
  return Math.floor((dayOfYear(mondayOf(day) + 3) - 1) / 7) + 1;
}

export function dayOfYear(day: number): number {
  const { month, day: ofMonth, year } = civilOf(day);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month <= 2
    ? (month - 1) * 31 + ofMonth
    : Math.floor((153 * (month - 3) + 2) / 5) + 59 + ofMonth + (isLeap ? 1 : 0);
}

/** Century or millennium of an astronomical year; there is no number 0. */
export function cycleOf(year: number, length: number): number {
  return year > 0 ? Math.floor((year + length - 1) / length) : -Math.floor((length - year) / length);
}

/** Year 0 is 1 BC, which counts as -1. */
function withoutZero(year: number): number {
  return year > 0 ? year : year - 1;
}

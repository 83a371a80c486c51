/**
 * PostgreSQL's text of dates and times → days, microseconds (see datetime.ts).
 *
 * Read: ISO 8601 and what PostgreSQL itself writes (`2026-01-31`, `20260131`, `2026-01-31T04:05:06.789+02:00`,
 * `0044-03-15 BC`, `infinity`, `epoch`). Refused: words that mean another moment each time (`now`, `today`), month
 * names, and orders that depend on DateStyle. 22007: not a date; 22008: no such date, or out of range.
 */
import {
  DATE_INFINITY,
  DATE_MINUS_INFINITY,
  daysFromCivil,
  daysInMonth,
  MAX_DAYS,
  MICROS_PER_DAY,
  MIN_DAYS,
  storeTimestamp,
} from './datetime.js';
import { isSpace } from './decimal.js';
import { ValueError } from './row-errors.js';

export function parseDate(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === 10) {
    const year = digits4(bytes, start);
    const days = isoDays(bytes, start, year);
    if (days !== NOT_ISO) return days;
  }
  const found = new DateTimeReader(bytes, start, end, 'date').read();
  if (found.infinite !== 0) return found.infinite > 0 ? DATE_INFINITY : DATE_MINUS_INFINITY;
  if (found.days < MIN_DAYS || found.days > MAX_DAYS) throw found.outOfRange();
  return found.days;
}

/** Microseconds since midnight, up to and including 24:00:00. A zone is read and ignored, as PostgreSQL does. */
export function parseTime(bytes: Uint8Array, start: number, end: number): number {
  const micros = isoClock(bytes, start, end);
  return micros === NOT_ISO ? new DateTimeReader(bytes, start, end, 'time').readTime() : micros;
}

/** Stores the int64 of microseconds at `words[at]`. Without a zone a timestamptz is taken as UTC; a timestamp ignores zones. */
export function parseTimestamp(
  bytes: Uint8Array,
  start: number,
  end: number,
  zoned: boolean,
  words: Int32Array,
  at: number,
): void {
  if (parseIso(bytes, start, end, zoned, words, at)) return;
  const found = new DateTimeReader(bytes, start, end, zoned ? 'timestamp with time zone' : 'timestamp').read();
  if (found.infinite !== 0) {
    words[at] = found.infinite > 0 ? -1 : 0;
    words[at + 1] = found.infinite > 0 ? 0x7fffffff : -0x80000000;
  } else if (!storeTimestamp(found.days, found.micros - (zoned ? found.offset * 1000000 : 0), words, at)) {
    throw found.outOfRange();
  }
}

const NOT_ISO = -0x80000000;

/** `2026-01-31 04:05:06.789+02:00`: the common form, without an object; false leaves it to the reader. */
function parseIso(
  bytes: Uint8Array,
  start: number,
  end: number,
  zoned: boolean,
  words: Int32Array,
  at: number,
): boolean {
  if (end - start < 19) return false;
  const days = isoDays(bytes, start, digits4(bytes, start));
  const separator = bytes[start + 10];
  if (days === NOT_ISO || (separator !== 32 && separator !== 84)) return false;
  const zoneAt = clockEnd(bytes, start + 11, end);
  const micros = isoClock(bytes, start + 11, zoneAt);
  const east = isoZone(bytes, zoneAt, end);
  if (micros === NOT_ISO || east === NOT_ISO) return false;
  return storeTimestamp(days, micros - (zoned ? east * 60000000 : 0), words, at);
}

/** The offset behind `04:05:06.789`, which starts at `start`. */
function clockEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 8;
  if (at >= end || bytes[at] !== 46) return Math.min(at, end);
  do at++;
  while (at < end && bytes[at] >= 48 && bytes[at] <= 57);
  return at;
}

/** Microseconds of `04:05:06.789`, which is all of `[start, end)`, or NOT_ISO. */
function isoClock(bytes: Uint8Array, start: number, end: number): number {
  const size = end - start;
  if (size < 8 || size > 15 || bytes[start + 2] !== 58 || bytes[start + 5] !== 58) return NOT_ISO;
  const hour = digits2(bytes, start);
  const minute = digits2(bytes, start + 3);
  const second = digits2(bytes, start + 6);
  if (!(hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60)) return NOT_ISO;
  let micros = ((hour * 60 + minute) * 60 + second) * 1000000;
  if (size > 8 && bytes[start + 8] !== 46) return NOT_ISO;
  for (let at = start + 9, unit = 100000; at < end; at++, unit /= 10) {
    if (bytes[at] < 48 || bytes[at] > 57) return NOT_ISO;
    micros += (bytes[at] - 48) * unit;
  }
  return micros;
}

/** Minutes east of Greenwich of nothing, `Z`, `+02`, `-0330` or `+05:30`, which is all of `[start, end)`, or NOT_ISO. */
function isoZone(bytes: Uint8Array, start: number, end: number): number {
  const size = end - start;
  if (size === 0 || (size === 1 && bytes[start] === 90)) return 0;
  const sign = bytes[start] === 43 ? 1 : bytes[start] === 45 ? -1 : 0;
  const hasColon = size === 6 && bytes[start + 3] === 58;
  if (sign === 0 || (size !== 3 && size !== 5 && !hasColon)) return NOT_ISO;
  const hour = digits2(bytes, start + 1);
  const minute = size === 3 ? 0 : digits2(bytes, end - 2);
  return hour >= 0 && hour < 15 && minute >= 0 && minute < 60 ? sign * (hour * 60 + minute) : NOT_ISO;
}

function isoDays(bytes: Uint8Array, start: number, year: number): number {
  const month = digits2(bytes, start + 5);
  const day = digits2(bytes, start + 8);
  if (bytes[start + 4] !== 45 || bytes[start + 7] !== 45 || !(year > 0 && month > 0 && month <= 12)) return NOT_ISO;
  return day > 0 && day <= daysInMonth(year, month) ? daysFromCivil(year, month, day) : NOT_ISO;
}

/** Two digits, or a number below zero. */
function digits2(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - 48;
  const ones = bytes[at + 1] - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function digits4(bytes: Uint8Array, at: number): number {
  const high = digits2(bytes, at);
  const low = digits2(bytes, at + 2);
  return high < 0 || low < 0 ? -1 : high * 100 + low;
}

/** Reads any form; the slow way, one object a value. */
class DateTimeReader {
  days = 0;
  micros = 0;
  /** Seconds east of Greenwich. */
  offset = 0;
  infinite: -1 | 0 | 1 = 0;
  private readonly text: string;
  private at = 0;

  constructor(
    bytes: Uint8Array,
    start: number,
    end: number,
    private readonly what: string,
  ) {
    let from = start;
    let to = end;
    while (from < to && isSpace(bytes[from])) from++;
    while (to > from && isSpace(bytes[to - 1])) to--;
    // No date is longer; what is cut off is wrong anyway.
    this.text = Buffer.from(bytes.subarray(from, Math.min(to, from + 100))).toString('latin1');
  }

  read(): this {
    const word = this.text.toLowerCase();
    if (word === 'infinity' || word === '+infinity') this.infinite = 1;
    else if (word === '-infinity') this.infinite = -1;
    else if (word !== 'epoch') this.readDateTime();
    return this;
  }

  readTime(): number {
    const micros = this.clock();
    this.zone();
    if (this.at !== this.text.length) throw this.invalid();
    return micros;
  }

  outOfRange(): ValueError {
    return new ValueError('22008', `${this.what} out of range: "${this.text}"`);
  }

  private readDateTime(): void {
    const date = this.match(/(\d{3,7})([-/])(\d{1,2})\2(\d{1,2})(?!\d)/y) ?? this.match(/(\d{4})()(\d\d)(\d\d)(?!\d)/y);
    if (date === null) throw this.invalid();
    if (this.match(/(?:t| *)(?=\d)/iy) !== null) this.micros = this.clock();
    this.zone();
    const era = this.match(/ *(bc|ad)/iy)?.[1].toLowerCase();
    if (this.at !== this.text.length) throw this.invalid();
    const month = Number(date[3]);
    const day = Number(date[4]);
    const shown = Number(date[1]);
    const year = era === 'bc' ? 1 - shown : shown;
    if (shown === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) throw this.noSuch();
    this.days = daysFromCivil(year, month, day);
  }

  private clock(): number {
    const time =
      this.match(/(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d*))?)?(?!\d)/y) ?? this.match(/(\d\d)(\d\d)(\d\d)(?:\.(\d*))?/y);
    if (time === null) throw this.invalid();
    const hour = Number(time[1]);
    const minute = Number(time[2]);
    const second = Number(time[3] ?? 0);
    const micros = ((hour * 60 + minute) * 60 + second) * 1000000 + microsOf(time[4] ?? '');
    if (hour > 24 || minute > 59 || second > 60 || micros > MICROS_PER_DAY) throw this.noSuch();
    return micros;
  }

  private zone(): void {
    if (this.match(/ *(?:z(?:ulu)?|utc|gmt)(?![a-z])/iy) !== null) return;
    const zone = this.match(/ *([+-])(\d{1,2})(?::?(\d\d)(?::?(\d\d))?)?(?!\d)/y);
    if (zone === null) return;
    const [hours, minutes, seconds] = [Number(zone[2]), Number(zone[3] ?? 0), Number(zone[4] ?? 0)];
    if (hours > 15 || minutes > 59 || seconds > 59) {
      throw new ValueError('22009', `time zone displacement out of range: "${this.text}"`);
    }
    this.offset = (zone[1] === '-' ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds);
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }

  private noSuch(): ValueError {
    return new ValueError('22008', `date/time field value out of range: "${this.text}"`);
  }

  private invalid(): ValueError {
    return new ValueError('22007', `invalid input syntax for type ${this.what}: "${this.text}"`);
  }
}

/** Rounds half to even on the double, as PostgreSQL does (`rint`). */
function microsOf(fraction: string): number {
  if (fraction.length <= 6) return Number(fraction.padEnd(6, '0'));
  const micros = Number(`0.${fraction}`) * 1000000;
  const floor = Math.floor(micros);
  const rest = micros - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/**
 * Intervals: months, days and microseconds, kept apart as PostgreSQL does.
 *
 * Written in its `postgres` style (`1 year 2 mons -3 days +04:05:06.7`); read in that style, in the verbose one
 * (`@ 1 hour ago`) and as ISO 8601 (`P1Y2M3DT4H5M6.7S`). A fraction of a unit flows down: half a month is 15 days.
 */
import type { ByteWriter } from './byte-writer.js';
import { millionQuotient, millionRest } from './int64.js';
import { writeFraction } from './datetime.js';
import { ValueError } from './row-errors.js';

export function writeInterval(words: Int32Array, row: number, out: ByteWriter): void {
  const at = 4 * row;
  const months = words[at];
  const start = out.length;
  let before = false;
  const part = (value: number, unit: string): void => {
    if (value === 0) return;
    if (out.length > start) out.byte(32);
    if (before && value > 0) out.byte(43);
    out.integer(value);
    out.ascii(value === 1 ? unit : `${unit}s`);
    before = value < 0;
  };
  part(Math.trunc(months / 12), ' year');
  part(months % 12, ' mon');
  part(words[at + 1], ' day');
  const low = words[at + 2];
  const high = words[at + 3];
  if (out.length > start && low === 0 && high === 0) return;
  if (out.length > start) out.byte(32);
  let seconds = millionQuotient(low, high);
  let micros = millionRest(low, high);
  if (high < 0) {
    out.byte(45);
    seconds = -seconds;
    if (micros !== 0) {
      seconds--;
      micros = 1000000 - micros;
    }
  } else if (before) out.byte(43);
  const hours = Math.floor(seconds / 3600);
  const rest = seconds - hours * 3600;
  const minutes = (rest / 60) | 0;
  for (const [value, mark] of [
    [hours, ''],
    [minutes, ':'],
    [rest - minutes * 60, ':'],
  ] as const) {
    out.ascii(value < 10 ? `${mark}0` : mark);
    out.integer(value);
  }
  writeFraction(micros, out);
}

export interface IntervalValue {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

export function parseInterval(text: string): IntervalValue {
  const trimmed = text.trim();
  const sum = new IntervalSum(trimmed);
  if (/^p/i.test(trimmed)) readIso(trimmed.slice(1), sum);
  else readWords(trimmed, sum);
  return sum.finish();
}

/** Months, days or microseconds of one unit, the PostgreSQL names of it. */
const units: readonly (readonly [RegExp, 'months' | 'days' | 'micros', number])[] = [
  [/^(?:millennium|millennia|millenniums|mils?)$/, 'months', 12000],
  [/^(?:century|centuries|cent|c)$/, 'months', 1200],
  [/^(?:decades?|decs?)$/, 'months', 120],
  [/^(?:years?|yrs?|y)$/, 'months', 12],
  [/^(?:months?|mons?)$/, 'months', 1],
  [/^(?:weeks?|w)$/, 'days', 7],
  [/^(?:days?|d)$/, 'days', 1],
  [/^(?:hours?|hrs?|h)$/, 'micros', 3600000000],
  [/^(?:minutes?|mins?|m)$/, 'micros', 60000000],
  [/^(?:seconds?|secs?|s)$/, 'micros', 1000000],
  [/^(?:milliseconds?|msecs?|msec|ms)$/, 'micros', 1000],
  [/^(?:microseconds?|usecs?|us)$/, 'micros', 1],
];

function readWords(text: string, sum: IntervalSum): void {
  const pattern =
    /\s*(?:([+-]?)(\d+):(\d\d?)(?::(\d\d?)(?:\.(\d*))?)?|([+-]?)(\d*)(?:\.(\d*))?\s*([a-z]+)|(-?\d+(?:\.\d*)?)\s*$)/iy;
  const body = text.replace(/^@\s*/, '');
  const ago = /\s+ago$/i.test(body);
  const rest = ago ? body.replace(/\s+ago$/i, '') : body;
  let at = 0;
  while (at < rest.length) {
    pattern.lastIndex = at;
    const found = pattern.exec(rest);
    if (found === null) throw sum.invalid();
    at = pattern.lastIndex;
    const [, clockSign, hours, minutes, seconds, clockFraction, sign, whole, fraction, unit, bare] = found;
    if (hours !== undefined) {
      if (Number(minutes) > 59 || Number(seconds ?? 0) > 60) throw sum.outOfRange();
      sum.addExact(clockSign === '-', [hours, 3600], [minutes, 60], [seconds ?? '0', 1], clockFraction ?? '');
    } else if (bare !== undefined) {
      const [digits, part] = bare.replace('-', '').split('.');
      sum.add(bare.startsWith('-'), digits, part ?? '', 'micros', 1000000);
    } else {
      const known = units.find(([names]) => names.test(unit.toLowerCase()));
      if (known === undefined || (whole === '' && (fraction ?? '') === '')) throw sum.invalid();
      sum.add(sign === '-', whole, fraction ?? '', known[1], known[2]);
    }
  }
  if (ago) sum.negate();
}

function readIso(text: string, sum: IntervalSum): void {
  const [date, time, ...more] = text.split(/t/i);
  const pattern = /([+-]?)(\d*)(?:[.,](\d*))?([ymwdhs])/iy;
  for (const [part, isTime] of [
    [date, false],
    [time ?? '', true],
  ] as const) {
    for (let at = 0; at < part.length; at = pattern.lastIndex) {
      pattern.lastIndex = at;
      const found = pattern.exec(part);
      if (found === null) throw sum.invalid();
      const letter = found[4].toLowerCase();
      const unit = isTime ? isoTime[letter] : isoDate[letter];
      if (unit === undefined || (found[2] === '' && (found[3] ?? '') === '')) throw sum.invalid();
      sum.add(found[1] === '-', found[2], found[3] ?? '', unit[0], unit[1]);
    }
  }
  if (more.length > 0 || (time !== undefined && time === '')) throw sum.invalid();
}

type Unit = readonly ['months' | 'days' | 'micros', number];
const isoDate: Readonly<Record<string, Unit>> = { y: ['months', 12], m: ['months', 1], w: ['days', 7], d: ['days', 1] };
const isoTime: Readonly<Record<string, Unit>> = {
  h: ['micros', 3600000000],
  m: ['micros', 60000000],
  s: ['micros', 1000000],
};

class IntervalSum {
  private months = 0;
  private days = 0;
  private micros = 0n;
  private parts = 0;

  constructor(private readonly text: string) {}

  add(negative: boolean, whole: string, fraction: string, unit: 'months' | 'days' | 'micros', factor: number): void {
    this.parts++;
    const sign = negative ? -1 : 1;
    const part = fraction === '' ? 0 : Number(`0.${fraction}`);
    if (unit === 'micros') {
      this.micros += BigInt(sign) * (BigInt(whole || '0') * BigInt(factor) + BigInt(rint(part * factor)));
      return;
    }
    const units = Number(whole || '0') * factor;
    let days = unit === 'days' ? part * factor : 0;
    if (unit === 'days') this.days += sign * units;
    else if (factor === 1) {
      this.months += sign * units;
      days = part * 30;
    } else this.months += sign * (units + rint(part * factor));
    const wholeDays = Math.floor(days);
    this.days += sign * wholeDays;
    this.micros += BigInt(sign * rint((days - wholeDays) * 86400000000));
  }

  addExact(negative: boolean, ...parts: readonly [Clock, Clock, Clock, string]): void {
    this.parts++;
    const seconds = parts
      .slice(0, 3)
      .reduce((sum, part) => sum + BigInt((part as Clock)[0]) * BigInt((part as Clock)[1]), 0n);
    const micros = seconds * 1000000n + BigInt(rint(Number(`0.${parts[3]}`) * 1000000));
    this.micros += negative ? -micros : micros;
  }

  negate(): void {
    this.months = -this.months;
    this.days = -this.days;
    this.micros = -this.micros;
  }

  finish(): IntervalValue {
    if (this.parts === 0) throw this.invalid();
    if (!fits32(this.months) || !fits32(this.days) || BigInt.asIntN(64, this.micros) !== this.micros)
      throw this.outOfRange();
    // `-0` must not reach anybody.
    return { months: this.months | 0, days: this.days | 0, micros: this.micros };
  }

  outOfRange(): ValueError {
    return new ValueError('22015', `interval field value out of range: "${this.text}"`);
  }

  invalid(): ValueError {
    return new ValueError('22007', `invalid input syntax for type interval: "${this.text}"`);
  }
}

type Clock = readonly [string, number];

function fits32(value: number): boolean {
  return value >= -0x80000000 && value <= 0x7fffffff;
}

function rint(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

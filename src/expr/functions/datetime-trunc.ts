/** date_trunc: a timestamp or interval without what is smaller than a unit. The unit is a constant. */
import { civilFromDays, daysFromCivil, type Civil } from '../../columnar/datetime.js';
import type { DataType, Kind } from '../../columnar/data-type.js';
import { asCall, bound, define, type BoundCall, type IntervalValue, type Kernel, type Overload } from '../overload.js';
import { cycleOf, fieldName, mondayOf } from './datetime-fields.js';
import { dayOf, dayOfSafe, interval, isInfinite, microsOfDay, timestampOf, timestampOfSafe } from './moment.js';
import { RefusedCall } from './refused-call.js';
import { requireUtc } from './utc-zone.js';

const DAY = 86400000000;

export const truncFunctions: readonly Overload[] = [
  define('date_trunc', ['text', 'timestamp'], truncType, timestampKernel(), asCall),
  define('date_trunc', ['text', 'timestamptz'], truncType, timestampKernel(), asCall),
  define('date_trunc', ['text', 'timestamptz', 'text'], truncType, timestampKernel(), asCall),
  define(
    'date_trunc',
    ['text', 'interval'],
    truncType,
    bound((call) => {
      const trunc = intervalUnits[unitOf(call, intervalUnits)]!;
      return (_: Uint8Array, __: number, ___: number, span: IntervalValue) => trunc(span);
    }),
    asCall,
  ),
];

/** Units of a clock, by their length in microseconds. */
const clockUnits: Readonly<Record<string, number>> = {
  microseconds: 1,
  milliseconds: 1000,
  second: 1000000,
  minute: 60000000,
  hour: 3600000000,
};

const civil: Civil = { year: 0, month: 0, day: 0 };

function startOfMonth(day: number, months: number): number {
  civilFromDays(day, civil);
  return daysFromCivil(civil.year, civil.month - ((civil.month - 1) % months), 1);
}

function startOfYear(day: number, yearOf: (year: number) => number): number {
  civilFromDays(day, civil);
  return daysFromCivil(yearOf(civil.year), 1, 1);
}

/** The first year of the century or millennium with this number; -1 is the one that ends in year 0. */
function firstYear(number: number, length: number): number {
  return number > 0 ? (number - 1) * length + 1 : number * length + 1;
}

const dayUnits: Readonly<Record<string, (day: number) => number>> = {
  day: (day) => day,
  week: mondayOf,
  month: (day) => startOfMonth(day, 1),
  quarter: (day) => startOfMonth(day, 3),
  year: (day) => startOfYear(day, (year) => year),
  decade: (day) => startOfYear(day, (year) => Math.floor(year / 10) * 10),
  century: (day) => startOfYear(day, (year) => firstYear(cycleOf(year, 100), 100)),
  millennium: (day) => startOfYear(day, (year) => firstYear(cycleOf(year, 1000), 1000)),
};

const wholeMonths = (months: number) => (span: IntervalValue) => interval(span.months - (span.months % months), 0, 0n);
const wholeMicros = (micros: bigint) => (span: IntervalValue) =>
  interval(span.months, span.days, span.micros - (span.micros % micros));

const intervalUnits: Readonly<Record<string, (span: IntervalValue) => IntervalValue>> = {
  microseconds: (span) => span,
  milliseconds: wholeMicros(1000n),
  second: wholeMicros(1000000n),
  minute: wholeMicros(60000000n),
  hour: wholeMicros(3600000000n),
  day: (span) => interval(span.months, span.days, 0n),
  month: wholeMonths(1),
  quarter: wholeMonths(3),
  year: wholeMonths(12),
  decade: wholeMonths(120),
  century: wholeMonths(1200),
  millennium: wholeMonths(12000),
};

function unitOf(call: BoundCall, units: Readonly<Record<string, unknown>>): string {
  const text = call.constants[0];
  if (typeof text !== 'string')
    throw new RefusedCall('the unit has to be a constant', "write it out, for example 'month'");
  const name = fieldName(text);
  if (Object.hasOwn(units, name)) return name;
  throw new RefusedCall(`date_trunc has no unit "${text}" for this type`, `units are ${Object.keys(units).join(', ')}`);
}

function truncType(call: BoundCall): DataType {
  const kind = call.types[1]!.kind as Extract<Kind, 'timestamp' | 'timestamptz' | 'interval'>;
  if (call.constants[0] !== null) unitOf(call, kind === 'interval' ? intervalUnits : { ...clockUnits, ...dayUnits });
  return { kind };
}

function timestampKernel(): Kernel {
  return bound(
    (call) => {
      const trunc = momentTrunc(call);
      return (_: Uint8Array, __: number, ___: number, timestamp: bigint) => {
        if (isInfinite(timestamp)) return timestamp;
        const day = dayOf(timestamp);
        return trunc(day, microsOfDay(timestamp, day), timestampOf);
      };
    },
    {
      bindFast: (call) => {
        const trunc = momentTrunc(call);
        return (_: Uint8Array, __: number, ___: number, timestamp: number) => {
          const day = dayOfSafe(timestamp);
          return trunc(day, timestamp - day * DAY, timestampOfSafe);
        };
      },
    },
  );
}

function momentTrunc(call: BoundCall): <T>(day: number, micros: number, join: (day: number, micros: number) => T) => T {
  if (call.types.length === 3) requireUtc(call, 2);
  const name = unitOf(call, { ...clockUnits, ...dayUnits });
  const clock = clockUnits[name];
  if (clock !== undefined) return (day, micros, join) => join(day, micros - (micros % clock));
  const start = dayUnits[name]!;
  return (day, _, join) => join(start(day), 0);
}

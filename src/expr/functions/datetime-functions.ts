/** The functions and operators of dates and times. The session is in UTC, so timestamptz counts like timestamp. */
import { isInfiniteDate } from '../../columnar/datetime.js';
import {
  asCall,
  asOperator,
  bound,
  define,
  notPushed,
  run,
  type BoundCall,
  type IntervalValue,
  type Overload,
  type RunFunction,
} from '../overload.js';
import {
  addDays,
  addIntervals,
  addToDate,
  addToTime,
  addToTimestamp,
  addToTimestampSafe,
  age,
  dateAtTime,
  dateDifference,
  negateInterval,
  subtractDays,
  subtractFromDate,
  subtractFromTime,
  subtractFromTimestamp,
  subtractFromTimestampSafe,
  subtractIntervals,
  timeDifference,
  timestampDifference,
  timestampDifferenceSafe,
} from './datetime-arithmetic.js';
import { binFunctions } from './datetime-bin.js';
import { extractFunctions } from './datetime-extract.js';
import { divideInterval, justifyDays, justifyHours, justifyInterval, multiplyInterval } from './datetime-interval.js';
import { makeDate, makeInterval, makeTime, makeTimestamp, toTimestamp } from './datetime-make.js';
import { toCharFunctions } from './datetime-to-char.js';
import { truncFunctions } from './datetime-trunc.js';
import { isInfinite } from './moment.js';
import { roundFunctions } from './datetime-round.js';
import { requireUtc } from './utc-zone.js';

const moments = ['timestamp', 'timestamptz'] as const;

export const datetimeFunctions: readonly Overload[] = [
  ...extractFunctions,
  ...truncFunctions,
  ...roundFunctions,
  ...binFunctions,
  ...toCharFunctions,
  define('+', ['date', 'int32'], 'date', run(addDays), asOperator),
  define(
    '+',
    ['int32', 'date'],
    'date',
    run((count: number, day: number) => addDays(day, count)),
    asOperator,
  ),
  define('-', ['date', 'int32'], 'date', run(subtractDays), asOperator),
  define('-', ['date', 'date'], 'int32', run(dateDifference), asOperator),
  define('+', ['date', 'interval'], 'timestamp', run(addToDate), asOperator),
  define(
    '+',
    ['interval', 'date'],
    'timestamp',
    run((span: IntervalValue, day: number) => addToDate(day, span)),
    asOperator,
  ),
  define('-', ['date', 'interval'], 'timestamp', run(subtractFromDate), asOperator),
  define('+', ['date', 'time'], 'timestamp', run(dateAtTime), asOperator),
  define(
    '+',
    ['time', 'date'],
    'timestamp',
    run((time: bigint, day: number) => dateAtTime(day, time)),
    asOperator,
  ),
  ...moments.flatMap((kind) => [
    define('+', [kind, 'interval'], kind, run(addToTimestamp, { runFast: addToTimestampSafe }), asOperator),
    define(
      '+',
      ['interval', kind],
      kind,
      run((span: IntervalValue, at: bigint) => addToTimestamp(at, span), {
        runFast: (span: IntervalValue, at: number) => addToTimestampSafe(at, span),
      }),
      asOperator,
    ),
    define(
      '-',
      [kind, 'interval'],
      kind,
      run(subtractFromTimestamp, { runFast: subtractFromTimestampSafe }),
      asOperator,
    ),
    define('-', [kind, kind], 'interval', run(timestampDifference, { runFast: timestampDifferenceSafe }), asOperator),
    define('age', [kind, kind], 'interval', run(age), asCall),
    define(
      'isfinite',
      [kind],
      'boolean',
      run((at: bigint) => !isInfinite(at), { runFast: () => true }),
      asCall,
    ),
  ]),
  define(
    'isfinite',
    ['date'],
    'boolean',
    run((day: number) => !isInfiniteDate(day)),
    asCall,
  ),
  define(
    'isfinite',
    ['interval'],
    'boolean',
    run(() => true),
    asCall,
  ),
  define('+', ['time', 'interval'], 'time', run(addToTime), asOperator),
  define(
    '+',
    ['interval', 'time'],
    'time',
    run((span: IntervalValue, time: bigint) => addToTime(time, span)),
    asOperator,
  ),
  define('-', ['time', 'interval'], 'time', run(subtractFromTime), asOperator),
  define('-', ['time', 'time'], 'interval', run(timeDifference), asOperator),
  define('+', ['interval', 'interval'], 'interval', run(addIntervals), asOperator),
  define('-', ['interval', 'interval'], 'interval', run(subtractIntervals), asOperator),
  define('-', ['interval'], 'interval', run(negateInterval), asOperator),
  define('*', ['interval', 'float64'], 'interval', run(multiplyInterval), asOperator),
  define(
    '*',
    ['float64', 'interval'],
    'interval',
    run((factor: number, span: IntervalValue) => multiplyInterval(span, factor)),
    asOperator,
  ),
  define('/', ['interval', 'float64'], 'interval', run(divideInterval), asOperator),
  define('justify_hours', ['interval'], 'interval', run(justifyHours), asCall),
  define('justify_days', ['interval'], 'interval', run(justifyDays), asCall),
  define('justify_interval', ['interval'], 'interval', run(justifyInterval), asCall),
  define('make_date', ['int32', 'int32', 'int32'], 'date', run(makeDate), asCall),
  define('make_time', ['int32', 'int32', 'float64'], 'time', run(makeTime), asCall),
  define(
    'make_timestamp',
    ['int32', 'int32', 'int32', 'int32', 'int32', 'float64'],
    'timestamp',
    run(makeTimestamp),
    asCall,
  ),
  define(
    'make_interval',
    ['int32', 'int32', 'int32', 'int32', 'int32', 'int32', 'float64'],
    'interval',
    run(makeInterval),
    asCall,
  ),
  define('to_timestamp', ['float64'], 'timestamptz', run(toTimestamp), asCall),
  define('timezone', ['text', 'timestamp'], 'timestamptz', bound(inUtc), notPushed),
  define('timezone', ['text', 'timestamptz'], 'timestamp', bound(inUtc), notPushed),
];

/** `AT TIME ZONE` of UTC. */
function inUtc(call: BoundCall): RunFunction {
  requireUtc(call, 0);
  return (_: Uint8Array, __: number, ___: number, at: bigint) => at;
}

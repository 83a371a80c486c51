/** EXTRACT (a decimal of the field's scale) and date_part (a double). The field is a constant: it decides the type. */
import { isInfiniteDate, DATE_INFINITY } from '../../columnar/datetime.js';
import type { DataType, Kind } from '../../columnar/data-type.js';
import { ValueError } from '../../columnar/row-errors.js';
import {
  asCall,
  bound,
  define,
  inline,
  type BoundCall,
  type IntervalValue,
  type Kernel,
  type Overload,
  type SqlPrinter,
} from '../overload.js';
import {
  clockFields,
  dateFields,
  fieldName,
  intervalEpoch,
  intervalFields,
  zoneFields,
  type Field,
} from './datetime-fields.js';
import { dayOf, dayOfSafe, isInfinite, microsOfDay, TIMESTAMP_INFINITY } from './moment.js';
import { RefusedCall } from './refused-call.js';

const DAY = 86400000000;
/** 294277-01-01: from there on PostgreSQL has no timestamp. */
const TIMESTAMP_END_DAY = 106762940;
const SECONDS_PER_YEAR = 31557600;

const extractSql: SqlPrinter = (args, call) => {
  const [field] = call.args;
  return field?.kind === 'literal' && field.text !== null ? `EXTRACT(${fieldName(field.text)} FROM ${args[1]})` : null;
};

export const extractFunctions: readonly Overload[] = [
  define('extract', ['text', 'timestamp'], fieldDecimal, timestampKernel(), extractSql),
  define('extract', ['text', 'timestamptz'], fieldDecimal, timestampKernel(), extractSql),
  define('extract', ['text', 'date'], fieldDecimal, dateKernel(), extractSql),
  define('extract', ['text', 'time'], fieldDecimal, timeKernel(), extractSql),
  define(
    'extract',
    ['text', 'interval'],
    fieldDecimal,
    inline((e, [, span], call) => {
      const name = fieldOf(call.args[0]!.kind === 'literal' ? call.args[0].text : undefined, 'interval');
      const read = name === 'epoch' ? intervalEpoch : intervalFields[name]!.value;
      const value = e.local(`${e.constant(read)}(${span!.parts[0]})`);
      if (e.exact) return { isNull: 'false', parts: [name === 'epoch' ? value : `BigInt(${value})`] };
      const safe = e.local(`Number(${value})`);
      e.line(`if (!(${safe} <= 9007199254740991 && ${safe} >= -9007199254740991)) ${e.bail()}`);
      return { isNull: 'false', parts: [safe] };
    }),
    extractSql,
  ),
  define('date_part', ['text', 'timestamp'], 'float64', timestampPart(), asCall),
  define('date_part', ['text', 'timestamptz'], 'float64', timestampPart(), asCall),
  define('date_part', ['text', 'date'], 'float64', datePart(), asCall),
  define('date_part', ['text', 'time'], 'float64', timePart(), asCall),
  define(
    'date_part',
    ['text', 'interval'],
    'float64',
    bound((call) => {
      const name = fieldOf(call.constants[0], 'interval');
      if (name === 'epoch')
        return (_: Uint8Array, __: number, ___: number, span: IntervalValue) => intervalEpochPart(span);
      const { scale, value } = intervalFields[name]!;
      return (_: Uint8Array, __: number, ___: number, span: IntervalValue) => value(span) / 10 ** scale;
    }),
    asCall,
  ),
];

/** The canonical name of a constant field, refused when `kind` does not have it. */
function fieldOf(text: string | null | undefined, kind: Kind): string {
  if (typeof text !== 'string')
    throw new RefusedCall('the field has to be a constant', "write it out, for example 'year'");
  const name = fieldName(text);
  const names = fieldNames(kind);
  if (names.includes(name)) return name;
  throw new RefusedCall(
    `there is no field "${text}" of a ${kind === 'timestamptz' ? 'timestamp with time zone' : kind}`,
    `fields are ${names.join(', ')}`,
  );
}

function fieldNames(kind: Kind): readonly string[] {
  // `julian` of a timestamp has as many decimals as numeric division gives it: not a fixed scale.
  const ofTimestamp = [
    ...Object.keys(dateFields).filter((name) => name !== 'julian'),
    ...Object.keys(clockFields),
    'epoch',
  ];
  switch (kind) {
    case 'date':
      return [...Object.keys(dateFields), 'epoch'];
    case 'time':
      return [...Object.keys(clockFields), 'epoch'];
    case 'interval':
      return [...Object.keys(intervalFields), 'epoch'];
    case 'timestamptz':
      return [...ofTimestamp, ...Object.keys(zoneFields)];
    default:
      return ofTimestamp;
  }
}

function fieldDecimal(call: BoundCall): DataType {
  const kind = call.types[1]!.kind;
  if (call.constants[0] === null) return { kind: 'numeric' };
  const name = fieldOf(call.constants[0], kind);
  if (name === 'epoch')
    return { kind: 'decimal', precision: kind === 'interval' ? 23 : 19, scale: kind === 'date' ? 0 : 6 };
  const scale = kind === 'interval' ? intervalFields[name]!.scale : momentField(name).scale;
  return { kind: 'decimal', precision: 10, scale };
}

function momentField(name: string): Field {
  return dateFields[name] ?? clockFields[name] ?? zoneFields[name]!;
}

function infiniteField(): ValueError {
  return new ValueError(
    '22003',
    'this field of an infinite date or timestamp is infinite, which a decimal cannot hold',
  );
}

function timestampKernel(): Kernel {
  return bound(
    (call) => {
      const name = fieldOf(call.constants[0], call.types[1]!.kind);
      const field = momentField(name);
      return (_: Uint8Array, __: number, ___: number, timestamp: bigint): bigint | null => {
        if (isInfinite(timestamp)) {
          if (name === 'epoch' || field?.grows) throw infiniteField();
          return null;
        }
        if (name === 'epoch') return timestamp;
        const day = dayOf(timestamp);
        return BigInt(field.value(day, microsOfDay(timestamp, day)));
      };
    },
    {
      nullable: true,
      bindFast: (call) => {
        const name = fieldOf(call.constants[0], call.types[1]!.kind);
        if (name === 'epoch') return (_: Uint8Array, __: number, ___: number, timestamp: number) => timestamp;
        const { value } = momentField(name);
        return (_: Uint8Array, __: number, ___: number, timestamp: number) => {
          const day = dayOfSafe(timestamp);
          return value(day, timestamp - day * DAY);
        };
      },
    },
  );
}

function dateKernel(): Kernel {
  const read = (call: BoundCall): ((day: number) => number | null) => {
    const name = fieldOf(call.constants[0], 'date');
    const field: Field = name === 'epoch' ? { scale: 0, value: (day) => day * 86400, grows: true } : dateFields[name]!;
    return (day) => {
      if (!isInfiniteDate(day)) return field.value(day, 0);
      if (field.grows) throw infiniteField();
      return null;
    };
  };
  return bound(
    (call) => {
      const field = read(call);
      return (_: Uint8Array, __: number, ___: number, day: number): bigint | null => {
        const value = field(day);
        return value === null ? null : BigInt(value);
      };
    },
    {
      nullable: true,
      bindFast: (call) => {
        const field = read(call);
        return (_: Uint8Array, __: number, ___: number, day: number) => field(day);
      },
    },
  );
}

function timeKernel(): Kernel {
  const read = (call: BoundCall): ((micros: number) => number) => {
    const name = fieldOf(call.constants[0], 'time');
    return name === 'epoch' ? (micros) => micros : (micros) => clockFields[name]!.value(0, micros);
  };
  return bound(
    (call) => {
      const field = read(call);
      return (_: Uint8Array, __: number, ___: number, time: bigint) => BigInt(field(Number(time)));
    },
    {
      bindFast: (call) => {
        const field = read(call);
        return (_: Uint8Array, __: number, ___: number, time: number) => field(time);
      },
    },
  );
}

/** Infinite where the field grows with time, else NULL. */
function infinitePart(grows: boolean, isPositive: boolean): number | null {
  return !grows ? null : isPositive ? Infinity : -Infinity;
}

function timestampPart(): Kernel {
  return bound(
    (call) => {
      const name = fieldOf(call.constants[0], call.types[1]!.kind);
      const field = momentField(name);
      return (_: Uint8Array, __: number, ___: number, timestamp: bigint): number | null => {
        if (isInfinite(timestamp))
          return infinitePart(name === 'epoch' || field?.grows === true, timestamp === TIMESTAMP_INFINITY);
        if (name === 'epoch') return Number(timestamp) / 1000000;
        const day = dayOf(timestamp);
        return field.value(day, microsOfDay(timestamp, day)) / 10 ** field.scale;
      };
    },
    {
      nullable: true,
      bindFast: (call) => {
        const name = fieldOf(call.constants[0], call.types[1]!.kind);
        if (name === 'epoch') return (_: Uint8Array, __: number, ___: number, timestamp: number) => timestamp / 1000000;
        const { value, scale } = momentField(name);
        const unit = 10 ** scale;
        return (_: Uint8Array, __: number, ___: number, timestamp: number) => {
          const day = dayOfSafe(timestamp);
          return value(day, timestamp - day * DAY) / unit;
        };
      },
    },
  );
}

/** A date counts as its midnight, so the fields of a clock are there and 0. */
function datePart(): Kernel {
  return bound(
    (call) => {
      const name = fieldOf(call.constants[0], 'timestamp');
      const field = momentField(name);
      return (_: Uint8Array, __: number, ___: number, day: number): number | null => {
        if (isInfiniteDate(day)) return infinitePart(name === 'epoch' || field?.grows === true, day === DATE_INFINITY);
        if (day >= TIMESTAMP_END_DAY) throw new ValueError('22008', 'date out of range for timestamp');
        return name === 'epoch' ? day * 86400 : field.value(day, 0);
      };
    },
    { nullable: true },
  );
}

function timePart(): Kernel {
  const read = (call: BoundCall): ((micros: number) => number) => {
    const name = fieldOf(call.constants[0], 'time');
    if (name === 'epoch') return (micros) => micros / 1000000;
    const { value, scale } = clockFields[name]!;
    return (micros) => value(0, micros) / 10 ** scale;
  };
  return bound(
    (call) => {
      const field = read(call);
      return (_: Uint8Array, __: number, ___: number, time: bigint) => field(Number(time));
    },
    {
      bindFast: (call) => {
        const field = read(call);
        return (_: Uint8Array, __: number, ___: number, time: number) => field(time);
      },
    },
  );
}

/** In doubles and in this order, as interval_part adds them up. */
function intervalEpochPart(span: IntervalValue): number {
  let seconds = Number(span.micros) / 1000000;
  seconds += SECONDS_PER_YEAR * Math.trunc(span.months / 12);
  seconds += 2592000 * (span.months % 12);
  return seconds + 86400 * span.days;
}

/**
 * to_char of timestamps with a constant format.
 *
 * The format is cut up as formatting.c does (longest keyword first, FM before one, text in double quotes); a keyword that
 * we do not write exactly, or a suffix such as TH, is refused when the job is planned.
 */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { civilFromDays, type Civil } from '../../columnar/datetime.js';
import { writePadded } from '../../columnar/int64.js';
import { asCall, bound, define, type BoundCall, type Overload, type RunFunction } from '../overload.js';
import { dayOfWeek, dayOfYear, isoWeek, isoYear } from './datetime-fields.js';
import { dayOf, dayOfSafe, isInfinite, microsOfDay } from './moment.js';
import { RefusedCall } from './refused-call.js';

const DAY = 86400000000;

export const toCharFunctions: readonly Overload[] = (['timestamp', 'timestamptz'] as const).map((kind) =>
  define(
    'to_char',
    [kind, 'text'],
    'text',
    bound(
      (call) => {
        const write = formatOf(call);
        return ((timestamp: bigint, _: Uint8Array, __: number, ___: number, out: ByteWriter): void | false => {
          if (isInfinite(timestamp)) return false;
          const day = dayOf(timestamp);
          return write(day, microsOfDay(timestamp, day), out);
        }) as RunFunction;
      },
      {
        bindFast: (call) => {
          const write = formatOf(call);
          return ((timestamp: number, _: Uint8Array, __: number, ___: number, out: ByteWriter): void | false => {
            const day = dayOfSafe(timestamp);
            return write(day, timestamp - day * DAY, out);
          }) as RunFunction;
        },
      },
    ),
    asCall,
  ),
);

interface Moment {
  readonly civil: Civil;
  day: number;
  micros: number;
}

/** `plain`: without padding (FM). */
type Part = (moment: Moment, out: ByteWriter, plain: boolean) => void;

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** In `width` digits at least. */
function number(width: number, value: (moment: Moment) => number): Part {
  return (moment, out, plain) => {
    const shown = value(moment);
    if (plain || shown >= 10 ** width) out.integer(shown);
    else writePadded(shown, width, out);
  };
}

/** A name in the case of the keyword, padded to the longest unless cut to three letters. */
function name(keyword: string, names: readonly string[], index: (moment: Moment) => number): Part {
  const isShort = keyword.length <= 3 && keyword.toLowerCase() !== 'day';
  const shaped = names.map((full) => {
    const text = isShort ? full.slice(0, 3) : full;
    return keyword === keyword.toUpperCase()
      ? text.toUpperCase()
      : keyword === keyword.toLowerCase()
        ? text.toLowerCase()
        : text;
  });
  return (moment, out, plain) => {
    const text = shaped[index(moment)]!;
    out.ascii(isShort || plain ? text : text.padEnd(9));
  };
}

/** Years are counted without sign. */
function positive(year: number): number {
  return year > 0 ? year : 1 - year;
}

function hourOf(moment: Moment): number {
  return Math.floor(moment.micros / 3600000000);
}

function halfDay(am: string, pm: string): Part {
  return (moment, out) => out.ascii(hourOf(moment) >= 12 ? pm : am);
}

const fraction = (moment: Moment): number => moment.micros % 1000000;
const secondsOfDay = number(1, (moment) => Math.floor(moment.micros / 1000000));
const hour12 = number(2, (moment) => hourOf(moment) % 12 || 12);

const numbers: Readonly<Record<string, Part>> = {
  yyyy: number(4, ({ civil }) => positive(civil.year)),
  yyy: number(3, ({ civil }) => positive(civil.year) % 1000),
  yy: number(2, ({ civil }) => positive(civil.year) % 100),
  y: number(1, ({ civil }) => positive(civil.year) % 10),
  iyyy: number(4, ({ day }) => positive(isoYear(day))),
  iyy: number(3, ({ day }) => positive(isoYear(day)) % 1000),
  iy: number(2, ({ day }) => positive(isoYear(day)) % 100),
  i: number(1, ({ day }) => positive(isoYear(day)) % 10),
  q: number(1, ({ civil }) => Math.ceil(civil.month / 3)),
  mm: number(2, ({ civil }) => civil.month),
  ww: number(2, ({ day }) => Math.floor((dayOfYear(day) - 1) / 7) + 1),
  iw: number(2, ({ day }) => isoWeek(day)),
  w: number(1, ({ civil }) => Math.floor((civil.day - 1) / 7) + 1),
  ddd: number(3, ({ day }) => dayOfYear(day)),
  dd: number(2, ({ civil }) => civil.day),
  d: number(1, ({ day }) => dayOfWeek(day) + 1),
  id: number(1, ({ day }) => dayOfWeek(day) || 7),
  j: number(1, ({ day }) => day + 2440588),
  hh24: number(2, hourOf),
  hh12: hour12,
  hh: hour12,
  mi: number(2, (moment) => Math.floor(moment.micros / 60000000) % 60),
  ss: number(2, (moment) => Math.floor(moment.micros / 1000000) % 60),
  sssss: secondsOfDay,
  ssss: secondsOfDay,
  // Fractions keep their zeros even after FM.
  ms: (moment, out) => writePadded(Math.floor(fraction(moment) / 1000), 3, out),
  us: (moment, out) => writePadded(fraction(moment), 6, out),
};

/** Every keyword of formatting.c, to see where one ends; longest first. */
const keywords = [
  'Y,YYY',
  'y,yyy',
  'A.D.',
  'a.d.',
  'B.C.',
  'b.c.',
  'A.M.',
  'a.m.',
  'P.M.',
  'p.m.',
  'MONTH',
  'Month',
  'month',
  'SSSSS',
  'sssss',
  'SSSS',
  'ssss',
  'HH24',
  'hh24',
  'HH12',
  'hh12',
  'IDDD',
  'iddd',
  'IYYY',
  'iyyy',
  'YYYY',
  'yyyy',
  'DAY',
  'Day',
  'day',
  'DDD',
  'ddd',
  'MON',
  'Mon',
  'mon',
  'IYY',
  'iyy',
  'YYY',
  'yyy',
  'FF1',
  'FF2',
  'FF3',
  'FF4',
  'FF5',
  'FF6',
  'ff1',
  'ff2',
  'ff3',
  'ff4',
  'ff5',
  'ff6',
  'TZH',
  'TZM',
  'tzh',
  'tzm',
  'AD',
  'ad',
  'AM',
  'am',
  'BC',
  'bc',
  'PM',
  'pm',
  'CC',
  'cc',
  'DD',
  'dd',
  'DY',
  'Dy',
  'dy',
  'FX',
  'fx',
  'HH',
  'hh',
  'ID',
  'id',
  'IW',
  'iw',
  'IY',
  'iy',
  'MI',
  'mi',
  'MM',
  'mm',
  'MS',
  'ms',
  'OF',
  'of',
  'RM',
  'rm',
  'SS',
  'ss',
  'TZ',
  'tz',
  'US',
  'us',
  'WW',
  'ww',
  'YY',
  'yy',
  'D',
  'd',
  'I',
  'i',
  'J',
  'j',
  'Q',
  'q',
  'W',
  'w',
  'Y',
  'y',
];

function partOf(keyword: string): Part {
  switch (keyword.toLowerCase()) {
    case 'month':
    case 'mon':
      return name(keyword, months, ({ civil }) => civil.month - 1);
    case 'day':
    case 'dy':
      return name(keyword, weekdays, ({ day }) => dayOfWeek(day));
    case 'am':
    case 'pm':
      return keyword === keyword.toUpperCase() ? halfDay('AM', 'PM') : halfDay('am', 'pm');
    case 'a.m.':
    case 'p.m.':
      return keyword === keyword.toUpperCase() ? halfDay('A.M.', 'P.M.') : halfDay('a.m.', 'p.m.');
  }
  const part = numbers[keyword.toLowerCase()];
  if (part !== undefined) return part;
  throw new RefusedCall(`to_char with ${keyword} is not supported`, 'put text into double quotes');
}

function formatOf(call: BoundCall): (day: number, micros: number, out: ByteWriter) => void | false {
  const format = call.constants[1];
  if (format === undefined)
    throw new RefusedCall('the format of to_char has to be a constant', "write it out, for example 'YYYY-MM-DD'");
  const parts = parseFormat(format ?? '');
  if (parts.length === 0) return () => false;
  const moment: Moment = { civil: { year: 0, month: 0, day: 0 }, day: 0, micros: 0 };
  return (day, micros, out) => {
    civilFromDays(day, moment.civil);
    moment.day = day;
    moment.micros = micros;
    for (const { part, plain } of parts) part(moment, out, plain);
  };
}

function parseFormat(format: string): { readonly part: Part; readonly plain: boolean }[] {
  const parts: { part: Part; plain: boolean }[] = [];
  const literal = (text: string): void => {
    const bytes = Buffer.from(text);
    parts.push({ part: (_, out) => out.copy(bytes, 0, bytes.length), plain: false });
  };
  for (let at = 0; at < format.length;) {
    const prefix = /^(?:FM|fm|TM|tm)/.exec(format.slice(at))?.[0] ?? '';
    if (prefix.toUpperCase() === 'TM')
      throw new RefusedCall('to_char with TM is not supported', 'names are always in English');
    at += prefix.length;
    const rest = format.slice(at);
    const keyword = keywords.find((word) => rest.startsWith(word));
    if (keyword !== undefined) {
      at += keyword.length;
      if (/^(?:TH|th|SP)/.test(format.slice(at)))
        throw new RefusedCall(`to_char with the suffix ${format.slice(at, at + 2)} is not supported`);
      parts.push({ part: partOf(keyword), plain: prefix !== '' });
    } else if (rest.startsWith('"')) {
      const quoted = /^"((?:[^"\\]|\\[^])*\\?)"?/.exec(rest)!;
      literal(quoted[1]!.replace(/\\([^])/g, '$1'));
      at += quoted[0].length;
    } else if (rest !== '') {
      const char = String.fromCodePoint((rest.startsWith('\\"') ? rest.slice(1) : rest).codePointAt(0)!);
      literal(char);
      at += char.length + (rest.startsWith('\\"') ? 1 : 0);
    }
  }
  return parts;
}

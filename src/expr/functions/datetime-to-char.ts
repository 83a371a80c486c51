/**
 * to_char of timestamps with a constant format.
 *
 * The format is cut up as formatting.c does (longest keyword first, FM before one, TH behind one, text in double quotes);
 * what the server's locale decides (TM) is refused when the job is planned.
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
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((digits) => [`ff${digits}`, fractionOf(digits)])),
  iddd: number(3, ({ day }) => isoDayOfYear(day)),
  cc: (moment, out, plain) => {
    const century = centuryOf(moment.civil.year);
    if (century < 0) out.byte(45);
    number(2, () => Math.abs(century))(moment, out, plain);
  },
  'y,yyy': ({ civil }, out) => {
    const year = positive(civil.year);
    out.integer(Math.floor(year / 1000));
    out.byte(44);
    writePadded(year % 1000, 3, out);
  },
};

function fractionOf(digits: number): Part {
  const unit = 10 ** (6 - digits);
  return (moment, out) => writePadded(Math.floor(fraction(moment) / unit), digits, out);
}

/** Monday of the first week is day 1. */
function isoDayOfYear(day: number): number {
  return 7 * (isoWeek(day) - 1) + (dayOfWeek(day) || 7);
}

/** Of the year 0, which is 1 BC, as formatting.c counts: truncating. */
function centuryOf(year: number): number {
  return year > 0 ? Math.floor((year - 1) / 100) + 1 : Math.trunc(year / 100) - 1;
}

/** Every keyword of formatting.c, to see where one ends; longest first. */
const keywords = [
  'Y,YYY y,yyy A.D. a.d. B.C. b.c. A.M. a.m. P.M. p.m. MONTH Month month SSSSS sssss SSSS ssss HH24',
  'hh24 HH12 hh12 IDDD iddd IYYY iyyy YYYY yyyy DAY Day day DDD ddd MON Mon mon IYY iyy YYY yyy FF1 FF2',
  'FF3 FF4 FF5 FF6 ff1 ff2 ff3 ff4 ff5 ff6 TZH TZM tzh tzm AD ad AM am BC bc PM pm CC cc DD dd DY Dy dy',
  'FX fx HH hh ID id IW iw IY iy MI mi MM mm MS ms OF of RM rm SS ss TZ tz US us WW ww YY yy D d I i J',
  'j Q q W w Y y',
].flatMap((line) => line.split(' '));

function partOf(keyword: string, hasZone: boolean): Part {
  switch (keyword.toLowerCase()) {
    case 'month':
    case 'mon':
      return name(keyword, months, ({ civil }) => civil.month - 1);
    case 'day':
    case 'dy':
      return name(keyword, weekdays, ({ day }) => dayOfWeek(day));
    case 'am':
    case 'pm':
      return oneOf(keyword, 'am', 'pm', (moment) => hourOf(moment) >= 12);
    case 'a.m.':
    case 'p.m.':
      return oneOf(keyword, 'a.m.', 'p.m.', (moment) => hourOf(moment) >= 12);
    case 'ad':
    case 'bc':
      return oneOf(keyword, 'bc', 'ad', ({ civil }) => civil.year > 0);
    case 'a.d.':
    case 'b.c.':
      return oneOf(keyword, 'b.c.', 'a.d.', ({ civil }) => civil.year > 0);
    case 'rm':
      return roman(keyword);
    case 'tz':
      return hasZone ? text(keyword === 'tz' ? 'utc' : 'UTC') : text('');
    case 'of':
    case 'tzh':
      return text('+00');
    case 'tzm':
      return text('00');
    case 'fx': // how strictly a text is read: nothing to write
      return text('');
    default:
      return numbers[keyword.toLowerCase()]!;
  }
}

const numerals = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'];

function roman(keyword: string): Part {
  const shaped = numerals.map((numeral) => (keyword === 'RM' ? numeral : numeral.toLowerCase()));
  return ({ civil }, out, plain) => {
    const numeral = shaped[civil.month - 1]!;
    out.ascii(plain ? numeral : numeral.padEnd(4));
  };
}

/** One of two words in the case of the keyword. */
function oneOf(keyword: string, first: string, second: string, isSecond: (moment: Moment) => boolean): Part {
  const shape = (word: string): string => (keyword === keyword.toUpperCase() ? word.toUpperCase() : word);
  const [no, yes] = [shape(first), shape(second)];
  return (moment, out) => out.ascii(isSecond(moment) ? yes : no);
}

function text(word: string): Part {
  return (_, out) => out.ascii(word);
}

/** `part` and the ending of its number: 1st, 2nd, 11th. */
function ordinal(part: Part, suffix: string): Part {
  const isUpper = suffix === 'TH';
  return (moment, out, plain) => {
    const from = out.length;
    part(moment, out, plain);
    const tens = out.length - from > 1 ? out.bytes[out.length - 2]! : 0;
    const ending = tens === 49 ? 'th' : (endings[out.bytes[out.length - 1]! - 48] ?? 'th');
    out.ascii(isUpper ? ending.toUpperCase() : ending);
  };
}

const endings = ['th', 'st', 'nd', 'rd'];

function formatOf(call: BoundCall): (day: number, micros: number, out: ByteWriter) => void | false {
  const format = call.constants[1];
  if (format === undefined)
    throw new RefusedCall('the format of to_char has to be a constant', "write it out, for example 'YYYY-MM-DD'");
  const parts = parseFormat(format ?? '', call.types[0]!.kind === 'timestamptz');
  if (parts.length === 0) return () => false;
  const moment: Moment = { civil: { year: 0, month: 0, day: 0 }, day: 0, micros: 0 };
  return (day, micros, out) => {
    civilFromDays(day, moment.civil);
    moment.day = day;
    moment.micros = micros;
    for (const { part, plain } of parts) part(moment, out, plain);
  };
}

function parseFormat(format: string, hasZone: boolean): { readonly part: Part; readonly plain: boolean }[] {
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
      const part = partOf(keyword, hasZone);
      const suffix = /^(?:TH|th|SP)/.exec(format.slice(at))?.[0] ?? '';
      at += suffix.length;
      if (suffix === 'SP') throw new RefusedCall('to_char with the suffix SP is not supported');
      const isNumber = numbers[keyword.toLowerCase()] !== undefined;
      parts.push({ part: suffix === '' || !isNumber ? part : ordinal(part, suffix), plain: prefix !== '' });
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

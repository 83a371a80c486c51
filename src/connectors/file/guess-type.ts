/**
 * The narrowest SQL type that holds all values of a sample: boolean, bigint, numeric, date, timestamp, timestamptz,
 * json, else text.
 *
 * Careful where a guess would change data: digits with a leading zero (`007`, postcodes) are text, and in JSON a string
 * is never taken for a number or a boolean.
 */
import type { DataType } from '../../columnar/data-type.js';
import { parseDate, parseTimestamp } from '../../columnar/parse-datetime.js';
import { ValueError } from '../../columnar/row-errors.js';

export type Guess = 'boolean' | 'int64' | 'numeric' | 'date' | 'timestamp' | 'timestamptz' | 'json' | 'text';

/** A guess for the text of a CSV field. */
export function guessField(text: string): Guess {
  if (/^(true|false)$/i.test(text)) return 'boolean';
  if (/^-?(0|[1-9]\d*|0?\.\d+|0\.\d*|[1-9]\d*\.\d*)(e[+-]?\d{1,3})?$/i.test(text)) return guessNumber(text);
  return guessMoment(text);
}

/** A guess for the bytes of a JSON value that is not null; `text` is the value as it stands in the file. */
export function guessJson(text: string): Guess {
  switch (text[0]) {
    case '"':
      return guessMoment(text.slice(1, -1));
    case '{':
    case '[':
      return 'json';
    case 't':
    case 'f':
      return 'boolean';
    default:
      return guessNumber(text);
  }
}

/** The type for values of both guesses. */
export function widen(a: Guess | null, b: Guess): Guess {
  if (a === null || a === b) return b;
  const both = new Set([a, b]);
  if (both.has('json')) return 'json';
  if (both.has('int64') && both.has('numeric')) return 'numeric';
  if (both.has('date') && both.has('timestamp')) return 'timestamp';
  return 'text';
}

/** A column without a value is text. */
export function typeOfGuess(guess: Guess | null): DataType {
  return { kind: guess ?? 'text' };
}

function guessNumber(text: string): Guess {
  if (!/^-?\d{1,19}$/.test(text)) return 'numeric';
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? 'int64' : 'numeric';
}

function guessMoment(text: string): Guess {
  const shape = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/.exec(text);
  if (shape === null) return 'text';
  const bytes = Buffer.from(text);
  try {
    if (shape[1] === undefined) {
      parseDate(bytes, 0, bytes.length);
      return 'date';
    }
    parseTimestamp(bytes, 0, bytes.length, true, new Int32Array(2), 0);
    return shape[4] === undefined ? 'timestamp' : 'timestamptz';
  } catch (error) {
    if (error instanceof ValueError) return 'text';
    throw error;
  }
}

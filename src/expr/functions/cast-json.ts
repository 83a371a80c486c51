/** Casts of json and jsonb to each other and of a jsonb scalar to a number or boolean; 22023 for a value of another sort. */
import { jsonbWriter } from '../../columnar/jsonb-text.js';
import { ValueError } from '../../columnar/row-errors.js';
import { parseNumeric, type Numeric } from '../numeric.js';
import { bound, define, inline, notPushed, run, type Overload } from '../overload.js';
import { asCast } from './cast-numbers.js';

export const jsonCasts: readonly Overload[] = [
  define('cast', ['json'], 'jsonb', bound(jsonbWriter), notPushed),
  define(
    'cast',
    ['jsonb'],
    'json',
    inline((_, [value]) => value!),
    asCast,
  ),
  define('cast', ['jsonb'], 'numeric', run(jsonbNumber), asCast),
  define('cast', ['jsonb'], 'boolean', run(jsonbBoolean), asCast),
];

function jsonbNumber(bytes: Uint8Array, start: number, end: number): Numeric {
  const first = bytes[start]!;
  if (first !== 45 && !(first >= 48 && first <= 57)) throw mismatch(first, 'numeric');
  return parseNumeric(bytes, start, end);
}

function jsonbBoolean(bytes: Uint8Array, start: number): boolean {
  const first = bytes[start]!;
  if (first !== 116 && first !== 102) throw mismatch(first, 'boolean');
  return first === 116;
}

const sorts: Readonly<Record<string, string>> = {
  '"': 'string',
  '[': 'array',
  '{': 'object',
  n: 'null',
  t: 'boolean',
  f: 'boolean',
};

function mismatch(first: number, wanted: string): ValueError {
  return new ValueError(
    '22023',
    `cannot cast jsonb ${sorts[String.fromCharCode(first)] ?? 'numeric'} to type ${wanted}`,
  );
}

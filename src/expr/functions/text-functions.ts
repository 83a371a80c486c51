/** The text functions of the language. Case mapping follows glibc's UTF-8 tables; a server may have another locale, so it stays with us. */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import type { DataType } from '../../columnar/data-type.js';
import {
  asCall,
  asOperator,
  bound,
  define,
  notPushed,
  run,
  type BoundCall,
  type Overload,
  type RunFunction,
  type SqlPrinter,
} from '../overload.js';
import { argumentSize, type ValueWriter } from './json-value.js';
import { checkResultBytes } from './limits.js';
import { RefusedCall } from './refused-call.js';
import {
  chr,
  concatPair,
  lpad,
  quoteLiteral,
  quoteNullable,
  repeat,
  replace,
  reverse,
  rpad,
  translate,
} from './text-build.js';
import { initcap, lower, upper } from './text-case.js';
import { ascii, bitLength, bytePosition, charLength, octetLength, startsWith, strpos } from './text-measure.js';
import {
  btrim,
  btrimSpaces,
  byteSubstring,
  byteSubstringFrom,
  left,
  ltrim,
  ltrimSpaces,
  overlay,
  right,
  rtrim,
  rtrimSpaces,
  splitPart,
  substring,
  substringFrom,
} from './text-slice.js';
import { textValueWriter } from './text-value.js';
import { countChars } from './utf8.js';

const positionSql: SqlPrinter = (args) => `position(${args[1]} IN ${args[0]})`;
const overlaySql: SqlPrinter = (args) =>
  `overlay(${args[0]} PLACING ${args[1]} FROM ${args[2]}${args.length > 3 ? ` FOR ${args[3]}` : ''})`;

const space = Uint8Array.of(32);

export const textFunctions: readonly Overload[] = [
  ...['length', 'char_length', 'character_length'].map((name) =>
    define(name, ['text'], 'int32', run(charLength), asCall),
  ),
  define('length', ['bytea'], 'int32', run(octetLength), asCall),
  define('octet_length', ['text'], 'int32', run(octetLength), asCall),
  define('octet_length', ['bytea'], 'int32', run(octetLength), asCall),
  define('bit_length', ['text'], 'int32', run(bitLength), asCall),
  define('bit_length', ['bytea'], 'int32', run(bitLength), asCall),
  define('lower', ['text'], 'text', run(lower), notPushed),
  define('upper', ['text'], 'text', run(upper), notPushed),
  define('initcap', ['text'], 'text', run(initcap), notPushed),
  ...['substring', 'substr'].flatMap((name) => [
    define(name, ['text', 'int32'], 'text', run(substringFrom), asCall),
    define(name, ['text', 'int32', 'int32'], 'text', run(substring), asCall),
    define(name, ['bytea', 'int32'], 'bytea', run(byteSubstringFrom), asCall),
    define(name, ['bytea', 'int32', 'int32'], 'bytea', run(byteSubstring), asCall),
  ]),
  define('left', ['text', 'int32'], 'text', run(left), asCall),
  define('right', ['text', 'int32'], 'text', run(right), asCall),
  define('split_part', ['text', 'text', 'int32'], 'text', run(splitPart), asCall),
  define('overlay', ['text', 'text', 'int32', 'int32'], 'text', run(overlay), overlaySql),
  define('overlay', ['text', 'text', 'int32'], 'text', run(overlayWhole), overlaySql),
  define('btrim', ['text'], 'text', run(btrimSpaces), asCall),
  define('ltrim', ['text'], 'text', run(ltrimSpaces), asCall),
  define('rtrim', ['text'], 'text', run(rtrimSpaces), asCall),
  define('btrim', ['text', 'text'], 'text', run(btrim), asCall),
  define('ltrim', ['text', 'text'], 'text', run(ltrim), asCall),
  define('rtrim', ['text', 'text'], 'text', run(rtrim), asCall),
  define('lpad', ['text', 'int32', 'text'], 'text', run(lpad), asCall),
  define('rpad', ['text', 'int32', 'text'], 'text', run(rpad), asCall),
  define('lpad', ['text', 'int32'], 'text', run(lpadSpaces), asCall),
  define('rpad', ['text', 'int32'], 'text', run(rpadSpaces), asCall),
  define('repeat', ['text', 'int32'], 'text', run(repeat), asCall),
  define('replace', ['text', 'text', 'text'], 'text', run(replace), asCall),
  define('translate', ['text', 'text', 'text'], 'text', run(translate), asCall),
  define('reverse', ['text'], 'text', run(reverse), asCall),
  define('strpos', ['text', 'text'], 'int32', run(strpos), asCall),
  define('position', ['text', 'text'], 'int32', run(strpos), positionSql),
  define('position', ['bytea', 'bytea'], 'int32', run(bytePosition), positionSql),
  define('starts_with', ['text', 'text'], 'boolean', run(startsWith), asCall),
  define('ascii', ['text'], 'int32', run(ascii), asCall),
  define('chr', ['int32'], 'text', run(chr), asCall),
  define('quote_literal', ['text'], 'text', run(quoteLiteral), asCall),
  define('quote_nullable', ['text'], 'text', run(quoteNullable, { nulls: 'passed' }), asCall),
  define('||', ['text', 'text'], 'text', run(concatPair), asOperator),
  define('||', ['bytea', 'bytea'], 'bytea', run(concatPair), asOperator),
  define('||', ['text', 'any'], 'text', bound(concatAny), asOperator),
  define('||', ['any', 'text'], 'text', bound(concatAny), asOperator),
  {
    ...define(
      'concat',
      [],
      someText,
      bound((call) => concat(call) as RunFunction, { nulls: 'passed' }),
      asCall,
    ),
    variadic: 'any',
  },
  {
    ...define(
      'concat_ws',
      ['text'],
      someText,
      bound((call) => concatWs(call) as RunFunction, { nulls: 'passed' }),
      asCall,
    ),
    variadic: 'any',
  },
];

/** text; refused without an argument to join. */
function someText(call: BoundCall): DataType {
  if (call.types.length < (call.name === 'concat' ? 1 : 2))
    throw new RefusedCall(`${call.name} needs something to join`);
  return { kind: 'text' };
}

function overlayWhole(
  bytes: Uint8Array,
  start: number,
  end: number,
  part: Uint8Array,
  partStart: number,
  partEnd: number,
  from: number,
  out: ByteWriter,
): void {
  overlay(bytes, start, end, part, partStart, partEnd, from, countChars(part, partStart, partEnd), out);
}

function lpadSpaces(bytes: Uint8Array, start: number, end: number, width: number, out: ByteWriter): void {
  lpad(bytes, start, end, width, space, 0, 1, out);
}

function rpadSpaces(bytes: Uint8Array, start: number, end: number, width: number, out: ByteWriter): void {
  rpad(bytes, start, end, width, space, 0, 1, out);
}

/** `||` of a text and anything else, which is cast to text. */
function concatAny(call: BoundCall): RunFunction {
  const [first, second] = call.types.map((type) => textValueWriter(type, 'word')) as [ValueWriter, ValueWriter];
  const join = (
    a: unknown,
    aStart: number,
    aEnd: number,
    b: unknown,
    bStart: number,
    bEnd: number,
    out: ByteWriter,
  ): void => {
    const from = out.length;
    first(a, aStart, aEnd, out);
    second(b, bStart, bEnd, out);
    checkResultBytes(out.length - from);
  };
  const [firstSize, secondSize] = call.types.map(argumentSize);
  if (firstSize === 1)
    return (a: unknown, b: unknown, bStart: number, bEnd: number, out: ByteWriter) =>
      join(a, 0, 0, b, bStart, bEnd, out);
  if (secondSize === 1)
    return (a: unknown, aStart: number, aEnd: number, b: unknown, out: ByteWriter) =>
      join(a, aStart, aEnd, b, 0, 0, out);
  return join;
}

type Flat = readonly unknown[];

/** Writes the arguments that are not NULL; `between` comes before each but the first written. */
function joiner(types: BoundCall['types']) {
  const sizes = types.map(argumentSize);
  const writers = types.map((type) => textValueWriter(type, 'letter'));
  return (values: Flat, out: ByteWriter, between: (() => void) | null): void => {
    const first = out.length;
    let isFirst = true;
    for (let i = 0, at = 0; i < writers.length; at += sizes[i++]!) {
      if (values[at] === null) continue;
      if (!isFirst) between?.();
      isFirst = false;
      writers[i]!(values[at], values[at + 1] as number, values[at + 2] as number, out);
      checkResultBytes(out.length - first);
    }
  };
}

/** NULLs count as empty. */
function concat(call: BoundCall) {
  const join = joiner(call.types);
  return (values: Flat, out: ByteWriter): void => join(values, out, null);
}

/** NULLs are left out with their separator; a NULL separator makes it NULL. */
function concatWs(call: BoundCall) {
  const join = joiner(call.types.slice(1));
  return (separator: Uint8Array | null, start: number, end: number, values: Flat, out: ByteWriter): void | false => {
    if (separator === null) return false;
    return join(values, out, () => out.copy(separator, start, end));
  };
}

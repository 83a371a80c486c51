/**
 * LIKE, regular expressions and the functions over them.
 *
 * A regular expression is a constant, compiled when the job is planned; it is matched by an automaton in linear time.
 * What depends on the server's locale (case folding, `\w`, `[:alpha:]`) is not pushed down.
 */
import { ByteWriter } from '../../columnar/byte-writer.js';
import {
  bound,
  define,
  notPushed,
  type ArgKind,
  type BoundCall,
  type Overload,
  type RunFunction,
  type SqlPrinter,
} from '../overload.js';
import { ValueError } from '../../columnar/row-errors.js';
import { checkEscape, compileLike, createLike, withBackslash, type TextPredicate } from './pattern-like.js';
import {
  appendMatch,
  checkAtLeast,
  countMatches,
  matchPosition,
  needsCaptures,
  parseReplacement,
  replaceMatches,
  type Replacement,
} from './pattern-regex.js';
import { RefusedCall } from './refused-call.js';
import { parseRegexFlags, plainFlags, type RegexFlags } from './regex-flags.js';
import { RegexMatcher } from './regex-matcher.js';
import { lower } from './text-case.js';

const likeSql: SqlPrinter = (args) => `(${args[0]} LIKE ${args[1]}${args.length > 2 ? ` ESCAPE ${args[2]}` : ''})`;

/** Classes and folding of characters depend on the server's locale. */
const regexSql: SqlPrinter = (args, call) => {
  const pattern = call.args[1];
  const isPortable =
    pattern?.kind === 'literal' && pattern.text !== null && !/\\[wWmMyYsS]|\[:|\(\?/.test(pattern.text);
  return isPortable ? `(${args[0]} ${call.name} ${args[1]})` : null;
};

export const patternFunctions: readonly Overload[] = [
  define(
    'like',
    ['text', 'text'],
    'boolean',
    bound((call) => like(call, compileLike)),
    likeSql,
  ),
  define(
    'like',
    ['text', 'text', 'text'],
    'boolean',
    bound((call) => likeEscape(call, compileLike), { nulls: 'passed', nullable: true }),
    likeSql,
  ),
  define(
    'ilike',
    ['text', 'text'],
    'boolean',
    bound((call) => like(call, compileIlike)),
    notPushed,
  ),
  define(
    'ilike',
    ['text', 'text', 'text'],
    'boolean',
    bound((call) => likeEscape(call, compileIlike), { nulls: 'passed', nullable: true }),
    notPushed,
  ),
  define(
    '~',
    ['text', 'text'],
    'boolean',
    bound((call) => matches(call, plainFlags, true)),
    regexSql,
  ),
  define(
    '!~',
    ['text', 'text'],
    'boolean',
    bound((call) => matches(call, plainFlags, false)),
    regexSql,
  ),
  define(
    '~*',
    ['text', 'text'],
    'boolean',
    bound((call) => matches(call, { ...plainFlags, icase: true }, true)),
    notPushed,
  ),
  define(
    '!~*',
    ['text', 'text'],
    'boolean',
    bound((call) => matches(call, { ...plainFlags, icase: true }, false)),
    notPushed,
  ),
  ...signatures('regexp_like', 'boolean', ['text', 'text'], [['text']], (call) =>
    matches(call, flagsAt(call, 2, false), true),
  ),
  ...signatures(
    'regexp_replace',
    'text',
    ['text', 'text', 'text'],
    [['text'], ['int32'], ['int32', 'int32'], ['int32', 'int32', 'text']],
    regexpReplace,
  ),
  ...signatures('regexp_count', 'int32', ['text', 'text'], [['int32'], ['int32', 'text']], regexpCount),
  ...signatures('regexp_substr', 'text', ['text', 'text'], tails(['int32', 'int32', 'text', 'int32']), regexpSubstr),
  ...signatures(
    'regexp_instr',
    'int32',
    ['text', 'text'],
    tails(['int32', 'int32', 'int32', 'text', 'int32']),
    regexpInstr,
  ),
  define('substring', ['text', 'text'], 'text', bound(substringOf), notPushed),
];

function tails(kinds: readonly ArgKind[]): ArgKind[][] {
  return kinds.map((_, index) => kinds.slice(0, index + 1));
}

/** The same function with none of its optional arguments, and with each of the lists of them. */
function signatures(
  name: string,
  result: 'boolean' | 'text' | 'int32',
  args: readonly ArgKind[],
  more: readonly (readonly ArgKind[])[],
  bind: (call: BoundCall) => RunFunction,
): Overload[] {
  return [[], ...more].map((extra) => define(name, [...args, ...extra], result, bound(bind), notPushed));
}

type Compile = (pattern: Uint8Array, escape: Uint8Array) => TextPredicate;

function like(call: BoundCall, compile: Compile): RunFunction {
  const pattern = call.constants[1];
  return typeof pattern === 'string' ? compile(Buffer.from(pattern), Uint8Array.of(92)) : createLike(compile);
}

/** A bad escape is an error even where the text is NULL: the server puts the escape into the pattern first. */
function likeEscape(call: BoundCall, compile: Compile): RunFunction {
  const [, pattern, escape] = call.constants;
  const constant =
    typeof pattern === 'string' && typeof escape === 'string'
      ? compile(Buffer.from(pattern), Buffer.from(escape))
      : null;
  const matchesLike = createLike(compile);
  return (
    bytes: Uint8Array | null,
    start: number,
    end: number,
    pattern: Uint8Array | null,
    patternStart: number,
    patternEnd: number,
    escape: Uint8Array | null,
    escapeStart: number,
    escapeEnd: number,
  ): boolean | null => {
    if (pattern === null || escape === null) return null;
    if (constant !== null) return bytes === null ? null : constant(bytes, start, end);
    if (bytes !== null)
      return matchesLike(bytes, start, end, pattern, patternStart, patternEnd, escape, escapeStart, escapeEnd);
    checkEscape(escape.subarray(escapeStart, escapeEnd));
    return null;
  };
}

/** Both sides in lower case, the escape written as backslash before that. */
function compileIlike(pattern: Uint8Array, escape: Uint8Array): TextPredicate {
  compileLike(pattern, escape);
  const rewritten = escape[0] === 92 ? pattern : withBackslash(pattern, escape);
  const folded = new ByteWriter(pattern.length + 16);
  lower(rewritten, 0, rewritten.length, folded);
  const predicate = compileLike(Uint8Array.from(folded.view()), Uint8Array.of(92));
  const text = new ByteWriter(256);
  return (bytes, start, end) => {
    text.clear();
    lower(bytes, start, end, text);
    return predicate(text.bytes, 0, text.length);
  };
}

function matches(call: BoundCall, flags: RegexFlags, wanted: boolean): RunFunction {
  const matcher = compile(call, flags, false);
  return (bytes: Uint8Array, start: number, end: number) => matcher!.matches(bytes, start, end) === wanted;
}

/** The matcher of the constant pattern; null when it is NULL, and the function never called. */
function compile(call: BoundCall, flags: RegexFlags, withCaptures: boolean): RegexMatcher | null {
  const pattern = constantAt(call, 1, 'pattern');
  return pattern === null ? null : new RegexMatcher(pattern, flags, withCaptures);
}

function constantAt(call: BoundCall, index: number, what: string): string | null {
  const constant = call.constants[index];
  if (constant === undefined)
    throw new RefusedCall(
      `the ${what} of ${call.name} has to be a constant`,
      'write it as a literal or a parameter, :name',
    );
  return constant;
}

function flagsAt(call: BoundCall, index: number, allowsGlobal: boolean): RegexFlags {
  if (call.types.length <= index) return plainFlags;
  const flags = parseRegexFlags(constantAt(call, index, 'flags') ?? '');
  if (flags.global && !allowsGlobal)
    throw new ValueError('22023', `${call.name}() does not support the "global" option`);
  return flags;
}

/** `(text, pattern, replacement [, flags])` or `(text, pattern, replacement, start [, n [, flags]])`. */
function regexpReplace(call: BoundCall): RunFunction {
  const isOld = call.types.length === 4 && call.types[3]!.kind === 'text';
  if (isOld && /^[0-9]/.test(call.constants[3] ?? '')) {
    throw new ValueError('22023', `invalid regular expression option: "${call.constants[3]![0]}"`);
  }
  const flags = flagsAt(call, isOld ? 3 : 5, true);
  const template = constantAt(call, 2, 'replacement');
  const replacement: Replacement = parseReplacement(template ?? '');
  const matcher = compile(call, flags, needsCaptures(replacement));
  const once = flags.global ? 0 : 1;
  if (call.types.length === 3)
    return (
      bytes: Uint8Array,
      start: number,
      end: number,
      _: Uint8Array,
      _1: number,
      _2: number,
      _3: Uint8Array,
      _4: number,
      _5: number,
      out: ByteWriter,
    ) => replaceMatches(matcher!, replacement, bytes, start, end, 1, once, out);
  const hasNth = call.types.length > 4;
  return (...args: readonly unknown[]): void => {
    const from = isOld ? 1 : (args[9] as number);
    const nth = hasNth ? (args[10] as number) : once;
    checkAtLeast(from, 1, 'start');
    checkAtLeast(nth, 0, 'n');
    replaceMatches(
      matcher!,
      replacement,
      args[0] as Uint8Array,
      args[1] as number,
      args[2] as number,
      from,
      nth,
      args[args.length - 1] as ByteWriter,
    );
  };
}

function regexpCount(call: BoundCall): RunFunction {
  const matcher = compile(call, flagsAt(call, 3, false), false);
  return (bytes: Uint8Array, start: number, end: number, _: Uint8Array, __: number, ___: number, from = 1) => {
    checkAtLeast(from, 1, 'start');
    return countMatches(matcher!, bytes, start, end, from);
  };
}

/** `(text, pattern [, start [, n [, flags [, capture]]]])`. */
function regexpSubstr(call: BoundCall): RunFunction {
  const count = call.types.length;
  const matcher = compile(call, flagsAt(call, 4, false), count > 5);
  return (...args: readonly unknown[]): void | false => {
    const from = count > 2 ? (args[6] as number) : 1;
    const nth = count > 3 ? (args[7] as number) : 1;
    const capture = count > 5 ? (args[11] as number) : 0;
    checkAtLeast(from, 1, 'start');
    checkAtLeast(nth, 1, 'n');
    checkAtLeast(capture, 0, 'subexpr');
    return appendMatch(
      matcher!,
      args[0] as Uint8Array,
      args[1] as number,
      args[2] as number,
      from,
      nth,
      capture,
      args[args.length - 1] as ByteWriter,
    );
  };
}

/** `(text, pattern [, start [, n [, after [, flags [, capture]]]]])`. */
function regexpInstr(call: BoundCall): RunFunction {
  const count = call.types.length;
  const matcher = compile(call, flagsAt(call, 5, false), count > 6);
  return (...args: readonly unknown[]): number => {
    const from = count > 2 ? (args[6] as number) : 1;
    const nth = count > 3 ? (args[7] as number) : 1;
    const after = count > 4 ? (args[8] as number) : 0;
    const capture = count > 6 ? (args[12] as number) : 0;
    checkAtLeast(from, 1, 'start');
    checkAtLeast(nth, 1, 'n');
    if (after !== 0 && after !== 1) throw new ValueError('22023', `invalid value for parameter "endoption": ${after}`);
    checkAtLeast(capture, 0, 'subexpr');
    return matchPosition(
      matcher!,
      args[0] as Uint8Array,
      args[1] as number,
      args[2] as number,
      from,
      nth,
      after === 1,
      capture,
    );
  };
}

/** `substring(text FROM pattern)`: the first parenthesised part, or the whole match. */
function substringOf(call: BoundCall): RunFunction {
  const matcher = compile(call, plainFlags, true);
  return (bytes: Uint8Array, start: number, end: number, _: Uint8Array, __: number, ___: number, out: ByteWriter) =>
    appendMatch(matcher!, bytes, start, end, 1, 1, matcher!.captureCount > 0 ? 1 : 0, out);
}

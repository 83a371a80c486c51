/** The functions over regular expressions: `regexp_replace`, `regexp_substr`, `regexp_count`, `regexp_instr`, `substring(… FROM …)`. */
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { ValueError } from '../../columnar/row-errors.js';
import { checkResultBytes } from './limits.js';
import type { RegexMatcher } from './regex-matcher.js';
import { countChars, nextChar, skipChars } from './utf8.js';

/** A replacement text cut up: bytes to copy, or the number of a capture (0 is the whole match). */
export type Replacement = readonly (Uint8Array | number)[];

/** Reads `\1`…`\9`, `\&` and `\\`; any other backslash stands for itself. */
export function parseReplacement(text: string): Replacement {
  const parts: (Uint8Array | number)[] = [];
  let literal = '';
  const flush = (): void => {
    if (literal !== '') parts.push(Buffer.from(literal));
    literal = '';
  };
  for (let i = 0; i < text.length; i++) {
    const next = text[i + 1];
    if (text[i] !== '\\') literal += text[i]!;
    else if (next === '\\') {
      literal += '\\';
      i++;
    } else if (next === '&' || (next !== undefined && next >= '1' && next <= '9')) {
      flush();
      parts.push(next === '&' ? 0 : Number(next));
      i++;
    } else literal += '\\';
  }
  flush();
  return parts;
}

export function needsCaptures(replacement: Replacement): boolean {
  return replacement.some((part) => typeof part === 'number' && part > 0);
}

/** Replaces match number `nth` at or after character `from` (1-based); all of them when `nth` is 0. */
export function replaceMatches(
  matcher: RegexMatcher,
  replacement: Replacement,
  bytes: Uint8Array,
  start: number,
  end: number,
  from: number,
  nth: number,
  out: ByteWriter,
): void {
  const search = searchStart(bytes, start, end, from);
  if (search < 0 || !matcher.begin(bytes, start, end, search)) return out.copy(bytes, start, end);
  const first = out.length;
  let copied = start;
  let number = 0;
  for (let at = search; matcher.next(at);) {
    const matchStart = matcher.places[0]!;
    const matchEnd = matcher.places[1]!;
    number++;
    if (nth === 0 || number === nth) {
      out.copy(bytes, copied, matchStart);
      for (const part of replacement) {
        if (typeof part !== 'number') out.copy(part, 0, part.length);
        else if ((matcher.places[2 * part] ?? -1) >= 0)
          out.copy(bytes, matcher.places[2 * part]!, matcher.places[2 * part + 1]!);
      }
      checkResultBytes(out.length - first);
      copied = matchEnd;
      if (nth !== 0) break;
    }
    at = afterMatch(bytes, matchStart, matchEnd, end);
  }
  out.copy(bytes, copied, end);
}

export function countMatches(
  matcher: RegexMatcher,
  bytes: Uint8Array,
  start: number,
  end: number,
  from: number,
): number {
  const search = searchStart(bytes, start, end, from);
  if (search < 0 || !matcher.begin(bytes, start, end, search)) return 0;
  let count = 0;
  for (let at = search; matcher.next(at); at = afterMatch(bytes, matcher.places[0]!, matcher.places[1]!, end)) count++;
  return count;
}

/** Match number `nth` at or after character `from`, in `matcher.places`; false if there is none. */
export function findMatch(
  matcher: RegexMatcher,
  bytes: Uint8Array,
  start: number,
  end: number,
  from: number,
  nth: number,
): boolean {
  const search = searchStart(bytes, start, end, from);
  if (search < 0 || !matcher.begin(bytes, start, end, search)) return false;
  let number = 0;
  for (let at = search; matcher.next(at); at = afterMatch(bytes, matcher.places[0]!, matcher.places[1]!, end))
    if (++number === nth) return true;
  return false;
}

/** `regexp_substr` and `substring`: the match, or one of its captures; false (NULL) where there is none. */
export function appendMatch(
  matcher: RegexMatcher,
  bytes: Uint8Array,
  start: number,
  end: number,
  from: number,
  nth: number,
  capture: number,
  out: ByteWriter,
): void | false {
  const part = partOf(matcher, capture);
  if (part < 0 || !findMatch(matcher, bytes, start, end, from, nth) || matcher.places[2 * part]! < 0) return false;
  return out.copy(bytes, matcher.places[2 * part]!, matcher.places[2 * part + 1]!);
}

/** `regexp_instr`: the 1-based character where the match (or capture) starts, or the one after it; 0 for none. */
export function matchPosition(
  matcher: RegexMatcher,
  bytes: Uint8Array,
  start: number,
  end: number,
  from: number,
  nth: number,
  after: boolean,
  capture: number,
): number {
  const part = partOf(matcher, capture);
  if (part < 0 || !findMatch(matcher, bytes, start, end, from, nth) || matcher.places[2 * part]! < 0) return 0;
  return countChars(bytes, start, matcher.places[2 * part + (after ? 1 : 0)]!) + 1;
}

/** A pattern without captures counts as one capture around all of it; -1 for a capture that is not there. */
function partOf(matcher: RegexMatcher, capture: number): number {
  if (capture <= matcher.captureCount) return capture;
  return capture === 1 ? 0 : -1;
}

/** Throws PostgreSQL's error for a start, count or similar argument that is too small. */
export function checkAtLeast(value: number, least: number, name: string): void {
  if (value < least) throw new ValueError('22023', `invalid value for parameter "${name}": ${value}`);
}

/** Byte offset of character `from`; -1 when it lies more than one behind the end. */
function searchStart(bytes: Uint8Array, start: number, end: number, from: number): number {
  if (from === 1) return start;
  const at = skipChars(bytes, start, end, from - 1);
  return at === end && countChars(bytes, start, end) < from - 1 ? -1 : at;
}

/** An empty match is stepped over by one character, or it would be found again. */
function afterMatch(bytes: Uint8Array, matchStart: number, matchEnd: number, end: number): number {
  if (matchStart !== matchEnd) return matchEnd;
  return matchEnd < end ? nextChar(bytes, matchEnd) : end + 1;
}

/**
 * LIKE over UTF-8 bytes.
 *
 * A pattern is cut at its `%` into pieces, and each piece is looked for where it may stand: the first at the start, the
 * last at the end, the others from left to right, the leftmost place that fits. That is right because a piece has a
 * fixed number of characters, and it never goes back further than one piece: no pattern can blow up.
 */
import { ValueError } from '../../columnar/row-errors.js';
import { countChars, equalBytes, findBytes, nextChar, skipCharsBack } from './utf8.js';

export type TextPredicate = (bytes: Uint8Array, start: number, end: number) => boolean;

/** Stands for `_` in a piece; no byte of UTF-8 has this value. */
const ANY_CHAR = 0xff;

interface Piece {
  /** The piece's bytes, `_` as ANY_CHAR. */
  readonly bytes: Uint8Array;
  readonly chars: number;
  readonly hasAny: boolean;
}

/** A predicate for a pattern (bytes) and an escape character (bytes; empty: none). Throws ValueError for a bad escape. */
export function compileLike(pattern: Uint8Array, escape: Uint8Array = BACKSLASH): TextPredicate {
  const parsed = parsePattern(pattern, escape);
  if (parsed === null) return failsAtEnd(pattern, escape);
  const { pieces } = parsed;
  if (pieces.length === 1) {
    const only = pieces[0]!;
    if (!only.hasAny) return (bytes, start, end) => equalBytes(bytes, start, end, only.bytes, 0, only.bytes.length);
    return (bytes, start, end) => pieceEnd(only, bytes, start, end) === end;
  }
  const first = pieces[0]!;
  const last = pieces[pieces.length - 1]!;
  const inner = pieces.slice(1, -1).filter((piece) => piece.bytes.length > 0);
  return (bytes, start, end) => {
    let at = pieceEnd(first, bytes, start, end);
    if (at < 0) return false;
    const tail = lastStart(last, bytes, at, end);
    if (tail < 0) return false;
    for (let i = 0; i < inner.length; i++) {
      at = findPiece(inner[i]!, bytes, at, tail);
      if (at < 0) return false;
    }
    return true;
  };
}

/** For patterns that change from row to row: the last one compiled is kept. */
export function createLike(prepare: (pattern: Uint8Array, escape: Uint8Array) => TextPredicate = compileLike) {
  let key: Uint8Array = new Uint8Array(0);
  let keyEscape: Uint8Array = BACKSLASH;
  let predicate: TextPredicate | null = null;
  return (
    bytes: Uint8Array,
    start: number,
    end: number,
    pattern: Uint8Array,
    patternStart: number,
    patternEnd: number,
    escape: Uint8Array = BACKSLASH,
    escapeStart = 0,
    escapeEnd = escape.length,
  ): boolean => {
    if (
      predicate === null ||
      !equalBytes(pattern, patternStart, patternEnd, key, 0, key.length) ||
      !equalBytes(escape, escapeStart, escapeEnd, keyEscape, 0, keyEscape.length)
    ) {
      // Not `pattern.slice`: of a Buffer that is a view, and these bytes will be overwritten.
      key = Uint8Array.prototype.slice.call(pattern, patternStart, patternEnd);
      keyEscape = Uint8Array.prototype.slice.call(escape, escapeStart, escapeEnd);
      predicate = null;
      predicate = prepare(key, keyEscape);
    }
    return predicate(bytes, start, end);
  };
}

const BACKSLASH = Uint8Array.of(92);

/** Pieces between `%`; null when the pattern ends inside an escape. */
function parsePattern(pattern: Uint8Array, escape: Uint8Array): { pieces: Piece[] } | null {
  checkEscape(escape);
  const pieces: Piece[] = [];
  let piece: number[] = [];
  const close = (): void => {
    const bytes = Uint8Array.from(piece);
    pieces.push({ bytes, chars: countChars(bytes, 0, bytes.length), hasAny: bytes.includes(ANY_CHAR) });
    piece = [];
  };
  for (let at = 0; at < pattern.length;) {
    let next = nextChar(pattern, at);
    if (escape.length > 0 && equalBytes(pattern, at, next, escape, 0, escape.length)) {
      if (next >= pattern.length) return null;
      at = next;
      next = nextChar(pattern, at);
      piece.push(...pattern.subarray(at, next));
    } else if (pattern[at] === 37) close();
    else if (pattern[at] === 95) piece.push(ANY_CHAR);
    else piece.push(...pattern.subarray(at, next));
    at = next;
  }
  close();
  return { pieces };
}

export function checkEscape(escape: Uint8Array): void {
  if (escape.length > 0 && nextChar(escape, 0) !== escape.length)
    throw new ValueError('22025', 'invalid escape string');
}

/** Where `piece` ends when it stands at `at`; -1 if it does not. */
function pieceEnd(piece: Piece, bytes: Uint8Array, at: number, end: number): number {
  const wanted = piece.bytes;
  let i = at;
  if (!piece.hasAny) {
    if (wanted.length > end - at) return -1;
    for (let k = 0; k < wanted.length; k++, i++) if (bytes[i] !== wanted[k]) return -1;
    return i;
  }
  for (let k = 0; k < wanted.length; k++) {
    if (i >= end) return -1;
    if (wanted[k] === ANY_CHAR) i = nextChar(bytes, i);
    else if (bytes[i++] !== wanted[k]) return -1;
  }
  return i;
}

/** Where `piece` starts when it stands at the end of `bytes[from, end)`; -1 if it does not. */
function lastStart(piece: Piece, bytes: Uint8Array, from: number, end: number): number {
  const at = piece.hasAny ? skipCharsBack(bytes, from, end, piece.chars) : end - piece.bytes.length;
  return at >= from && pieceEnd(piece, bytes, at, end) === end ? at : -1;
}

/** Where the leftmost occurrence of `piece` ends; -1 if there is none. */
function findPiece(piece: Piece, bytes: Uint8Array, from: number, end: number): number {
  if (!piece.hasAny) {
    const found = findBytes(bytes, from, end, piece.bytes, 0, piece.bytes.length);
    return found < 0 ? -1 : found + piece.bytes.length;
  }
  for (let at = from; at < end; at = nextChar(bytes, at)) {
    const after = pieceEnd(piece, bytes, at, end);
    if (after >= 0) return after;
  }
  return -1;
}

/**
 * A pattern that ends inside an escape is an error only for a text whose matching gets that far: PostgreSQL's own
 * algorithm decides, on the pattern with the escape character written as backslash.
 */
function failsAtEnd(pattern: Uint8Array, escape: Uint8Array): TextPredicate {
  const rewritten = withBackslash(pattern, escape);
  return (bytes, start, end) => matchText(bytes, start, end, rewritten, 0) === 1;
}

export function withBackslash(pattern: Uint8Array, escape: Uint8Array): Uint8Array {
  if (escape[0] === 92) return pattern;
  const result: number[] = [];
  let escaped = false;
  for (let at = 0; at < pattern.length;) {
    const next = nextChar(pattern, at);
    if (!escaped && equalBytes(pattern, at, next, escape, 0, escape.length)) {
      result.push(92);
      escaped = true;
    } else {
      if (!escaped && pattern[at] === 92) result.push(92);
      result.push(...pattern.subarray(at, next));
      escaped = false;
    }
    at = next;
  }
  return Uint8Array.from(result);
}

/** like_match.c: 1 matches, 0 does not, -1 does not and no later start can. */
function matchText(
  text: Uint8Array,
  textStart: number,
  end: number,
  pattern: Uint8Array,
  patternStart: number,
): number {
  let t = textStart;
  let p = patternStart;
  while (t < end && p < pattern.length) {
    const byte = pattern[p]!;
    if (byte === 92) {
      if (++p >= pattern.length) throw escapeAtEnd();
      if (pattern[p] !== text[t]) return 0;
    } else if (byte === 37) {
      for (p++; p < pattern.length && (pattern[p] === 37 || pattern[p] === 95); p++) {
        if (pattern[p] === 37) continue;
        if (t >= end) return -1;
        t = nextChar(text, t);
      }
      if (p >= pattern.length) return 1;
      if (pattern[p] === 92 && p + 1 >= pattern.length) throw escapeAtEnd();
      const first = pattern[p] === 92 ? pattern[p + 1] : pattern[p];
      for (; t < end; t = nextChar(text, t)) {
        if (text[t] !== first) continue;
        const matched = matchText(text, t, end, pattern, p);
        if (matched !== 0) return matched;
      }
      return -1;
    } else if (byte === 95) {
      t = nextChar(text, t);
      p++;
      continue;
    } else if (byte !== text[t]) return 0;
    t++;
    p++;
  }
  if (t < end) return 0;
  while (p < pattern.length && pattern[p] === 37) p++;
  return p >= pattern.length ? 1 : -1;
}

function escapeAtEnd(): ValueError {
  return new ValueError('22025', 'LIKE pattern must not end with escape character');
}

/**
 * Is a range of bytes one JSON value (RFC 8259, as PostgreSQL's `json` input checks it)?
 *
 * One pass, no recursion: nesting is a stack of bits, at most `MAX_DEPTH` deep, so no text can exhaust the stack,
 * not even that of the recursive writer of jsonb.
 */

export const MAX_DEPTH = 2000;

/** -1 where the range is one valid JSON value with optional white space around it, else the offset of what is wrong. */
export function checkJson(bytes: Uint8Array, start: number, end: number): number {
  const behind = skipValue(bytes, skipSpace(bytes, start, end), end);
  if (behind < 0) return ~behind;
  const rest = skipSpace(bytes, behind, end);
  return rest === end ? -1 : rest;
}

/** The offset behind the value that begins at `start`, or `~offset` of what is wrong with it. */
export function skipValue(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (at >= end || (bytes[at] !== 123 && bytes[at] !== 91)) return skipScalar(bytes, at, end);
  let inObject = false;
  /** One entry per open container: was the one around it an object? */
  const stack: boolean[] = [];
  for (;;) {
    // A value begins at `at`.
    const byte = at < end ? bytes[at] : -1;
    if (byte === 123 || byte === 91) {
      const object = byte === 123;
      const next = skipSpace(bytes, at + 1, end);
      if (next < end && bytes[next] === (object ? 125 : 93)) at = next + 1;
      else {
        if (stack.length === MAX_DEPTH) return ~at;
        stack.push(inObject);
        inObject = object;
        at = object ? skipKey(bytes, next, end) : next;
        if (at < 0) return at;
        continue;
      }
    } else {
      at = skipScalar(bytes, at, end);
      if (at < 0) return at;
    }
    // A value has ended: close what it ends, up to the next value.
    for (;;) {
      if (stack.length === 0) return at;
      at = skipSpace(bytes, at, end);
      if (at === end) return ~at;
      if (bytes[at] === 44) {
        at = skipSpace(bytes, at + 1, end);
        if (inObject) at = skipKey(bytes, at, end);
        if (at < 0) return at;
        break;
      }
      if (bytes[at] !== (inObject ? 125 : 93)) return ~at;
      at++;
      inObject = stack.pop()!;
    }
  }
}

export function skipSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9)) at++;
  return at;
}

/** The offset behind a string, number or word at `at`, or `~offset` of what is wrong. */
export function skipScalar(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return ~at;
  switch (bytes[at]) {
    case 34:
      return skipString(bytes, at, end);
    case 116:
      return skipWord(bytes, at, end, 'true');
    case 102:
      return skipWord(bytes, at, end, 'false');
    case 110:
      return skipWord(bytes, at, end, 'null');
    default:
      return skipNumber(bytes, at, end);
  }
}

/** The offset behind the closing quote of the string that opens at `at`, or `~offset`. */
export function skipString(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i];
    if (byte === 34) return i + 1;
    if (byte < 32) return ~i;
    if (byte !== 92) continue;
    i++;
    if (i >= end) break;
    if (bytes[i] === 117) {
      for (let digit = 1; digit <= 4; digit++) if (i + digit >= end || hexValue(bytes[i + digit]) < 0) return ~i;
      i += 4;
    } else if (!isEscape(bytes[i])) return ~i;
  }
  return ~end;
}

/** A key and its colon; the offset of the member's value, or `~offset`. */
function skipKey(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end || bytes[at] !== 34) return ~at;
  const behind = skipString(bytes, at, end);
  if (behind < 0) return behind;
  const colon = skipSpace(bytes, behind, end);
  return colon < end && bytes[colon] === 58 ? skipSpace(bytes, colon + 1, end) : ~colon;
}

function skipNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (bytes[at] === 45) at++;
  const whole = at;
  at = skipDigits(bytes, at, end);
  if (at === whole || (bytes[whole] === 48 && at > whole + 1)) return ~whole;
  if (at < end && bytes[at] === 46) {
    const fraction = skipDigits(bytes, at + 1, end);
    if (fraction === at + 1) return ~fraction;
    at = fraction;
  }
  if (at < end && (bytes[at] | 32) === 101) {
    at++;
    if (at < end && (bytes[at] === 43 || bytes[at] === 45)) at++;
    const exponent = skipDigits(bytes, at, end);
    if (exponent === at) return ~at;
    at = exponent;
  }
  return at < end && isWordByte(bytes[at]) ? ~at : at;
}

function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] >= 48 && bytes[at] <= 57) at++;
  return at;
}

function skipWord(bytes: Uint8Array, at: number, end: number, word: string): number {
  for (let i = 0; i < word.length; i++) if (at + i >= end || bytes[at + i] !== word.charCodeAt(i)) return ~(at + i);
  const behind = at + word.length;
  return behind < end && isWordByte(bytes[behind]) ? ~behind : behind;
}

export function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function isEscape(byte: number): boolean {
  return (
    byte === 34 ||
    byte === 92 ||
    byte === 47 ||
    byte === 98 ||
    byte === 102 ||
    byte === 110 ||
    byte === 114 ||
    byte === 116
  );
}

function isWordByte(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || ((byte | 32) >= 97 && (byte | 32) <= 122) || byte === 95 || byte > 127;
}

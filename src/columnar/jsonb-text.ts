/**
 * JSON text → the text PostgreSQL's `jsonb` prints: `{"a": 1, "bb": [true, null]}`.
 *
 * Keys by length, then bytes; the last of equal keys wins; numbers as numeric; strings with the least escapes. 22P02 for
 * what is not JSON, 22P05 for `\u0000`, which jsonb cannot hold.
 */
import { ByteWriter } from './byte-writer.js';
import { checkJson, hexValue, skipScalar, skipSpace, skipString } from './check-json.js';
import { writeNumeric } from './numeric-text.js';
import { ValueError } from './row-errors.js';
import { writeJsonString } from './write-json.js';

export type JsonbWriter = (bytes: Uint8Array, start: number, end: number, out: ByteWriter) => void;

/** A writer with buffers of its own, reused from value to value. */
export function jsonbWriter(): JsonbWriter {
  const composer = new Composer();
  return (bytes, start, end, out) => {
    if (checkJson(bytes, start, end) >= 0) {
      const text = Buffer.from(bytes.subarray(start, Math.min(end, start + 200))).toString();
      throw new ValueError('22P02', `invalid input syntax for type json: "${text}"`);
    }
    composer.write(bytes, skipSpace(bytes, start, end), end, out);
  };
}

/** Numbers per member: where its key starts and ends, and where its value ends, which starts behind the key. */
const MEMBER = 3;

/** Objects of up to so many members are kept in order while they grow; moving more of them would cost their square. */
const MOST_INSERTED = 32;

/**
 * Everything is written at the end of one buffer. An object puts its members there, keys unescaped; then, behind them, itself
 * in the order of its keys; then moves down over its members. `members` is a stack, shared by the objects that are open.
 */
class Composer {
  private readonly text = new ByteWriter(256);
  private members = new Int32Array(48);
  private memberCount = 0;

  write(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
    this.text.clear();
    this.memberCount = 0;
    this.value(bytes, start, end);
    out.copy(this.text.bytes, 0, this.text.length);
  }

  /** One valid value at `at`; returns the offset behind it. */
  private value(bytes: Uint8Array, at: number, end: number): number {
    switch (bytes[at]) {
      case 123:
        return this.object(bytes, at, end);
      case 91:
        return this.array(bytes, at, end);
      case 34:
        return this.string(bytes, at, end);
      default: {
        const behind = skipScalar(bytes, at, end);
        if (bytes[at] <= 57) writeNumeric(bytes, at, behind, this.text);
        else this.text.copy(bytes, at, behind);
        return behind;
      }
    }
  }

  private array(bytes: Uint8Array, start: number, end: number): number {
    const { text } = this;
    text.byte(91);
    let at = skipSpace(bytes, start + 1, end);
    for (let first = true; bytes[at] !== 93; first = false) {
      if (!first) {
        at = skipSpace(bytes, at + 1, end);
        text.ascii(', ');
      }
      at = skipSpace(bytes, this.value(bytes, at, end), end);
    }
    text.byte(93);
    return at + 1;
  }

  private object(bytes: Uint8Array, start: number, end: number): number {
    const { text } = this;
    const base = text.length;
    const firstMember = this.memberCount;
    let inOrder = true;
    let at = skipSpace(bytes, start + 1, end);
    while (bytes[at] !== 125) {
      if (bytes[at] === 44) at = skipSpace(bytes, at + 1, end);
      const keyStart = text.length;
      const behind = skipString(bytes, at, end);
      unescape(bytes, at + 1, behind - 1, text);
      const keyEnd = text.length;
      at = skipSpace(bytes, skipSpace(bytes, behind, end) + 1, end);
      at = skipSpace(bytes, this.value(bytes, at, end), end);
      inOrder = this.add(firstMember, inOrder, keyStart, keyEnd, text.length);
    }
    if (!inOrder) this.sort(firstMember);
    const from = text.length;
    text.byte(123);
    for (let i = firstMember; i < this.memberCount; i++) {
      if (i > firstMember) text.ascii(', ');
      const keyEnd = this.members[MEMBER * i + 1];
      writeJsonString(text.bytes, this.members[MEMBER * i], keyEnd, text);
      text.ascii(': ');
      text.copy(text.bytes, keyEnd, this.members[MEMBER * i + 2]);
    }
    text.byte(125);
    this.memberCount = firstMember;
    text.bytes.copyWithin(base, from, text.length);
    text.length = base + text.length - from;
    return at + 1;
  }

  /**
   * Keeps the members of an object in the order of their keys; of equal ones the last stays. Returns whether they are: an
   * object of many keys in disorder is sorted once, at its end.
   */
  private add(first: number, inOrder: boolean, keyStart: number, keyEnd: number, valueEnd: number): boolean {
    const count = this.memberCount;
    const order = count === first || !inOrder ? -1 : this.compare(count - 1, keyStart, keyEnd);
    const isInserted = order >= 0 && count - first <= MOST_INSERTED;
    const place = isInserted ? this.placeOf(first, keyStart, keyEnd) : count;
    if (place < count && this.compare(place, keyStart, keyEnd) === 0) {
      this.set(place, keyStart, keyEnd, valueEnd);
      return inOrder;
    }
    if (MEMBER * (count + 1) > this.members.length) {
      const grown = new Int32Array(2 * this.members.length);
      grown.set(this.members);
      this.members = grown;
    }
    this.members.copyWithin(MEMBER * (place + 1), MEMBER * place, MEMBER * count);
    this.set(place, keyStart, keyEnd, valueEnd);
    this.memberCount++;
    return inOrder && (order < 0 || isInserted);
  }

  /** The first of the members from `first` on whose key is not before this one. */
  private placeOf(first: number, keyStart: number, keyEnd: number): number {
    let low = first;
    let high = this.memberCount;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(middle, keyStart, keyEnd) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private sort(first: number): void {
    const { members } = this;
    const keyOrder = (a: number, b: number): number => this.compare(a, members[MEMBER * b]!, members[MEMBER * b + 1]!);
    const order = Array.from({ length: this.memberCount - first }, (_, i) => first + i).sort(
      (a, b) => keyOrder(a, b) || a - b,
    );
    const kept = order.filter((member, i) => i + 1 === order.length || keyOrder(member, order[i + 1]!) !== 0);
    const sorted = kept.flatMap((member) => [...members.subarray(MEMBER * member, MEMBER * (member + 1))]);
    members.set(sorted, MEMBER * first);
    this.memberCount = first + kept.length;
  }

  private set(member: number, keyStart: number, keyEnd: number, valueEnd: number): void {
    const at = MEMBER * member;
    this.members[at] = keyStart;
    this.members[at + 1] = keyEnd;
    this.members[at + 2] = valueEnd;
  }

  /** The key of a member against the one at `[start, end)`: shorter keys first, then by bytes. */
  private compare(member: number, start: number, end: number): number {
    const { bytes } = this.text;
    let at = this.members[MEMBER * member];
    const size = this.members[MEMBER * member + 1] - at;
    if (size !== end - start) return size - (end - start);
    for (let other = start; other < end; other++, at++) if (bytes[at] !== bytes[other]) return bytes[at] - bytes[other];
    return 0;
  }

  private string(bytes: Uint8Array, start: number, end: number): number {
    const { text } = this;
    const behind = skipString(bytes, start, end);
    if (!hasEscape(bytes, start, behind)) {
      text.copy(bytes, start, behind);
      return behind;
    }
    const from = text.length;
    unescape(bytes, start + 1, behind - 1, text);
    const to = text.length;
    writeJsonString(text.bytes, from, to, text);
    text.bytes.copyWithin(from, to, text.length);
    text.length = from + text.length - to;
    return behind;
  }
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === 92) return true;
  return false;
}

/** Appends the UTF-8 of the inside of a valid JSON string. 22P05 for `\u0000`, 22P02 for half a surrogate pair. */
export function unescape(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  let from = start;
  for (let at = start; at < end; at++) {
    if (bytes[at] !== 92) continue;
    out.copy(bytes, from, at);
    at++;
    if (bytes[at] !== 117) out.byte(plainOf(bytes[at]));
    else {
      let code = hex4(bytes, at + 1);
      at += 4;
      if (code === 0)
        throw new ValueError('22P05', 'unsupported Unicode escape sequence: \\u0000 cannot be converted to text');
      if (code >= 0xd800 && code < 0xe000) {
        const low = at + 6 < end && bytes[at + 1] === 92 && bytes[at + 2] === 117 ? hex4(bytes, at + 3) : 0;
        if (code >= 0xdc00 || low < 0xdc00 || low > 0xdfff) {
          throw new ValueError('22P02', 'invalid input syntax for type json: half of a Unicode surrogate pair');
        }
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
      }
      out.utf8(String.fromCodePoint(code));
    }
    from = at + 1;
  }
  out.copy(bytes, from, end);
}

function hex4(bytes: Uint8Array, at: number): number {
  let code = 0;
  for (let i = 0; i < 4; i++) code = code * 16 + hexValue(bytes[at + i]);
  return code;
}

function plainOf(letter: number): number {
  switch (letter) {
    case 98:
      return 8;
    case 102:
      return 12;
    case 110:
      return 10;
    case 114:
      return 13;
    case 116:
      return 9;
    default:
      return letter;
  }
}

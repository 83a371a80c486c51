/**
 * Equality and order of `jsonb` texts in PostgreSQL's form (jsonb-text.ts), without building values.
 *
 * PostgreSQL's btree order (compareJsonbContainers): object > array > boolean > number > string > null; more members first,
 * then member by member, an object's in stored order; numbers by value, strings as bytes (collation "C"). An empty array at the
 * top is below every scalar, a quirk that PostgreSQL keeps.
 */
import { fractionEnd, trimmedFraction } from '../columnar/numeric-scale.js';
import { compareNumericText, equalBytes } from './compare-bytes.js';

/** The same text but for the zeros that end fractions. */
export function equalJsonb(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  let i = aStart;
  let j = bStart;
  let inString = false;
  while (i < aEnd || j < bEnd) {
    if (!inString && (a[i] === 46 || b[j] === 46)) {
      const aDigits = a[i] === 46 && i < aEnd ? fractionEnd(a, i, aEnd) : i;
      const bDigits = b[j] === 46 && j < bEnd ? fractionEnd(b, j, bEnd) : j;
      const aKept = aDigits === i ? i : trimmedFraction(a, i, aDigits);
      const bKept = bDigits === j ? j : trimmedFraction(b, j, bDigits);
      if (!equalBytes(a, i, aKept, b, j, bKept)) return false;
      if (aDigits === i && bDigits === j) return false;
      i = aDigits;
      j = bDigits;
      continue;
    }
    if (i === aEnd || j === bEnd || a[i] !== b[j]) return false;
    if (a[i] === 34) inString = !inString;
    else if (a[i] === 92) {
      i++;
      j++;
      if (a[i] !== b[j]) return false;
    }
    i++;
    j++;
  }
  return true;
}

export function compareJsonb(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const left = new JsonbCursor(a, aStart, aEnd);
  const right = new JsonbCursor(b, bStart, bEnd);
  const leftRank = left.rank();
  const rightRank = right.rank();
  // A scalar at the top is stored as an array of one.
  if (leftRank < ARRAY && rightRank === ARRAY) return right.isEmpty() ? 1 : -1;
  if (leftRank === ARRAY && rightRank < ARRAY) return left.isEmpty() ? -1 : 1;
  return compareValues(left, right);
}

const STRING = 1;
const NUMBER = 2;
const BOOLEAN = 3;
const ARRAY = 4;
const OBJECT = 5;

/** Compares the values at both cursors, and moves them behind when they are equal. */
function compareValues(a: JsonbCursor, b: JsonbCursor): number {
  const rank = a.rank();
  const difference = rank - b.rank();
  if (difference !== 0) return difference;
  switch (rank) {
    case STRING:
      return compareStrings(a, b);
    case NUMBER: {
      const [aStart, bStart] = [a.at, b.at];
      a.skipScalar();
      b.skipScalar();
      return compareNumericText(a.data, aStart, a.at, b.data, bStart, b.at);
    }
    case ARRAY:
    case OBJECT:
      return compareMembers(a, b, rank === OBJECT);
    default: {
      // false, true or null: `t` is above `f`.
      const order = a.data[a.at] - b.data[b.at];
      a.skipScalar();
      b.skipScalar();
      return rank === BOOLEAN ? order : 0;
    }
  }
}

function compareMembers(a: JsonbCursor, b: JsonbCursor, areObjects: boolean): number {
  const count = a.countMembers();
  const difference = count - b.countMembers();
  if (difference !== 0) return difference;
  for (let member = 0; member < count; member++) {
    // The bracket, or the comma and its space.
    a.at += member === 0 ? 1 : 2;
    b.at += member === 0 ? 1 : 2;
    if (areObjects) {
      const keys = compareStrings(a, b);
      if (keys !== 0) return keys;
      a.at += 2;
      b.at += 2;
    }
    const values = compareValues(a, b);
    if (values !== 0) return values;
  }
  a.at += count === 0 ? 2 : 1;
  b.at += count === 0 ? 2 : 1;
  return 0;
}

function compareStrings(a: JsonbCursor, b: JsonbCursor): number {
  a.at++;
  b.at++;
  for (;;) {
    const x = a.nextByte();
    const y = b.nextByte();
    if (x !== y) return x - y;
    if (x < 0) return 0;
  }
}

class JsonbCursor {
  constructor(
    readonly data: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  rank(): number {
    switch (this.data[this.at]) {
      case 110:
        return 0;
      case 34:
        return STRING;
      case 116:
      case 102:
        return BOOLEAN;
      case 91:
        return ARRAY;
      case 123:
        return OBJECT;
      default:
        return NUMBER;
    }
  }

  isEmpty(): boolean {
    return this.data[this.at + 1] === 93;
  }

  skipScalar(): void {
    while (this.at < this.end && !isDelimiter(this.data[this.at])) this.at++;
  }

  /** The next byte of the string's value; -1 at its closing quote, which is passed. */
  nextByte(): number {
    const byte = this.data[this.at++];
    if (byte === 34) return -1;
    if (byte !== 92) return byte;
    const letter = this.data[this.at++];
    if (letter !== 117) return escapes[letter] ?? letter;
    this.at += 4;
    // Only control characters are written this way.
    return Number.parseInt(String.fromCharCode(this.data[this.at - 2], this.data[this.at - 1]), 16);
  }

  /** Members of the array or object at the cursor, which stays. */
  countMembers(): number {
    const { data, at: start } = this;
    if (data[start + 1] === 93 || data[start + 1] === 125) return 0;
    let count = 1;
    let depth = 0;
    for (let at = start; ; at++) {
      const byte = data[at];
      if (byte === 34) at = this.stringEnd(at);
      else if (byte === 91 || byte === 123) depth++;
      else if (byte === 44 && depth === 1) count++;
      else if ((byte === 93 || byte === 125) && --depth === 0) return count;
    }
  }

  /** The offset of the quote that closes the string whose opening quote is at `start`. */
  private stringEnd(start: number): number {
    let at = start + 1;
    while (this.data[at] !== 34) at += this.data[at] === 92 ? 2 : 1;
    return at;
  }
}

/** b f n r t behind a backslash. */
const escapes: Readonly<Record<number, number>> = { 98: 8, 102: 12, 110: 10, 114: 13, 116: 9 };

function isDelimiter(byte: number): boolean {
  return byte === 44 || byte === 93 || byte === 125;
}

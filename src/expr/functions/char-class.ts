/** Case mapping and character classes of single code points, read from `char-tables.ts`. */
import {
  alnumTable,
  isLowerTable,
  isUpperTable,
  lowerTable,
  punctTable,
  spaceTable,
  upperTable,
} from './char-tables.js';

/** Flat: from, to (inclusive), step, delta; ascending. */
type Ranges = Int32Array;

const DIRECT = 0x600; // Latin, Greek and Cyrillic are looked up, the rest searched

export class CaseMap {
  readonly #direct = new Int32Array(DIRECT);
  readonly ranges: Ranges;

  constructor(table: string, asciiFrom: number, asciiDelta: number) {
    this.ranges = readTable(table);
    for (let code = 0; code < DIRECT; code++) this.#direct[code] = code + (code < 128 ? 0 : deltaOf(this.ranges, code));
    for (let code = asciiFrom; code < asciiFrom + 26; code++) this.#direct[code] = code + asciiDelta;
  }

  map(code: number): number {
    return code < DIRECT ? this.#direct[code]! : code + deltaOf(this.ranges, code);
  }
}

export const toLower = new CaseMap(lowerTable, 65, 32);
export const toUpper = new CaseMap(upperTable, 97, -32);

const alnumRanges = readTable(alnumTable);

/** `[[:alnum:]]` of PostgreSQL: what makes up words for initcap and, with the underscore, for `\w`. */
export function isAlnum(code: number): boolean {
  if (code < 128) return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return findRange(alnumRanges, code) >= 0;
}

export type ClassName =
  | 'alpha'
  | 'alnum'
  | 'digit'
  | 'upper'
  | 'lower'
  | 'space'
  | 'blank'
  | 'punct'
  | 'print'
  | 'graph'
  | 'cntrl'
  | 'xdigit'
  | 'word';

/** A class as flat pairs from, to (inclusive), not ordered; null for a name that PostgreSQL does not have. */
export function classRanges(name: string): number[] | null {
  switch (name as ClassName) {
    case 'digit':
      return [48, 57];
    case 'alpha':
      return [65, 90, 97, 122, ...pairs(alnumTable)];
    case 'alnum':
      return [48, 57, 65, 90, 97, 122, ...pairs(alnumTable)];
    case 'word':
      return [48, 57, 65, 90, 95, 95, 97, 122, ...pairs(alnumTable)];
    case 'upper':
      return [65, 90, ...pairs(isUpperTable)];
    case 'lower':
      return [97, 122, ...pairs(isLowerTable)];
    case 'space':
      return [9, 13, 32, 32, ...pairs(spaceTable)];
    case 'blank':
      return [9, 9, 32, 32];
    case 'punct':
      return [33, 47, 58, 64, 91, 96, 123, 126, ...pairs(punctTable)];
    case 'graph':
      return [33, 126, ...pairs(alnumTable), ...pairs(punctTable)];
    case 'print':
      return [
        32,
        126,
        ...pairs(alnumTable),
        ...pairs(punctTable),
        ...pairs(spaceTable).filter((code) => code !== 0x2028 && code !== 0x2029),
      ];
    case 'cntrl':
      return [0, 31, 127, 159];
    case 'xdigit':
      return [48, 57, 65, 70, 97, 102];
    default:
      return null;
  }
}

function pairs(table: string): number[] {
  const ranges = readTable(table);
  const result: number[] = [];
  for (let i = 0; i < ranges.length; i += 4) {
    if (ranges[i + 2] === 1) result.push(ranges[i]!, ranges[i + 1]!);
    else for (let code = ranges[i]!; code <= ranges[i + 1]!; code += 2) result.push(code, code);
  }
  return result;
}

function readTable(table: string): Ranges {
  const entries = table.split(' ');
  const ranges = new Int32Array(entries.length * 4);
  let from = 0;
  entries.forEach((entry, index) => {
    const [gap, length, delta] = entry.split('.');
    from += parseInt(gap!, 36);
    ranges.set(
      [from, from + parseInt(length!, 36), entry.endsWith('!') ? 2 : 1, parseInt(delta ?? '0', 36)],
      index * 4,
    );
  });
  return ranges;
}

/** Index of the range that holds `code`, or -1. */
function findRange(ranges: Ranges, code: number): number {
  let low = 0;
  let high = ranges.length / 4 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < ranges[middle * 4]!) high = middle - 1;
    else if (code > ranges[middle * 4 + 1]!) low = middle + 1;
    else return (code - ranges[middle * 4]!) % ranges[middle * 4 + 2]! === 0 ? middle * 4 : -1;
  }
  return -1;
}

function deltaOf(ranges: Ranges, code: number): number {
  const at = findRange(ranges, code);
  return at < 0 ? 0 : ranges[at + 3]!;
}

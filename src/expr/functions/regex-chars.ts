/** What escapes and case folding make of characters in a regular expression. */
import { classRanges, toLower, toUpper } from './char-class.js';
import { invertSet, normalSet, setHas, type Assertion, type CharSet } from './regex-syntax.js';

export const assertionEscapes: Readonly<Record<string, Assertion | undefined>> = {
  A: 'start',
  Z: 'end',
  m: 'wordStart',
  M: 'wordEnd',
  y: 'boundary',
  Y: 'noBoundary',
};

export const charEscapes: Readonly<Record<string, number | undefined>> = {
  a: 7,
  b: 8,
  B: 92,
  e: 27,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
};

/** The class that an escape letter stands for, or null. */
export function classEscape(char: string): CharSet | null {
  switch (char) {
    case 'd':
    case 's':
    case 'w':
      return escapeClass(char);
    case 'D':
    case 'S':
    case 'W':
      return invertSet(escapeClass(char.toLowerCase()));
    default:
      return null;
  }
}

function escapeClass(letter: string): CharSet {
  return normalSet(classRanges(letter === 'd' ? 'digit' : letter === 's' ? 'space' : 'word')!);
}

/** The set with the lower and upper case of each of its characters: what the pattern says is folded, not the text. */
export function bothCases(set: CharSet): CharSet {
  const pairs = [...set];
  for (const map of [toLower, toUpper]) {
    for (let code = 65; code < 123; code++) if (setHas(set, code)) pairs.push(map.map(code), map.map(code));
    const { ranges } = map;
    for (let i = 0; i < ranges.length; i += 4)
      for (let code = ranges[i]!; code <= ranges[i + 1]!; code += ranges[i + 2]!) {
        if (setHas(set, code)) pairs.push(code + ranges[i + 3]!, code + ranges[i + 3]!);
      }
  }
  return normalSet(pairs);
}

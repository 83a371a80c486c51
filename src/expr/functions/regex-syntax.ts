/**
 * The tree of a regular expression, and the greediness that PostgreSQL gives each part of it.
 *
 * A `CharSet` is flat pairs from, to (inclusive), ascending and disjoint, of code points.
 */
import { ValueError } from '../../columnar/row-errors.js';
import { RefusedCall } from './refused-call.js';

export type CharSet = readonly number[];

/** What holds between two characters. `line…` are the newline-sensitive forms. */
export type Assertion = 'start' | 'end' | 'lineStart' | 'lineEnd' | 'wordStart' | 'wordEnd' | 'boundary' | 'noBoundary';

export type Greediness = 'greedy' | 'lazy' | 'none';

export type Regex =
  | { readonly kind: 'empty' }
  | { readonly kind: 'chars'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly at: Assertion }
  | { readonly kind: 'concat'; readonly parts: readonly Regex[] }
  | { readonly kind: 'alt'; readonly branches: readonly Regex[] }
  | {
      readonly kind: 'repeat';
      readonly body: Regex;
      readonly min: number;
      readonly max: number;
      readonly prefers: Greediness;
    }
  | { readonly kind: 'capture'; readonly index: number; readonly body: Regex };

export const LAST_CODE = 0x10ffff;

/** A pattern that PostgreSQL takes and we do not, refused when the job is planned. */
export class UnsupportedPattern extends RefusedCall {
  constructor(construct: string) {
    super(`regular expressions with ${construct} are not supported`);
  }
}

export function invalidRegex(reason: string): ValueError {
  return new ValueError('2201B', `invalid regular expression: ${reason}`);
}

/** Which length the part prefers when several fit: the first part that has an opinion decides, alternatives are greedy. */
export function greedinessOf(regex: Regex): Greediness {
  switch (regex.kind) {
    case 'concat':
      for (const part of regex.parts) {
        const greediness = greedinessOf(part);
        if (greediness !== 'none') return greediness;
      }
      return 'none';
    case 'alt':
      return 'greedy';
    case 'repeat':
      return regex.prefers === 'none' ? greedinessOf(regex.body) : regex.prefers;
    case 'capture':
      return greedinessOf(regex.body);
    default:
      return 'none';
  }
}

export function hasCapture(regex: Regex): boolean {
  switch (regex.kind) {
    case 'concat':
      return regex.parts.some(hasCapture);
    case 'alt':
      return regex.branches.some(hasCapture);
    case 'repeat':
      return hasCapture(regex.body);
    case 'capture':
      return true;
    default:
      return false;
  }
}

/** Sorts and merges pairs. */
export function normalSet(pairs: readonly number[]): CharSet {
  const ranges: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) ranges.push([pairs[i]!, pairs[i + 1]!]);
  ranges.sort((a, b) => a[0] - b[0]);
  const result: number[] = [];
  for (const [from, to] of ranges) {
    if (result.length > 0 && from <= result[result.length - 1]! + 1) {
      if (to > result[result.length - 1]!) result[result.length - 1] = to;
    } else result.push(from, to);
  }
  return result;
}

export function invertSet(set: CharSet): CharSet {
  const result: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > next) result.push(next, set[i]! - 1);
    next = set[i + 1]! + 1;
  }
  if (next <= LAST_CODE) result.push(next, LAST_CODE);
  return result;
}

export function setHas(set: CharSet, code: number): boolean {
  let low = 0;
  let high = set.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < set[middle * 2]!) high = middle - 1;
    else if (code > set[middle * 2 + 1]!) low = middle + 1;
    else return true;
  }
  return false;
}

/**
 * Tree → nondeterministic automaton (Thompson) over colours.
 *
 * A colour is a class of characters that no set of the pattern tells apart, so an automaton's step looks at a small
 * number instead of a code point. `reverse` makes the automaton that reads a text backwards.
 */
import { classRanges } from './char-class.js';
import { normalSet, setHas, UnsupportedPattern, type Assertion, type CharSet, type Regex } from './regex-syntax.js';

const MAX_STATES = 20_000;

/** What stands beside a place in the text, as far as assertions care. */
export const EDGE = 0;
export const NEWLINE = 1;
export const WORD = 2;
export const OTHER = 3;

export type State =
  | { readonly kind: 'chars'; readonly set: number; next: number }
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'assert'; readonly at: Assertion; next: number }
  | { readonly kind: 'match' };

export interface Program {
  readonly states: readonly State[];
  readonly start: number;
  readonly reverse: boolean;
  /** A match can only start where the text does. */
  readonly anchored: boolean;
}

/** The alphabet of one pattern, shared by all automata made from its parts. */
export class Alphabet {
  readonly ascii = new Uint16Array(128);
  /** Colours of characters are 0 … count - 1; the end of the text counts as colour `count`. */
  readonly count: number;
  /** EDGE, NEWLINE, WORD or OTHER per colour, the end of the text included. */
  readonly contexts: Uint8Array;
  readonly #starts: Int32Array;
  readonly #colours: Uint16Array;
  readonly #sets: CharSet[] = [];
  readonly #members: Uint8Array[] = [];

  constructor(root: Regex) {
    const sets = collectSets(root, []);
    const hasAssertions = hasAssertion(root);
    const word = hasAssertions ? normalSet(classRanges('word')!) : [];
    const cuts = new Set<number>([0]);
    for (const set of [...sets, word, hasAssertions ? [10, 10] : []])
      for (let i = 0; i < set.length; i += 2) cuts.add(set[i]!).add(set[i + 1]! + 1);
    this.#starts = Int32Array.from([...cuts].sort((a, b) => a - b));
    this.#colours = new Uint16Array(this.#starts.length);
    const bySignature = new Map<string, number>();
    const samples: number[] = [];
    this.#starts.forEach((code, index) => {
      const signature = [...sets, word, [10, 10]]
        .map((set, i) => ((i <= sets.length || hasAssertions) && setHas(set, code) ? '1' : '0'))
        .join('');
      let colour = bySignature.get(signature);
      if (colour === undefined) {
        colour = samples.length;
        bySignature.set(signature, colour);
        samples.push(code);
      }
      this.#colours[index] = colour;
    });
    this.count = samples.length;
    this.contexts = new Uint8Array(this.count + 1).fill(OTHER);
    if (hasAssertions) {
      samples.forEach(
        (code, colour) => (this.contexts[colour] = code === 10 ? NEWLINE : setHas(word, code) ? WORD : OTHER),
      );
      this.contexts[this.count] = EDGE;
    }
    for (let code = 0; code < 128; code++) this.ascii[code] = this.colourOf(code);
    for (const set of sets) {
      this.#sets.push(set);
      this.#members.push(Uint8Array.from(samples, (code) => (setHas(set, code) ? 1 : 0)));
    }
  }

  /** The context before the first character: EDGE if any assertion could tell. */
  get edge(): number {
    return this.contexts[this.count]!;
  }

  setNumber(set: CharSet): number {
    return this.#sets.indexOf(set);
  }

  /** Per colour, whether it is in the set. */
  members(set: number): Uint8Array {
    return this.#members[set]!;
  }

  colourOf(code: number): number {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= code) low = middle;
      else high = middle - 1;
    }
    return this.#colours[low]!;
  }
}

export function buildProgram(root: Regex, alphabet: Alphabet, reverse: boolean): Program {
  const states: State[] = [{ kind: 'match' }];
  const add = (state: State): number => {
    if (states.length >= MAX_STATES) throw new UnsupportedPattern('so many repetitions');
    return states.push(state) - 1;
  };
  /** States for `node` that go on to `next`; returns where to enter. Built from the end to the start. */
  const build = (node: Regex, next: number): number => {
    switch (node.kind) {
      case 'empty':
        return next;
      case 'chars':
        return add({ kind: 'chars', set: alphabet.setNumber(node.set), next });
      case 'assert':
        return add({ kind: 'assert', at: node.at, next });
      case 'capture':
        return build(node.body, next);
      case 'concat': {
        const parts = reverse ? [...node.parts].reverse() : node.parts;
        return parts.reduceRight((after, part) => build(part, after), next);
      }
      case 'alt':
        return node.branches
          .map((branch) => build(branch, next))
          .reduceRight((other, entry) => add({ kind: 'split', next: entry, other }));
      case 'repeat': {
        let entry = next;
        if (node.max === Infinity) {
          const loop = add({ kind: 'split', next: 0, other: next });
          (states[loop] as { next: number }).next = build(node.body, loop);
          entry = loop;
        } else
          for (let i = node.min; i < node.max; i++)
            entry = add({ kind: 'split', next: build(node.body, entry), other: next });
        for (let i = 0; i < node.min; i++) entry = build(node.body, entry);
        return entry;
      }
    }
  };
  const start = build(root, 0);
  return { states, start, reverse, anchored: !reverse && startsAnchored(root) };
}

function collectSets(node: Regex, into: CharSet[]): CharSet[] {
  if (node.kind === 'chars') into.push(node.set);
  else if (node.kind === 'concat') for (const part of node.parts) collectSets(part, into);
  else if (node.kind === 'alt') for (const branch of node.branches) collectSets(branch, into);
  else if (node.kind === 'repeat' || node.kind === 'capture') collectSets(node.body, into);
  return into;
}

function startsAnchored(node: Regex): boolean {
  if (node.kind === 'assert') return node.at === 'start';
  if (node.kind === 'concat') return startsAnchored(node.parts[0]!);
  return node.kind === 'capture' && startsAnchored(node.body);
}

function hasAssertion(node: Regex): boolean {
  if (node.kind === 'assert') return true;
  if (node.kind === 'concat') return node.parts.some(hasAssertion);
  if (node.kind === 'alt') return node.branches.some(hasAssertion);
  return (node.kind === 'repeat' || node.kind === 'capture') && hasAssertion(node.body);
}

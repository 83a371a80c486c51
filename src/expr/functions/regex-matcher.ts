/**
 * A compiled regular expression over UTF-8 bytes: does it match, where, and where its captures lie.
 *
 * The leftmost match counts, and of those the longest (or the shortest, when the pattern is lazy), as in PostgreSQL.
 */
import { ValueError } from '../../columnar/row-errors.js';
import { Automaton } from './regex-automaton.js';
import { createCaptureFinder, type CaptureFinder } from './regex-captures.js';
import type { RegexFlags } from './regex-flags.js';
import { parseRegex } from './regex-parse.js';
import { Alphabet, buildProgram } from './regex-program.js';
import { greedinessOf, type Regex } from './regex-syntax.js';

/** A value may be walked over this often times its length, and this far in any case, before it counts as an attack. */
const MAX_STEPS = 100_000_000;

export class RegexMatcher {
  readonly captureCount: number;
  /** Offsets of the last match and its captures: start, end of the whole, of \1, \2 …; -1 for a part that took none. */
  readonly places: Int32Array;
  readonly #root: Regex;
  readonly #alphabet: Alphabet;
  readonly #shortest: boolean;
  readonly #finder: Automaton;
  #starts: Automaton | null = null;
  #ends: Automaton | null = null;
  #captures: CaptureFinder | null = null;
  #marks = new Uint8Array(256);
  #bytes: Uint8Array = this.#marks;
  #textStart = 0;
  #from = 0;
  #end = 0;
  #steps = 0;

  /** `withCaptures`: `places` holds all captures, not only the whole match. Throws ValueError or UnsupportedPattern. */
  constructor(pattern: string, flags: RegexFlags, withCaptures = false) {
    const { root, captures } = parseRegex(pattern, flags);
    this.#root = root;
    this.captureCount = captures;
    this.places = new Int32Array(2 * (captures + 1));
    this.#shortest = greedinessOf(root) === 'lazy';
    this.#alphabet = new Alphabet(root);
    this.#finder = new Automaton(buildProgram(root, this.#alphabet, false), this.#alphabet, true);
    if (withCaptures && captures > 0) this.#captures = createCaptureFinder(root, this.#alphabet);
  }

  matches(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#finder.finds(bytes, start, start, end);
  }

  /** Prepares to walk the matches at and after `from`; false when there are none. */
  begin(bytes: Uint8Array, start: number, end: number, from = start): boolean {
    this.#bytes = bytes;
    this.#textStart = start;
    this.#from = from;
    this.#end = end;
    this.#steps = 0;
    if (end - from + 1 > this.#marks.length) this.#marks = new Uint8Array((end - from + 1) * 2);
    this.#starts ??= new Automaton(buildProgram(this.#root, this.#alphabet, true), this.#alphabet, true);
    return this.#starts.markStarts(bytes, start, from, end, end, this.#marks);
  }

  /** Finds the first match at or after `from` into `places`; false if there is none. `from` may be past the end. */
  next(from: number): boolean {
    let at = from;
    while (at <= this.#end && this.#marks[at - this.#from] !== 1) at++;
    if (at > this.#end) return false;
    this.#ends ??= new Automaton(buildProgram(this.#root, this.#alphabet, false), this.#alphabet, false);
    const to = this.#ends.matchEnd(this.#bytes, this.#textStart, at, this.#end, this.#end, this.#shortest);
    if (this.#captures === null) {
      this.places.fill(-1);
      this.places[0] = at;
      this.places[1] = to;
    } else this.#captures.find(this.#bytes, this.#textStart, this.#end, at, to, this.places);
    this.#steps += this.#ends.steps + (this.#captures?.takeSteps() ?? 0);
    this.#ends.steps = 0;
    if (this.#steps > MAX_STEPS)
      throw new ValueError('54000', 'regular expression is too complex for a text of this length');
    return true;
  }
}

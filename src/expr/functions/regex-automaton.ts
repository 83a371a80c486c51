/**
 * A deterministic automaton made lazily from a Program, as RE2 and PostgreSQL do: time is linear in the text whatever
 * the pattern, so a regex bomb is only a slow compile.
 *
 * `table[state * width + colour]` is `(next state << 1) | a match ends before this character`; -1: not known yet.
 * State 0 is the dead end. The table is bounded: when it is full it is emptied and the walk goes on.
 */
import { EDGE, NEWLINE, WORD, type Alphabet, type Program, type State } from './regex-program.js';
import { codePointAt, nextChar, previousChar } from './utf8.js';
import type { Assertion } from './regex-syntax.js';

const MAX_TABLE = 1 << 20;
const MAX_DFA_STATES = 4096;

export class Automaton {
  readonly #width: number;
  readonly #states: readonly State[];
  #table: Int32Array;
  /** Per DFA state: its states of the program (before following empty steps), and what stood before. */
  #kernels: { readonly items: readonly number[]; readonly before: number }[] = [];
  #ids = new Map<string, number>();
  /** First state per context, 0 where it is not made yet. */
  readonly #starts = new Int32Array(4);
  readonly #marks: Int32Array;
  #mark = 0;
  /** Characters looked at by `matchEnd` and `markEnds`, which may see the same text again and again. The caller resets it. */
  steps = 0;

  /** With `floating`, a match may begin at every place that the walk comes through. */
  constructor(
    private readonly program: Program,
    private readonly alphabet: Alphabet,
    private readonly floating: boolean,
  ) {
    this.#width = alphabet.count + 1;
    this.#states = program.states;
    this.#marks = new Int32Array(program.states.length);
    this.#table = new Int32Array(0);
    this.#reset();
  }

  /** Does a match end anywhere at or after `from`? Forward automata only. */
  finds(bytes: Uint8Array, textStart: number, from: number, end: number): boolean {
    const { ascii } = this.alphabet;
    const width = this.#width;
    let state = this.#startAt(this.#contextBefore(bytes, textStart, from));
    let table = this.#table;
    for (let at = from; at < end;) {
      const byte = bytes[at]!;
      const colour = byte < 128 ? ascii[byte]! : this.alphabet.colourOf(codePointAt(bytes, at));
      at = byte < 128 ? at + 1 : nextChar(bytes, at);
      let step = table[state * width + colour]!;
      if (step < 0) {
        step = this.#step(state, colour);
        table = this.#table;
      }
      if ((step & 1) !== 0) return true;
      state = step >> 1;
      if (state === 0) return false;
    }
    return (this.#stepAtEnd(state) & 1) !== 0;
  }

  /**
   * Where the longest (or shortest) match that starts at `from` and ends at most at `to` ends; -1 if none.
   * `end` is the end of the text: `to` may lie within it.
   */
  matchEnd(
    bytes: Uint8Array,
    textStart: number,
    from: number,
    to: number,
    end: number,
    shortest: boolean,
    minimum = from,
  ): number {
    const { ascii, count } = this.alphabet;
    const width = this.#width;
    let found = -1;
    let state = this.#startAt(this.#contextBefore(bytes, textStart, from));
    let table = this.#table;
    for (let at = from; ;) {
      const byte = at < end ? bytes[at]! : 128;
      const colour = byte < 128 ? ascii[byte]! : at < end ? this.alphabet.colourOf(codePointAt(bytes, at)) : count;
      let step = table[state * width + colour]!;
      if (step < 0) {
        step = this.#step(state, colour);
        table = this.#table;
      }
      if ((step & 1) !== 0 && at >= minimum) {
        if (shortest) return at;
        found = at;
      }
      if (at >= to || step >> 1 === 0) {
        this.steps += at - from;
        return found;
      }
      state = step >> 1;
      at = byte < 128 ? at + 1 : nextChar(bytes, at);
    }
  }

  /**
   * Every place where a match that starts at `from` may end, in `marks[place - from]`. Returns the last place looked at, at
   * most `to`; what is marked behind it is old.
   */
  markEnds(bytes: Uint8Array, textStart: number, from: number, to: number, end: number, marks: Uint8Array): number {
    let state = this.#startAt(this.#contextBefore(bytes, textStart, from));
    for (let at = from; ;) {
      const step = this.#stepBefore(state, bytes, at, end);
      marks[at - from] = step & 1;
      if (at >= to || step >> 1 === 0) {
        this.steps += at - from;
        return at;
      }
      state = step >> 1;
      const next = nextChar(bytes, at);
      for (let inside = at + 1; inside < next; inside++) marks[inside - from] = 0;
      at = next;
    }
  }

  /**
   * For a reversed automaton: every place in `[from, to]` where a match starts (that ends at `to`, or anywhere if floating).
   * Returns whether there is one.
   */
  markStarts(bytes: Uint8Array, textStart: number, from: number, to: number, end: number, marks: Uint8Array): boolean {
    const { ascii, count, contexts } = this.alphabet;
    const width = this.#width;
    marks.fill(0, 0, to - from + 1);
    let any = 0;
    let state = this.#startAt(to < end ? contexts[this.#colourAt(bytes, to)]! : this.alphabet.edge);
    let table = this.#table;
    for (let at = to; ;) {
      let previous = at - 1;
      let colour = count;
      if (at > textStart) {
        const byte = bytes[previous]!;
        if (byte < 128) colour = ascii[byte]!;
        else {
          previous = previousChar(bytes, at);
          colour = this.alphabet.colourOf(codePointAt(bytes, previous));
        }
      }
      let step = table[state * width + colour]!;
      if (step < 0) {
        step = this.#step(state, colour);
        table = this.#table;
      }
      marks[at - from] = step & 1;
      any |= step;
      if (at <= from || step >> 1 === 0) return (any & 1) === 1;
      state = step >> 1;
      at = previous;
    }
  }

  #colourAt(bytes: Uint8Array, at: number): number {
    const byte = bytes[at]!;
    return byte < 128 ? this.alphabet.ascii[byte]! : this.alphabet.colourOf(codePointAt(bytes, at));
  }

  #contextBefore(bytes: Uint8Array, textStart: number, at: number): number {
    return at <= textStart
      ? this.alphabet.edge
      : this.alphabet.contexts[this.#colourAt(bytes, previousChar(bytes, at))]!;
  }

  #stepBefore(state: number, bytes: Uint8Array, at: number, end: number): number {
    const colour = at < end ? this.#colourAt(bytes, at) : this.alphabet.count;
    const step = this.#table[state * this.#width + colour]!;
    return step < 0 ? this.#step(state, colour) : step;
  }

  #stepAtEnd(state: number): number {
    const step = this.#table[state * this.#width + this.alphabet.count]!;
    return step < 0 ? this.#step(state, this.alphabet.count) : step;
  }

  #startAt(before: number): number {
    const known = this.#starts[before]!;
    if (known > 0) return known;
    const id = this.#idOf([this.program.start], before);
    this.#starts[before] = id;
    return id;
  }

  /** Computes one entry of the table. */
  #step(from: number, colour: number): number {
    const { items, before } = this.#kernels[from]!;
    const after = this.alphabet.contexts[colour]!;
    const reached: number[] = [];
    let isMatch = 0;
    const mark = ++this.#mark;
    const pending = [...items];
    while (pending.length > 0) {
      const index = pending.pop()!;
      if (this.#marks[index] === mark) continue;
      this.#marks[index] = mark;
      const state = this.#states[index]!;
      if (state.kind === 'match') isMatch = 1;
      else if (state.kind === 'split') pending.push(state.other, state.next);
      else if (state.kind === 'assert') {
        const holds = this.program.reverse ? asserts(state.at, after, before) : asserts(state.at, before, after);
        if (holds) pending.push(state.next);
      } else if (colour < this.alphabet.count && this.alphabet.members(state.set)[colour] === 1)
        reached.push(state.next);
    }
    if (this.floating && !this.program.anchored && colour < this.alphabet.count) reached.push(this.program.start);
    if (this.#kernels.length >= MAX_DFA_STATES || this.#kernels.length * this.#width > MAX_TABLE) {
      // `from` is gone with the table; its step is not noted, and the walk goes on from the target.
      this.#reset();
      return (this.#idOf(reached, after) << 1) | isMatch;
    }
    const step = (this.#idOf(reached, after) << 1) | isMatch;
    this.#table[from * this.#width + colour] = step;
    return step;
  }

  #idOf(items: readonly number[], before: number): number {
    if (items.length === 0) return 0;
    const sorted = [...new Set(items)].sort((a, b) => a - b);
    const key = `${before}:${sorted.join()}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#kernels.length;
    this.#kernels.push({ items: sorted, before });
    this.#ids.set(key, id);
    if ((id + 1) * this.#width > this.#table.length) {
      const grown = new Int32Array(Math.max((id + 1) * this.#width, this.#table.length * 2)).fill(-1);
      grown.set(this.#table);
      this.#table = grown;
    }
    return id;
  }

  #reset(): void {
    this.#table = new Int32Array(16 * this.#width).fill(-1);
    this.#table.fill(0, 0, this.#width);
    this.#kernels = [{ items: [], before: EDGE }];
    this.#ids = new Map();
    this.#starts.fill(0);
  }
}

function asserts(assertion: Assertion, before: number, after: number): boolean {
  const isWordStart = before !== WORD && after === WORD;
  const isWordEnd = before === WORD && after !== WORD;
  switch (assertion) {
    case 'start':
      return before === EDGE;
    case 'end':
      return after === EDGE;
    case 'lineStart':
      return before === EDGE || before === NEWLINE;
    case 'lineEnd':
      return after === EDGE || after === NEWLINE;
    case 'wordStart':
      return isWordStart;
    case 'wordEnd':
      return isWordEnd;
    case 'boundary':
      return isWordStart || isWordEnd;
    case 'noBoundary':
      return !isWordStart && !isWordEnd;
  }
}

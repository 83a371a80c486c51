/**
 * Where the parenthesised parts of a match lie, by PostgreSQL's rule (regexec.c, "dissect"): the whole match is fixed first;
 * then parts that start earlier take their longest (or, when lazy, shortest) share that lets the rest still match.
 *
 * The automata of the two sides of each cut say where it may be, so nothing is ever tried twice.
 */
import { Automaton } from './regex-automaton.js';
import { buildProgram, type Alphabet } from './regex-program.js';
import { greedinessOf, hasCapture, UnsupportedPattern, type Greediness, type Regex } from './regex-syntax.js';

/** A text and the range of the match in it. */
interface Span {
  readonly bytes: Uint8Array;
  readonly textStart: number;
  readonly end: number;
}

/** Notes `places[2 i], places[2 i + 1]` of each capture i in `[from, to)`. */
type Dissect = (span: Span, from: number, to: number, places: Int32Array) => void;

const nothing: Dissect = () => undefined;

export interface CaptureFinder {
  /** Fills `places` (-1: took no part) for a match over `[from, to)`. */
  find(bytes: Uint8Array, textStart: number, end: number, from: number, to: number, places: Int32Array): void;
  /** Characters looked at since the last reset. */
  takeSteps(): number;
}

export function createCaptureFinder(root: Regex, alphabet: Alphabet): CaptureFinder {
  const automata: Automaton[] = [];
  const dissect = planNode(root, (node, reverse) => {
    const automaton = new Automaton(buildProgram(node, alphabet, reverse), alphabet, false);
    automata.push(automaton);
    return automaton;
  });
  return {
    find(bytes, textStart, end, from, to, places) {
      places.fill(-1);
      places[0] = from;
      places[1] = to;
      dissect({ bytes, textStart, end }, from, to, places);
    },
    takeSteps() {
      let steps = 0;
      for (const automaton of automata) {
        steps += automaton.steps;
        automaton.steps = 0;
      }
      return steps;
    },
  };
}

type Make = (node: Regex, reverse: boolean) => Automaton;

function planNode(node: Regex, make: Make): Dissect {
  if (!hasCapture(node)) return nothing;
  switch (node.kind) {
    case 'capture': {
      const inner = planNode(node.body, make);
      return (span, from, to, places) => {
        places[2 * node.index] = from;
        places[2 * node.index + 1] = to;
        inner(span, from, to, places);
      };
    }
    case 'concat':
      return planConcat(node.parts, make);
    case 'alt': {
      const branches = node.branches.map((branch) => ({
        automaton: make(branch, false),
        dissect: planNode(branch, make),
      }));
      return (span, from, to, places) => {
        for (const branch of branches) {
          if (branch.automaton.matchEnd(span.bytes, span.textStart, from, to, span.end, false, to) !== to) continue;
          return branch.dissect(span, from, to, places);
        }
      };
    }
    case 'repeat':
      return planRepeat(node, make);
    default:
      return nothing;
  }
}

/**
 * Parts without captures are taken together up to the first that has one, or that mixes greedy with lazy: PostgreSQL
 * cuts there and nowhere else, and the cuts decide who gets which share.
 */
function planConcat(parts: readonly Regex[], make: Make): Dissect {
  if (!parts.some(hasCapture)) return nothing;
  if (parts.length === 1) return planNode(parts[0]!, make);
  let cut = 0;
  let seen: Opinions = { greedy: false, lazy: false };
  for (; cut < parts.length; cut++) {
    seen = opinionsOf(parts[cut]!, seen);
    if (hasCapture(parts[cut]!) || (seen.greedy && seen.lazy)) break;
  }
  const count = cut === 0 ? 1 : cut;
  const leftNode = concat(parts.slice(0, count));
  const rest = parts.slice(count);
  return planPair(
    leftNode,
    planNode(leftNode, make),
    greedinessOf(leftNode),
    concat(rest),
    planConcat(rest, make),
    make,
  );
}

function planPair(
  leftNode: Regex,
  left: Dissect,
  prefers: Greediness,
  rightNode: Regex,
  right: Dissect,
  make: Make,
): Dissect {
  const leftEnds = make(leftNode, false);
  const rightStarts = make(rightNode, true);
  const scratch = new Scratch();
  return (span, from, to, places) => {
    const [ends, starts] = scratch.pair(to - from + 1);
    const last = leftEnds.markEnds(span.bytes, span.textStart, from, to, span.end, ends);
    rightStarts.markStarts(span.bytes, span.textStart, from, to, span.end, starts);
    const middle = pick(ends, starts, 0, 0, last - from, prefers === 'lazy');
    left(span, from, from + middle, places);
    right(span, from + middle, to, places);
  };
}

function planRepeat(node: Extract<Regex, { kind: 'repeat' }>, make: Make): Dissect {
  const { body, min, max } = node;
  if (max === 0) return nothing;
  const inner = planNode(body, make);
  const prefers = greedinessOf(node);
  if (min === 1 && max === 1) return inner;
  if (min > 0) {
    // x{m,n} is x{m-1,n-1}x: only the last round's captures count.
    const before: Regex = { kind: 'repeat', body, min: min - 1, max: max - 1, prefers: node.prefers };
    return planPair(before, nothing, prefers, body, inner, make);
  }
  if (max !== 1 && max !== Infinity) throw new UnsupportedPattern(`captures inside {0,${max}}`);
  // How long a round is decides the body, not the quantifier around it.
  const isLazy = greedinessOf(body) === 'lazy';
  const bodyEnds = make(body, false);
  // No round and one empty round look the same: a greedy body has the round, if it can be empty.
  const emptyRound: Dissect = (span, from, to, places) => {
    if (!isLazy && bodyEnds.matchEnd(span.bytes, span.textStart, from, to, span.end, false) === to)
      inner(span, from, to, places);
  };
  if (max === 1) return (span, from, to, places) => (from < to ? inner : emptyRound)(span, from, to, places);
  const restStarts = make(node, true);
  const scratch = new Scratch();
  return (span, from, to, places) => {
    if (from === to) return emptyRound(span, from, to, places);
    const [ends, starts] = scratch.pair(to - from + 1);
    restStarts.markStarts(span.bytes, span.textStart, from, to, span.end, starts);
    for (let at = from; at < to;) {
      const last = bodyEnds.markEnds(span.bytes, span.textStart, at, to, span.end, ends);
      const size = pick(ends, starts, at - from, 1, last - at, isLazy);
      if (at + size >= to) return inner(span, at, to, places);
      at += size;
    }
  };
}

/** The last (or first) place in `[low, high]` that both mark; the second's marks begin `shift` earlier. */
function pick(a: Uint8Array, b: Uint8Array, shift: number, low: number, high: number, first: boolean): number {
  if (first) {
    for (let i = low; i <= high; i++) if (a[i] === 1 && b[shift + i] === 1) return i;
  } else for (let i = high; i >= low; i--) if (a[i] === 1 && b[shift + i] === 1) return i;
  throw new Error('a part of a match does not match');
}

class Scratch {
  #first = new Uint8Array(64);
  #second = new Uint8Array(64);

  pair(size: number): readonly [Uint8Array, Uint8Array] {
    if (size > this.#first.length) {
      this.#first = new Uint8Array(size * 2);
      this.#second = new Uint8Array(size * 2);
    }
    return [this.#first, this.#second];
  }
}

interface Opinions {
  readonly greedy: boolean;
  readonly lazy: boolean;
}

function opinionsOf(node: Regex, seen: Opinions): Opinions {
  switch (node.kind) {
    case 'concat':
      return node.parts.reduce<Opinions>((all, part) => opinionsOf(part, all), seen);
    case 'alt':
      return node.branches.reduce<Opinions>((all, branch) => opinionsOf(branch, all), { ...seen, greedy: true });
    case 'repeat': {
      const inner = opinionsOf(node.body, seen);
      return { greedy: inner.greedy || node.prefers === 'greedy', lazy: inner.lazy || node.prefers === 'lazy' };
    }
    case 'capture':
      return opinionsOf(node.body, seen);
    default:
      return seen;
  }
}

function concat(parts: readonly Regex[]): Regex {
  return parts.length === 0 ? { kind: 'empty' } : parts.length === 1 ? parts[0]! : { kind: 'concat', parts };
}

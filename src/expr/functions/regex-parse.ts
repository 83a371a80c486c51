/**
 * PostgreSQL's advanced regular expressions (regc_lex.c, regcomp.c) → tree.
 *
 * Wrong patterns throw PostgreSQL's 2201B. Right ones that we cannot run with the same meaning throw UnsupportedPattern:
 * back references, lookaround, collating elements, basic and expanded syntax.
 */
import { classRanges } from './char-class.js';
import { assertionEscapes, bothCases, charEscapes, classEscape } from './regex-chars.js';
import {
  invalidRegex,
  invertSet,
  LAST_CODE,
  normalSet,
  UnsupportedPattern,
  type Greediness,
  type Regex,
} from './regex-syntax.js';
import type { RegexFlags } from './regex-flags.js';

const MAX_REPEAT = 255;

export interface ParsedRegex {
  readonly root: Regex;
  readonly captures: number;
}

export function parseRegex(pattern: string, flags: RegexFlags): ParsedRegex {
  const parser = new RegexParser(Array.from(pattern), flags);
  return { root: parser.parse(), captures: parser.captures };
}

class RegexParser {
  captures = 0;
  #at = 0;
  #icase: boolean;
  /** `.` and [^…] leave out the newline. */
  #dotStops: boolean;
  /** ^ and $ match at newlines too. */
  #multiline: boolean;
  #literal: boolean;

  constructor(
    private readonly chars: readonly string[],
    flags: RegexFlags,
  ) {
    this.#icase = flags.icase;
    this.#dotStops = flags.dotStops;
    this.#multiline = flags.multiline;
    this.#literal = flags.literal;
  }

  parse(): Regex {
    this.#prefixes();
    if (this.#literal) return concat(this.chars.slice(this.#at).map((char) => this.#single(char.codePointAt(0)!)));
    const root = this.#alternatives();
    if (this.#at < this.chars.length) throw invalidRegex('parentheses () not balanced');
    return root;
  }

  /** `***:`, `***=` and `(?letters)` at the very start. */
  #prefixes(): void {
    if (this.#literal) return;
    if (this.#ahead('***')) {
      if (this.#ahead('***=')) {
        this.#at += 4;
        this.#literal = true;
        return;
      }
      if (!this.#ahead('***:')) throw invalidRegex('quantifier operand invalid');
      this.#at += 4;
    }
    if (this.#ahead('(?') && isLetter(this.chars[this.#at + 2])) {
      this.#at += 2;
      for (; isLetter(this.chars[this.#at]); this.#at++) this.#option(this.chars[this.#at]!);
      if (this.chars[this.#at] !== ')') throw invalidRegex('invalid embedded option');
      this.#at++;
    }
  }

  #option(letter: string): void {
    switch (letter) {
      case 'c':
        this.#icase = false;
        break;
      case 'i':
        this.#icase = true;
        break;
      case 'm':
      case 'n':
        this.#dotStops = this.#multiline = true;
        break;
      case 'p':
        this.#dotStops = true;
        this.#multiline = false;
        break;
      case 'w':
        this.#dotStops = false;
        this.#multiline = true;
        break;
      case 's':
        this.#dotStops = this.#multiline = false;
        break;
      case 'q':
        this.#literal = true;
        break;
      case 't':
        break;
      case 'b':
      case 'e':
      case 'x':
        throw new UnsupportedPattern(`the option (?${letter})`);
      default:
        throw invalidRegex('invalid embedded option');
    }
  }

  #alternatives(): Regex {
    const branches = [this.#branch()];
    while (this.chars[this.#at] === '|') {
      this.#at++;
      branches.push(this.#branch());
    }
    return branches.length === 1 ? branches[0]! : { kind: 'alt', branches };
  }

  #branch(): Regex {
    const parts: Regex[] = [];
    while (this.#at < this.chars.length && this.chars[this.#at] !== '|' && this.chars[this.#at] !== ')')
      parts.push(this.#quantified());
    return concat(parts);
  }

  #quantified(): Regex {
    const atom = this.#atom();
    const quantifier = this.#quantifier();
    if (quantifier === null) return atom;
    if (atom.kind === 'assert') throw invalidRegex('quantifier operand invalid');
    if (this.#startsQuantifier()) throw invalidRegex('quantifier operand invalid');
    return { kind: 'repeat', body: atom, ...quantifier };
  }

  #startsQuantifier(): boolean {
    const char = this.chars[this.#at];
    return char === '*' || char === '+' || char === '?' || (char === '{' && isDigit(this.chars[this.#at + 1]));
  }

  #quantifier(): { min: number; max: number; prefers: Greediness } | null {
    if (!this.#startsQuantifier()) return null;
    const char = this.chars[this.#at++]!;
    if (char !== '{') {
      return {
        min: char === '+' ? 1 : 0,
        max: char === '?' ? 1 : Infinity,
        prefers: this.#lazyMark() ? 'lazy' : 'greedy',
      };
    }
    const min = this.#number();
    let max = min;
    let isRange = false;
    if (this.chars[this.#at] === ',') {
      this.#at++;
      isRange = true;
      max = isDigit(this.chars[this.#at]) ? this.#number() : Infinity;
      if (min > max) throw invalidRegex('invalid repetition count(s)');
    }
    if (this.chars[this.#at] !== '}')
      throw invalidRegex(this.#at < this.chars.length ? 'invalid repetition count(s)' : 'braces {} not balanced');
    this.#at++;
    const isLazy = this.#lazyMark();
    return { min, max, prefers: !isRange ? 'none' : isLazy ? 'lazy' : 'greedy' };
  }

  #number(): number {
    let value = 0;
    for (; isDigit(this.chars[this.#at]); this.#at++)
      value = Math.min(value * 10 + Number(this.chars[this.#at]), MAX_REPEAT + 1);
    if (value > MAX_REPEAT) throw invalidRegex('invalid repetition count(s)');
    return value;
  }

  #lazyMark(): boolean {
    if (this.chars[this.#at] !== '?') return false;
    this.#at++;
    return true;
  }

  #atom(): Regex {
    const char = this.chars[this.#at++]!;
    switch (char) {
      case '(':
        return this.#group();
      case '[':
        return this.#bracket();
      case '.':
        return { kind: 'chars', set: this.#dotStops ? invertSet([10, 10]) : [0, LAST_CODE] };
      case '^':
        return { kind: 'assert', at: this.#multiline ? 'lineStart' : 'start' };
      case '$':
        return { kind: 'assert', at: this.#multiline ? 'lineEnd' : 'end' };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw invalidRegex('quantifier operand invalid');
      case '{':
        if (isDigit(this.chars[this.#at])) throw invalidRegex('quantifier operand invalid');
        if (this.#at >= this.chars.length) throw invalidRegex('invalid repetition count(s)');
        return this.#single(123);
      default:
        return this.#single(char.codePointAt(0)!);
    }
  }

  #group(): Regex {
    let index = 0;
    if (this.chars[this.#at] === '?') {
      const next = this.chars[this.#at + 1];
      if (next === '=' || next === '!' || next === '<') throw new UnsupportedPattern(`lookaround (?${next}`);
      if (next === '#') throw new UnsupportedPattern('comments (?#');
      if (next !== ':') throw invalidRegex('quantifier operand invalid');
      this.#at += 2;
    } else index = ++this.captures;
    const body = this.#alternatives();
    if (this.chars[this.#at] !== ')') throw invalidRegex('parentheses () not balanced');
    this.#at++;
    return index === 0 ? body : { kind: 'capture', index, body };
  }

  #escape(): Regex {
    const char = this.chars[this.#at++];
    if (char === undefined) throw invalidRegex('invalid escape \\ sequence');
    const assertion = assertionEscapes[char];
    if (assertion !== undefined) return { kind: 'assert', at: assertion };
    const set = classEscape(char);
    if (set !== null) return { kind: 'chars', set };
    if (char >= '1' && char <= '9') throw new UnsupportedPattern(`the back reference or octal escape \\${char}`);
    return this.#single(this.#escapedChar(char));
  }

  /** The character that an escape after the backslash stands for. */
  #escapedChar(char: string): number {
    const simple = charEscapes[char];
    if (simple !== undefined) return simple;
    switch (char) {
      case 'u':
        return this.#hex(4, 4);
      case 'U':
        return this.#hex(8, 8);
      case 'x':
        return this.#hex(1, 255);
      case 'c':
        throw new UnsupportedPattern('the control escape \\c');
      case '0':
        throw new UnsupportedPattern('octal escapes');
    }
    if (isLetter(char) || isDigit(char)) throw invalidRegex('invalid escape \\ sequence');
    return char.codePointAt(0)!;
  }

  #hex(min: number, max: number): number {
    let value = 0;
    let count = 0;
    for (; count < max && /^[0-9a-fA-F]$/.test(this.chars[this.#at] ?? ''); count++)
      value = value * 16 + parseInt(this.chars[this.#at++]!, 16);
    if (count < min || value > LAST_CODE) throw invalidRegex('invalid escape \\ sequence');
    return value;
  }

  #bracket(): Regex {
    if (this.#ahead('[:<:]]')) return this.#skip(6, { kind: 'assert', at: 'wordStart' });
    if (this.#ahead('[:>:]]')) return this.#skip(6, { kind: 'assert', at: 'wordEnd' });
    const isNegated = this.chars[this.#at] === '^';
    if (isNegated) this.#at++;
    const pairs: number[] = [];
    for (let isFirst = true; ; isFirst = false) {
      const char = this.chars[this.#at];
      if (char === undefined) throw invalidRegex('brackets [] not balanced');
      if (char === ']' && !isFirst) break;
      pairs.push(...this.#bracketItem());
    }
    this.#at++;
    let set = normalSet(pairs);
    if (this.#icase) set = bothCases(set);
    if (isNegated) set = invertSet(this.#dotStops ? normalSet([...set, 10, 10]) : set);
    return { kind: 'chars', set };
  }

  #bracketItem(): readonly number[] {
    const from = this.#bracketElement(false);
    if (typeof from !== 'number') return from;
    if (this.chars[this.#at] !== '-' || this.chars[this.#at + 1] === ']') return [from, from];
    if (this.chars[this.#at + 1] === undefined) throw invalidRegex('brackets [] not balanced');
    this.#at++;
    const to = this.#bracketElement(true);
    if (typeof to !== 'number' || to < from) throw invalidRegex('invalid character range');
    return [from, to];
  }

  /** A character, or the pairs of a class. */
  #bracketElement(endsRange: boolean): number | readonly number[] {
    const char = this.chars[this.#at++]!;
    if (char === '[') {
      if (this.chars[this.#at] === ':') return this.#namedClass();
      if (this.chars[this.#at] === '.' || this.chars[this.#at] === '=')
        throw new UnsupportedPattern(`collating elements [${this.chars[this.#at]}`);
    }
    if (char === '\\') {
      const escaped = this.chars[this.#at++];
      if (escaped === undefined) throw invalidRegex('invalid escape \\ sequence');
      const set = classEscape(escaped);
      if (set !== null) return set;
      if (assertionEscapes[escaped] !== undefined && escaped !== 'B') throw invalidRegex('invalid escape \\ sequence');
      if (escaped >= '1' && escaped <= '9') throw new UnsupportedPattern(`the octal escape \\${escaped}`);
      return this.#escapedChar(escaped);
    }
    // PostgreSQL takes a lone '-' only first, last, or as the end of a range.
    if (char === '-' && !endsRange && this.chars[this.#at] !== ']' && !this.#isFirstElement())
      throw new UnsupportedPattern("a '-' in the middle of [ ]");
    return char.codePointAt(0)!;
  }

  #isFirstElement(): boolean {
    const before = this.chars[this.#at - 2];
    return before === '[' || (before === '^' && this.chars[this.#at - 3] === '[');
  }

  #namedClass(): readonly number[] {
    const rest = this.chars.slice(this.#at + 1);
    const close = rest.findIndex((char, index) => char === ':' && rest[index + 1] === ']');
    if (close < 0) throw invalidRegex('brackets [] not balanced');
    const name = rest.slice(0, close).join('');
    const ranges = classRanges(this.#icase && (name === 'upper' || name === 'lower') ? 'alpha' : name);
    if (ranges === null) throw invalidRegex('invalid character class');
    this.#at += close + 3;
    return ranges;
  }

  #single(code: number): Regex {
    return { kind: 'chars', set: this.#icase ? bothCases([code, code]) : [code, code] };
  }

  #skip(count: number, node: Regex): Regex {
    this.#at += count;
    return node;
  }

  #ahead(text: string): boolean {
    return Array.from(text).every((char, index) => this.chars[this.#at + index] === char);
  }
}

function concat(parts: readonly Regex[]): Regex {
  return parts.length === 0 ? { kind: 'empty' } : parts.length === 1 ? parts[0]! : { kind: 'concat', parts };
}

function isLetter(char: string | undefined): boolean {
  return char !== undefined && /^[a-zA-Z]$/.test(char);
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

/** The tokens of one expression and the place reached in them, with the small questions a parser asks. */
import { syntaxError } from './expression-error.js';
import { lex, type Token } from './lexer.js';
import type { Span } from './syntax-tree.js';

export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = lex(text);
  }

  get isEmpty(): boolean {
    return this.#tokens.length === 1;
  }

  /** Offset behind the last token read. */
  get lastEnd(): number {
    const last = this.#tokens[this.#at - 1];
    return last === undefined ? 0 : last.offset + last.length;
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  peekWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' && token.text === word;
  }

  acceptWord(word: string): boolean {
    if (!this.peekWord(word)) return false;
    this.#at++;
    return true;
  }

  expectWord(word: string): void {
    const found = this.peek();
    if (!this.acceptWord(word))
      throw syntaxError(`expected ${word.toUpperCase()}, found ${this.describe(found)}`, found);
  }

  accept(symbol: string): boolean {
    const token = this.peek();
    if (token.kind !== 'operator' || token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  expect(symbol: string): void {
    const found = this.peek();
    if (!this.accept(symbol))
      throw syntaxError(`expected ${symbol}, found ${this.describe(found)}`, found, this.#missingHint(found));
  }

  expectEnd(): void {
    const found = this.peek();
    if (found.kind === 'end') return;
    throw syntaxError(
      `expected an operator or the end, found ${this.describe(found)}`,
      found,
      this.#missingHint(found),
    );
  }

  /** NOT before BETWEEN, IN, LIKE, ILIKE, SIMILAR. */
  isMembershipNot(): boolean {
    return ['between', 'in', 'like', 'ilike', 'similar'].some((word) => this.peekWord(word, 1));
  }

  describe(token: Token): string {
    switch (token.kind) {
      case 'end':
        return 'the end of the expression';
      case 'string':
        return `the string '${token.text}'`;
      case 'param':
        return `:${token.text}`;
      case 'name':
        return `"${token.text}"`;
      default:
        return `"${token.text}"`;
    }
  }

  /** `numeric(10, 2)`, `double precision`, `timestamp with time zone`, `text[]`: normalised to single spaces. */
  typeName(): { name: string; at: Span } {
    const first = this.next();
    if (first.kind !== 'name' && first.kind !== 'quoted')
      throw syntaxError(`expected the name of a type, found ${this.describe(first)}`, first);
    let name = first.text;
    if (name === 'double' && this.acceptWord('precision')) name += ' precision';
    if ((name === 'character' || name === 'char') && this.acceptWord('varying')) name += ' varying';
    if (this.accept('(')) name += `(${this.#modifiers()})`;
    for (const word of ['with', 'without'])
      if (this.peekWord(word) && this.peekWord('time', 1) && this.peekWord('zone', 2)) {
        this.#at += 3;
        name += ` ${word} time zone`;
      }
    while (this.accept('[')) {
      this.expect(']');
      name += '[]';
    }
    return { name, at: { offset: first.offset, length: this.lastEnd - first.offset } };
  }

  #modifiers(): string {
    const numbers: string[] = [];
    do {
      const sign = this.accept('-') ? '-' : '';
      const token = this.next();
      if (token.kind !== 'number') throw syntaxError(`expected a number, found ${this.describe(token)}`, token);
      numbers.push(sign + token.text);
    } while (this.accept(','));
    this.expect(')');
    return numbers.join(',');
  }

  #missingHint(found: Token): string | undefined {
    if (found.kind === 'operator' && found.text === ';') return 'an expression is not a statement: leave the ; out';
    if (found.kind === 'name' && found.text === 'over') return 'window functions do not belong into expressions';
    return undefined;
  }
}

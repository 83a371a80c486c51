/**
 * Tokens → syntax tree: a Pratt parser with PostgreSQL's scalar grammar and precedence (gram.y, version 15).
 *
 *   `a + b * c = d IS NULL`  →  is null(=(+(a, *(b, c)), d))
 *
 * The height of the tree and of the recursion is at most MAX_DEPTH, so nothing that walks a tree can exhaust the stack.
 */
import { syntaxError } from './expression-error.js';
import { reservedWords, timeWords } from './keywords.js';
import { parseNamedForm } from './parse-call.js';
import { parseAtTimeZone, parseCollate, parseIs, parseMembership } from './parse-predicate.js';
import { power, subquery, type QueryParser } from './parser-parts.js';
import { parseSortItems } from './parse-sort.js';
import type { CallForm, Query, SelectNode, SortNode, Span, SyntaxNode } from './syntax-tree.js';
import { TokenStream } from './token-stream.js';

export const MAX_DEPTH = 200;

const comparisons: Readonly<Record<string, string>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};
const otherOperators: ReadonlySet<string> = new Set(['||', '~', '~*', '!~', '!~*', '->', '->>', '#>', '#>>']);

export function parseExpression(text: string): SyntaxNode {
  const parser = new Parser(text);
  const node = parser.expression();
  parser.tokens.expectEnd();
  return node;
}

/** `*`, `a + b AS c`, or several with commas between. */
export function parseSelectList(text: string): SelectNode[] {
  const parser = new Parser(text);
  const items: SelectNode[] = [];
  do items.push(parser.selectItem());
  while (parser.tokens.accept(','));
  parser.tokens.expectEnd();
  return items;
}

/** `score DESC NULLS LAST`, or several with commas between. */
export function parseSortList(text: string): SortNode[] {
  const parser = new Parser(text);
  const items = parseSortItems(parser);
  parser.tokens.expectEnd();
  return items;
}

/** A parser of expressions in which queries may stand. */
export function createParser(text: string, parseQuery: (parser: QueryParser) => Query): QueryParser {
  return new Parser(text, parseQuery);
}

class Parser implements QueryParser {
  readonly tokens: TokenStream;
  readonly query: (() => Query) | null;
  #depth = 0;

  constructor(text: string, parseQuery: ((parser: QueryParser) => Query) | null = null) {
    this.tokens = new TokenStream(text);
    this.query = parseQuery && (() => this.#query(parseQuery));
  }

  #query(parseQuery: (parser: QueryParser) => Query): Query {
    if (++this.#depth > MAX_DEPTH) throw tooDeep(this.tokens.peek());
    const query = parseQuery(this);
    this.#depth--;
    this.tokens.expect(')');
    return query;
  }

  selectItem(): SelectNode {
    const start = this.tokens.peek();
    if (this.tokens.accept('*')) return { node: null, alias: null, at: start };
    const node = this.expression();
    const hasAs = this.tokens.acceptWord('as');
    const next = this.tokens.peek();
    const isAlias = next.kind === 'quoted' || (next.kind === 'name' && (hasAs || !reservedWords.has(next.text)));
    if (hasAs && !isAlias)
      throw syntaxError(`AS must be followed by a name, found ${this.tokens.describe(next)}`, next);
    if (isAlias) this.tokens.next();
    return { node, alias: isAlias ? next.text : null, at: node.at };
  }

  /** Everything that binds tighter than `minimum`. */
  expression(minimum = 0): SyntaxNode {
    if (++this.#depth > MAX_DEPTH) throw tooDeep(this.tokens.peek());
    let left = this.#prefix();
    for (;;) {
      const extended = this.#infix(left, minimum);
      if (extended === null) break;
      left = extended;
    }
    this.#depth--;
    return left;
  }

  /** Comma-separated expressions up to `)`, which is consumed. */
  list(close = ')'): SyntaxNode[] {
    const items: SyntaxNode[] = [];
    if (this.tokens.accept(close)) return items;
    do items.push(this.expression());
    while (this.tokens.accept(','));
    this.tokens.expect(close);
    return items;
  }

  call(name: string, args: readonly SyntaxNode[], from: Span, nameAt: Span, form: CallForm = 'special'): SyntaxNode {
    return { kind: 'call', name, form, args, nameAt, ...this.grow(from, args) };
  }

  /** The place from `from` to the last token read, and the height above `children`. */
  grow(from: Span, children: readonly (SyntaxNode | null)[]): { at: Span; depth: number } {
    const at = { offset: from.offset, length: Math.max(this.tokens.lastEnd - from.offset, 1) };
    const depth = 1 + children.reduce((height, child) => Math.max(height, child?.depth ?? 0), 0);
    if (depth > MAX_DEPTH) throw tooDeep(at);
    return { at, depth };
  }

  #prefix(): SyntaxNode {
    const token = this.tokens.next();
    switch (token.kind) {
      case 'number':
        return { kind: 'number', text: token.text, ...this.grow(token, []) };
      case 'string':
        return { kind: 'string', text: token.text, ...this.grow(token, []) };
      case 'param':
        return { kind: 'param', name: token.text, ...this.grow(token, []) };
      case 'quoted':
        return this.#columnOrCall(token.text, token, true);
      case 'name':
        return this.#word(token.text, token);
      case 'operator':
        if (token.text === '-') return this.#negation(token);
        if (token.text === '+') return this.call('+', [this.expression(power.sign)], token, token, 'operator');
        if (token.text === '(') return this.#parenthesis(token);
        if (token.text === '*') throw syntaxError('"*" stands for all columns, only alone in a select list', token);
        throw syntaxError(`an expression cannot start with ${this.tokens.describe(token)}`, token);
      case 'end':
        throw syntaxError(this.tokens.isEmpty ? 'the expression is empty' : 'the expression ends too early', token);
    }
  }

  /** A sign before a number is part of it: -2147483648 is an integer. */
  #negation(sign: Span): SyntaxNode {
    const operand = this.expression(power.sign);
    if (operand.kind !== 'number') return this.call('-', [operand], sign, sign, 'operator');
    const text = operand.text.startsWith('-') ? operand.text.slice(1) : `-${operand.text}`;
    return { kind: 'number', text, ...this.grow(sign, []) };
  }

  #word(word: string, at: Span): SyntaxNode {
    switch (word) {
      case 'true':
      case 'false':
        return { kind: 'boolean', value: word === 'true', ...this.grow(at, []) };
      case 'null':
        return { kind: 'null', ...this.grow(at, []) };
      case 'not':
        return this.call('not', [this.expression(power.not)], at, at, 'operator');
      case 'case':
        return this.#case(at);
      case 'array':
        if (!this.tokens.accept('['))
          throw syntaxError('ARRAY must be followed by [', this.tokens.peek(), "write ARRAY['a', 'b']");
        return this.#array(at);
      case 'select':
        throw subquery(at);
    }
    if (timeWords.has(word)) return this.call(word, [], at, at);
    const form = parseNamedForm(this, word, at);
    if (form !== null) return form;
    if (reservedWords.has(word) && this.tokens.peek().text !== '(')
      throw syntaxError(
        `${word.toUpperCase()} is a word of SQL and cannot stand here`,
        at,
        `if it is a column, quote it: "${word}"`,
      );
    return this.#columnOrCall(word, at, false);
  }

  #columnOrCall(first: string, at: Span, quoted: boolean): SyntaxNode {
    if (this.tokens.peek().text === '(' && this.tokens.peek().kind === 'operator') {
      this.tokens.next();
      const nameAt = { offset: at.offset, length: at.length };
      if (this.tokens.peek().text === ')' && this.tokens.accept(')'))
        return this.call(first, [], at, nameAt, 'function');
      return this.call(first, this.list(), at, nameAt, 'function');
    }
    let name = first;
    while (this.tokens.accept('.')) {
      const part = this.tokens.next();
      if (part.text === '*' && part.kind === 'operator')
        throw syntaxError('a qualified "*" is not supported', part, 'list the columns, or write * alone');
      if (part.kind !== 'name' && part.kind !== 'quoted')
        throw syntaxError(`"." must be followed by a name, found ${this.tokens.describe(part)}`, part);
      name += `.${part.text}`;
    }
    return { kind: 'column', name, quoted, ...this.grow(at, []) };
  }

  #parenthesis(open: Span): SyntaxNode {
    if (this.tokens.peekWord('select') || this.tokens.peekWord('with')) {
      if (this.query === null) throw subquery(this.tokens.peek());
      return { kind: 'subquery', query: this.query(), ...this.grow(open, []) };
    }
    const inner = this.expression();
    if (this.tokens.peek().text === ',')
      throw syntaxError(
        'row values (a, b) are not supported',
        this.tokens.peek(),
        'compare the columns one by one with AND',
      );
    this.tokens.expect(')');
    return { ...inner, ...this.grow(open, [inner]), depth: inner.depth };
  }

  #case(from: Span): SyntaxNode {
    const operand = this.tokens.peekWord('when') ? null : this.expression();
    const branches = [];
    while (this.tokens.acceptWord('when')) {
      const when = this.expression();
      this.tokens.expectWord('then');
      branches.push({ when, then: this.expression() });
    }
    if (branches.length === 0) throw syntaxError('CASE must be followed by WHEN … THEN …', this.tokens.peek());
    const otherwise = this.tokens.acceptWord('else') ? this.expression() : null;
    this.tokens.expectWord('end');
    return {
      kind: 'case',
      operand,
      branches,
      otherwise,
      ...this.grow(from, [operand, otherwise, ...branches.flatMap((b) => [b.when, b.then])]),
    };
  }

  #array(from: Span): SyntaxNode {
    const items = this.list(']');
    return { kind: 'array', items, ...this.grow(from, items) };
  }

  /** One more operator after `left`, or null when what follows binds looser than `minimum`. */
  #infix(left: SyntaxNode, minimum: number): SyntaxNode | null {
    const token = this.tokens.peek();
    if (token.kind === 'name') return this.#wordInfix(left, minimum, token.text);
    if (token.kind !== 'operator') return null;
    const symbol = token.text;
    if (symbol === '::') return minimum < power.cast ? this.#castSuffix(left) : null;
    if (symbol === '[')
      throw syntaxError('array elements cannot be picked with [ ]', token, "for JSON write x -> 0 or x #>> '{a,0}'");
    const comparison = comparisons[symbol];
    if (comparison !== undefined) return minimum < power.comparison ? this.#comparison(left, comparison) : null;
    if (symbol === '+' || symbol === '-') return this.#binary(left, minimum, power.sum, symbol);
    if (symbol === '*' || symbol === '/' || symbol === '%') return this.#binary(left, minimum, power.product, symbol);
    if (symbol === '^') return this.#binary(left, minimum, power.power, symbol);
    if (otherOperators.has(symbol)) return this.#binary(left, minimum, power.other, symbol);
    if (
      ')],'.includes(symbol) ||
      symbol === ';' ||
      symbol === '.' ||
      symbol === '(' ||
      symbol === '{' ||
      symbol === '}'
    )
      return null;
    throw syntaxError(`etl has no operator ${symbol}`, token, operatorHint(symbol));
  }

  #binary(left: SyntaxNode, minimum: number, own: number, symbol: string): SyntaxNode | null {
    if (minimum >= own) return null;
    const nameAt = this.tokens.next();
    const right = this.expression(own);
    return this.call(symbol, [left, right], left.at, nameAt, 'operator');
  }

  #comparison(left: SyntaxNode, symbol: string): SyntaxNode {
    const nameAt = this.tokens.next();
    if (['any', 'all', 'some'].some((word) => this.tokens.peekWord(word)))
      throw syntaxError(
        `${symbol} ${this.tokens.peek().text.toUpperCase()} (…) is not supported`,
        this.tokens.peek(),
        'write x IN (a, b, c)',
      );
    const right = this.expression(power.comparison);
    const next = this.tokens.peek();
    if (next.kind === 'operator' && comparisons[next.text] !== undefined)
      throw syntaxError('comparisons do not chain', next, 'write a < b AND b < c');
    return this.call(symbol, [left, right], left.at, nameAt, 'operator');
  }

  #castSuffix(left: SyntaxNode): SyntaxNode {
    this.tokens.next();
    const type = this.tokens.typeName();
    return { kind: 'cast', arg: left, typeName: type.name, typeAt: type.at, ...this.grow(left.at, [left]) };
  }

  #wordInfix(left: SyntaxNode, minimum: number, word: string): SyntaxNode | null {
    switch (word) {
      case 'or':
        return minimum < power.or ? this.#logic(left, 'or', power.or) : null;
      case 'and':
        return minimum < power.and ? this.#logic(left, 'and', power.and) : null;
      case 'is':
        return minimum < power.is ? parseIs(this, left) : null;
      case 'isnull':
      case 'notnull':
        if (minimum >= power.is) return null;
        return this.call(
          word === 'isnull' ? 'is null' : 'is not null',
          [left],
          left.at,
          this.tokens.next(),
          'operator',
        );
      case 'between':
      case 'in':
      case 'like':
      case 'ilike':
      case 'similar':
        return minimum < power.membership ? parseMembership(this, left, false) : null;
      case 'not':
        if (minimum >= power.membership || !this.tokens.isMembershipNot()) return null;
        this.tokens.next();
        return parseMembership(this, left, true);
      case 'at':
        return minimum < power.zone ? parseAtTimeZone(this, left) : null;
      case 'collate':
        return minimum < power.collate ? parseCollate(this, left) : null;
      default:
        return null;
    }
  }

  #logic(left: SyntaxNode, name: 'and' | 'or', own: number): SyntaxNode {
    const items = [left];
    const nameAt = this.tokens.peek();
    while (this.tokens.acceptWord(name)) items.push(this.expression(own));
    return this.call(name, items, left.at, nameAt, 'operator');
  }
}

function tooDeep(at: Span): Error {
  return syntaxError(
    `the expression is nested more than ${MAX_DEPTH} levels deep`,
    { offset: at.offset, length: 1 },
    'split it over several select steps',
  );
}

function operatorHint(symbol: string): string | undefined {
  if (symbol === '==') return 'equality is written =';
  if (symbol === '&&') return 'write AND';
  if (symbol === '!') return 'write NOT';
  if (/[-+]$/.test(symbol)) return `put a space before the ${symbol.at(-1)}`;
  return undefined;
}

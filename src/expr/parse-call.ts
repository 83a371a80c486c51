/**
 * The forms that start with a word and have a grammar of their own: CAST, EXTRACT, SUBSTRING, TRIM, POSITION, OVERLAY,
 * `DATE '…'`, calls of aggregates, and what is refused by name (window functions, EXISTS). Most become plain calls, see
 * `catalog.ts`.
 */
import { notAnExpression, syntaxError } from './expression-error.js';
import { aggregateNames, windowNames } from './keywords.js';
import { parseWindowCall } from './parse-window.js';
import { parseAggregate } from './parse-aggregate.js';
import { power, type FormParser } from './parser-parts.js';
import type { Span, SyntaxNode } from './syntax-tree.js';
import { typeFromName } from './type-from-name.js';

/** The form that `word` (already read) opens, or null when it is a plain name. */
export function parseNamedForm(parser: FormParser, word: string, at: Span): SyntaxNode | null {
  const { tokens } = parser;
  const typed = typedLiteral(parser, word, at);
  if (typed !== null) return typed;
  if (tokens.peek().kind !== 'operator' || tokens.peek().text !== '(') return null;
  if (aggregateNames.has(word)) return parseAggregate(parser, word, at);
  if (parser.query !== null && word === 'exists') {
    tokens.next();
    return { kind: 'exists', query: parser.query(), ...parser.grow(at, []) };
  }
  if (parser.query !== null && windowNames.has(word)) return parseWindowCall(parser, word, at);
  refuseByName(word, at);
  const form = forms[word];
  if (form === undefined) return null;
  tokens.next();
  return form(parser, at);
}

const forms: Readonly<Record<string, (parser: FormParser, at: Span) => SyntaxNode>> = {
  __proto__: null as never,
  cast: (parser, at) => {
    const arg = parser.expression();
    parser.tokens.expectWord('as');
    const type = parser.tokens.typeName();
    parser.tokens.expect(')');
    return { kind: 'cast', arg, typeName: type.name, typeAt: type.at, ...parser.grow(at, [arg]) };
  },
  extract: (parser, at) => {
    const field = parser.tokens.next();
    if (field.kind !== 'name' && field.kind !== 'quoted' && field.kind !== 'string')
      throw syntaxError(
        `EXTRACT needs a field, found ${parser.tokens.describe(field)}`,
        field,
        'write EXTRACT(year FROM x)',
      );
    const name: SyntaxNode = { kind: 'string', text: field.text, ...parser.grow(field, []) };
    parser.tokens.expectWord('from');
    const arg = parser.expression();
    parser.tokens.expect(')');
    return parser.call('extract', [name, arg], at, at);
  },
  substring: (parser, at) => {
    const args = [parser.expression()];
    if (parser.tokens.acceptWord('from')) {
      args.push(parser.expression());
      if (parser.tokens.acceptWord('for')) args.push(parser.expression());
    } else if (parser.tokens.acceptWord('for')) {
      args.push({ kind: 'number', text: '1', ...parser.grow(at, []) }, parser.expression());
    } else {
      while (parser.tokens.accept(',')) args.push(parser.expression());
    }
    parser.tokens.expect(')');
    return parser.call('substring', args, at, at);
  },
  make_interval: makeInterval,
  position: (parser, at) => {
    const needle = parser.expression(power.membership);
    parser.tokens.expectWord('in');
    const hay = parser.expression(power.membership);
    parser.tokens.expect(')');
    return parser.call('position', [hay, needle], at, at);
  },
  overlay: (parser, at) => {
    const args = [parser.expression()];
    parser.tokens.expectWord('placing');
    args.push(parser.expression());
    parser.tokens.expectWord('from');
    args.push(parser.expression());
    if (parser.tokens.acceptWord('for')) args.push(parser.expression());
    parser.tokens.expect(')');
    return parser.call('overlay', args, at, at);
  },
  trim: (parser, at) => {
    const { tokens } = parser;
    const name = tokens.acceptWord('leading') ? 'ltrim' : tokens.acceptWord('trailing') ? 'rtrim' : 'btrim';
    if (name === 'btrim') tokens.acceptWord('both');
    if (tokens.acceptWord('from')) return parser.call(name, parser.list(), at, at);
    const first = parser.expression();
    if (tokens.acceptWord('from')) {
      const subject = parser.expression();
      tokens.expect(')');
      return parser.call(name, [subject, first], at, at);
    }
    const args = [first];
    while (tokens.accept(',')) args.push(parser.expression());
    tokens.expect(')');
    return parser.call(name, args, at, at);
  },
};

/** Parameters of the one function that is called by name: `make_interval(days => 3)`. Each is 0 unless given. */
const intervalParts = ['years', 'months', 'weeks', 'days', 'hours', 'mins', 'secs'];

function makeInterval(parser: FormParser, at: Span): SyntaxNode {
  const { tokens } = parser;
  const given = new Map<string, SyntaxNode>();
  while (!tokens.accept(')')) {
    if (given.size > 0) tokens.expect(',');
    const word = tokens.peek();
    const isNamed = tokens.peek(1).text === '=>' && tokens.peek(1).kind === 'operator';
    const name = isNamed ? word.text : intervalParts[given.size];
    if (name === undefined || !intervalParts.includes(name))
      throw syntaxError('make_interval has no such argument', word, `its arguments are ${intervalParts.join(', ')}`);
    if (given.has(name)) throw syntaxError(`make_interval gets ${name} twice`, word);
    if (isNamed) {
      tokens.next();
      tokens.next();
    }
    given.set(name, parser.expression());
  }
  const zero: SyntaxNode = { kind: 'number', text: '0', ...parser.grow(at, []) };
  return parser.call(
    'make_interval',
    intervalParts.map((part) => given.get(part) ?? zero),
    at,
    at,
  );
}

/** `DATE '2026-01-01'`, `double precision '1.5'`, `timestamp with time zone '…'`. */
function typedLiteral(parser: FormParser, word: string, at: Span): SyntaxNode | null {
  const { tokens } = parser;
  const words = [word];
  for (let ahead = 0; tokens.peek(ahead).kind === 'name' && ahead < 3; ahead++) words.push(tokens.peek(ahead).text);
  for (let count = words.length; count >= 1; count--) {
    if (tokens.peek(count - 1).kind !== 'string') continue;
    const typeName = words.slice(0, count).join(' ');
    if (typeFromName(typeName) === null) continue;
    for (let i = 1; i < count; i++) tokens.next();
    const typeAt = { offset: at.offset, length: tokens.lastEnd - at.offset };
    const token = tokens.next();
    const text = typeName === 'interval' ? token.text + intervalUnit(parser, token.text) : token.text;
    const arg: SyntaxNode = { kind: 'string', text, ...parser.grow(token, []) };
    return { kind: 'cast', arg, typeName, typeAt, ...parser.grow(at, [arg]) };
  }
  return null;
}

/** `INTERVAL '3' DAY`: the unit behind a whole number, as text to put behind it; '' where none is written. */
function intervalUnit(parser: FormParser, text: string): string {
  const { tokens } = parser;
  const next = tokens.peek();
  if (next.kind !== 'name' || !/^(year|month|day|hour|minute|second)$/.test(next.text)) return '';
  tokens.next();
  const isPlain = /^\s*[+-]?\d+\s*$/.test(text) && !tokens.peekWord('to') && tokens.peek().text !== '(';
  if (isPlain) return ` ${next.text}`;
  throw syntaxError(
    `INTERVAL '…' ${next.text.toUpperCase()} takes a whole number and one unit`,
    next,
    `write the units inside: INTERVAL '1 day 12 hours'`,
  );
}

function refuseByName(word: string, at: Span): void {
  if (windowNames.has(word))
    throw notAnExpression(`${word}() is a window function: it does not belong into an expression`, at);
  if (word === 'exists')
    throw notAnExpression(
      'EXISTS (…) cannot stand in an expression',
      at,
      'read the other table as a source and use a `join` step',
    );
  if (word === 'row') throw syntaxError('row values are not supported', at);
}

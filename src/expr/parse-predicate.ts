/** What stands behind an operand by a word: IS …, [NOT] IN, BETWEEN, LIKE, AT TIME ZONE, COLLATE. */
import { syntaxError } from './expression-error.js';
import { power, subquery, type FormParser } from './parser-parts.js';
import type { Span, SyntaxNode } from './syntax-tree.js';

export function parseIs(parser: FormParser, left: SyntaxNode): SyntaxNode {
  const nameAt = parser.tokens.next();
  const not = parser.tokens.acceptWord('not') ? 'not ' : '';
  const token = parser.tokens.next();
  switch (token.kind === 'name' ? token.text : '') {
    case 'null':
    case 'true':
    case 'false':
    case 'unknown':
      return parser.call(`is ${not}${token.text}`, [left], left.at, nameAt, 'operator');
    case 'distinct': {
      parser.tokens.expectWord('from');
      const right = parser.expression(power.is);
      return parser.call(`is ${not}distinct from`, [left, right], left.at, nameAt, 'operator');
    }
    default:
      throw syntaxError(
        `IS must be followed by [NOT] NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM, found ${parser.tokens.describe(token)}`,
        token,
      );
  }
}

export function parseMembership(parser: FormParser, left: SyntaxNode, negated: boolean): SyntaxNode {
  const word = parser.tokens.next();
  const positive = positiveMembership(parser, left, word.text, word);
  return negated ? parser.call('not', [positive], left.at, word, 'operator') : positive;
}

function positiveMembership(parser: FormParser, left: SyntaxNode, word: string, nameAt: Span): SyntaxNode {
  switch (word) {
    case 'in': {
      parser.tokens.expect('(');
      if (parser.tokens.peekWord('select') || parser.tokens.peekWord('with')) {
        if (parser.query === null) throw subquery(parser.tokens.peek());
        return { kind: 'inQuery', arg: left, query: parser.query(), ...parser.grow(left.at, [left]) };
      }
      const items = parser.list();
      if (items.length === 0) throw syntaxError('IN needs at least one value', nameAt);
      return parser.call('in', [left, ...items], left.at, nameAt, 'operator');
    }
    case 'between': {
      const symmetric = parser.tokens.acceptWord('symmetric');
      if (!symmetric) parser.tokens.acceptWord('asymmetric');
      const low = parser.expression(power.membership);
      parser.tokens.expectWord('and');
      const high = parser.expression(power.membership);
      return parser.call(symmetric ? 'between symmetric' : 'between', [left, low, high], left.at, nameAt, 'operator');
    }
    case 'like':
    case 'ilike': {
      const pattern = parser.expression(power.membership);
      const escape = parser.tokens.acceptWord('escape') ? [parser.expression(power.membership)] : [];
      return parser.call(word, [left, pattern, ...escape], left.at, nameAt, 'operator');
    }
    default:
      throw syntaxError('SIMILAR TO is not supported', nameAt, 'use LIKE, or ~ with a regular expression');
  }
}

export function parseAtTimeZone(parser: FormParser, left: SyntaxNode): SyntaxNode {
  const nameAt = parser.tokens.next();
  parser.tokens.expectWord('time');
  parser.tokens.expectWord('zone');
  const zone = parser.expression(power.zone);
  return parser.call('timezone', [zone, left], left.at, nameAt);
}

/** C is the order that everything has; another one can only stand behind a key of an order, and is left for that to see. */
export function parseCollate(parser: FormParser, left: SyntaxNode): SyntaxNode {
  const nameAt = parser.tokens.next();
  const token = parser.tokens.next();
  if (token.text === 'C' || token.text === 'POSIX')
    return { ...left, ...parser.grow(left.at, [left]), depth: left.depth };
  const name: SyntaxNode = { kind: 'string', text: token.text, ...parser.grow(token, []) };
  return parser.call('collate', [left, name], left.at, nameAt);
}

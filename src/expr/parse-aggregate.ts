/**
 * A call of an aggregate, with the parts that only aggregates have:
 *
 *     name([DISTINCT] expression, … [ORDER BY …]) [WITHIN GROUP (ORDER BY …)] [FILTER (WHERE condition)]
 *
 * Where one may stand is not the grammar's business: `check-expression.ts` refuses it outside of an aggregate step.
 */
import { notAnExpression, syntaxError } from './expression-error.js';
import { parseOver } from './parse-window.js';
import { parseSortItems } from './parse-sort.js';
import type { FormParser } from './parser-parts.js';
import type { SortNode, Span, SyntaxNode } from './syntax-tree.js';

/** `name` has been read, `(` has not. */
export function parseAggregate(parser: FormParser, name: string, nameAt: Span): SyntaxNode {
  const { tokens } = parser;
  tokens.expect('(');
  const { args, distinct, orderBy } = argumentsOf(parser, name, nameAt);
  const within = withinGroup(parser);
  const filter = filterOf(parser);
  if (tokens.peekWord('over') && parser.query !== null) {
    if (distinct || orderBy.length > 0 || within !== null)
      throw syntaxError('DISTINCT and ORDER BY cannot stand in a window function', nameAt);
    return parseOver(parser, { name, nameAt, args, filter });
  }
  if (tokens.peekWord('over'))
    throw notAnExpression(`${name}() OVER (…) is a window function: it does not belong into an expression`, nameAt);
  const sorted = [...orderBy, ...(within ?? [])].map((item) => item.node);
  const place = parser.grow(nameAt, [...args, ...sorted, filter]);
  return { kind: 'aggregate', name, nameAt, args, distinct, orderBy, within, filter, ...place };
}

function argumentsOf(parser: FormParser, name: string, nameAt: Span) {
  const { tokens } = parser;
  const none = { args: [], distinct: false, orderBy: [] };
  if (tokens.accept('*')) {
    if (name !== 'count') throw syntaxError(`only count takes *, not ${name}`, nameAt, `write ${name}(column)`);
    tokens.expect(')');
    return none;
  }
  if (tokens.accept(')')) {
    if (name === 'count') throw syntaxError('count needs an argument', nameAt, 'write count(*) to count rows');
    return none;
  }
  const distinct = tokens.acceptWord('distinct');
  if (!distinct) tokens.acceptWord('all');
  const args = [parser.expression()];
  while (tokens.accept(',')) args.push(parser.expression());
  const orderBy = orderOf(parser);
  tokens.expect(')');
  return { args, distinct, orderBy };
}

function orderOf(parser: FormParser): SortNode[] {
  if (!parser.tokens.acceptWord('order')) return [];
  parser.tokens.expectWord('by');
  return parseSortItems(parser);
}

function withinGroup(parser: FormParser): SortNode[] | null {
  const { tokens } = parser;
  if (!tokens.peekWord('within') || !tokens.peekWord('group', 1)) return null;
  tokens.expectWord('within');
  tokens.expectWord('group');
  tokens.expect('(');
  tokens.expectWord('order');
  tokens.expectWord('by');
  const items = parseSortItems(parser);
  tokens.expect(')');
  return items;
}

function filterOf(parser: FormParser): SyntaxNode | null {
  const { tokens } = parser;
  if (!tokens.peekWord('filter') || tokens.peek(1).text !== '(') return null;
  tokens.expectWord('filter');
  tokens.expect('(');
  tokens.expectWord('where');
  const condition = parser.expression();
  tokens.expect(')');
  return condition;
}

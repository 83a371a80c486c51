/**
 * A whole query, in PostgreSQL's grammar (gram.y, version 15) as far as it can be planned:
 *
 *     [WITH name AS (query), …] select | (query) [UNION | INTERSECT | EXCEPT [ALL] …] [ORDER BY …] [LIMIT n]
 *
 * INTERSECT binds tighter than UNION and EXCEPT. Expressions are those of parse-expression.ts, with queries in them.
 */
import { syntaxError } from '../expression-error.js';
import { reservedWords } from '../keywords.js';
import { createParser } from '../parse-expression.js';
import { parseSortItems } from '../parse-sort.js';
import type { QueryParser } from '../parser-parts.js';
import type { CommonTable, Query, QueryBody, Select, SelectItem, SetOperation, SyntaxNode } from '../syntax-tree.js';
import { nameOf, namesOf } from './parse-query-names.js';
import { parseTables } from './parse-tables.js';

export function parseQuery(text: string): Query {
  const parser = createParser(text, queryOf);
  const query = queryOf(parser);
  parser.tokens.accept(';');
  parser.tokens.expectEnd();
  return query;
}

function queryOf(parser: QueryParser): Query {
  const { tokens } = parser;
  const at = tokens.peek();
  const common = commonTables(parser);
  const body = setOperations(parser);
  const orderBy = tokens.acceptWord('order') ? sorted(parser) : [];
  let limit: SyntaxNode | null = null;
  if (tokens.acceptWord('limit') && !tokens.acceptWord('all')) limit = parser.expression();
  const next = tokens.peek();
  if (tokens.peekWord('offset'))
    throw syntaxError(
      'OFFSET is not supported',
      next,
      'number the rows with row_number() OVER (ORDER BY …) and filter by it',
    );
  if (tokens.peekWord('fetch')) throw syntaxError('FETCH is not supported', next, 'write LIMIT n');
  return { with: common, body, orderBy, limit, at };
}

function sorted(parser: QueryParser) {
  parser.tokens.expectWord('by');
  return parseSortItems(parser);
}

function commonTables(parser: QueryParser): CommonTable[] {
  const { tokens } = parser;
  const tables: CommonTable[] = [];
  if (!tokens.acceptWord('with')) return tables;
  if (tokens.peekWord('recursive'))
    throw syntaxError('WITH RECURSIVE is not supported', tokens.peek(), 'an iterate step runs steps again and again');
  do {
    const at = tokens.peek();
    const name = nameOf(parser, 'a name of the query');
    const columns = tokens.accept('(') ? namesOf(parser) : [];
    tokens.expectWord('as');
    tokens.expect('(');
    const query = queryOf(parser);
    tokens.expect(')');
    tables.push({ name, columns, query, at });
  } while (tokens.accept(','));
  return tables;
}

function setOperations(parser: QueryParser): QueryBody {
  let left = intersections(parser);
  for (;;) {
    const { tokens } = parser;
    const at = tokens.peek();
    const kind = tokens.acceptWord('union') ? 'union' : tokens.acceptWord('except') ? 'except' : null;
    if (kind === null) return left;
    left = operation(parser, kind, left, intersections, at);
  }
}

function intersections(parser: QueryParser): QueryBody {
  let left = primary(parser);
  for (;;) {
    const at = parser.tokens.peek();
    if (!parser.tokens.acceptWord('intersect')) return left;
    left = operation(parser, 'intersect', left, primary, at);
  }
}

function operation(
  parser: QueryParser,
  kind: SetOperation['kind'],
  left: QueryBody,
  next: (parser: QueryParser) => QueryBody,
  at: SetOperation['at'],
): SetOperation {
  const all = parser.tokens.acceptWord('all');
  if (!all) parser.tokens.acceptWord('distinct');
  return { kind, all, left, right: next(parser), at };
}

function primary(parser: QueryParser): QueryBody {
  const { tokens } = parser;
  if (tokens.accept('(')) {
    const query = queryOf(parser);
    tokens.expect(')');
    return { kind: 'query', query };
  }
  const found = tokens.peek();
  if (tokens.peekWord('values')) throw syntaxError('VALUES is not supported', found, 'read the rows from a source');
  if (!tokens.acceptWord('select')) throw syntaxError(`expected SELECT, found ${tokens.describe(found)}`, found);
  return select(parser, found);
}

function select(parser: QueryParser, at: Select['at']): Select {
  const { tokens } = parser;
  const distinct = tokens.acceptWord('distinct') ? { on: tokens.acceptWord('on') ? inParentheses(parser) : [] } : null;
  if (distinct === null) tokens.acceptWord('all');
  const items = [item(parser)];
  while (tokens.accept(',')) items.push(item(parser));
  if (!tokens.acceptWord('from')) {
    const found = tokens.peek();
    throw syntaxError(`expected FROM, found ${tokens.describe(found)}`, found, 'a query reads at least one table');
  }
  const from = parseTables(parser, queryOf);
  const where = tokens.acceptWord('where') ? parser.expression() : null;
  const groupBy = tokens.acceptWord('group') ? groups(parser) : [];
  const having = tokens.acceptWord('having') ? parser.expression() : null;
  if (tokens.peekWord('window'))
    throw syntaxError('WINDOW is not supported', tokens.peek(), 'write the window behind OVER');
  return { kind: 'select', distinct, items, from, where, groupBy, having, at };
}

function item(parser: QueryParser): SelectItem {
  const { tokens } = parser;
  const [name, dot, star] = [tokens.peek(), tokens.peek(1), tokens.peek(2)];
  const isName = name.kind === 'quoted' || (name.kind === 'name' && !reservedWords.has(name.text));
  if (isName && dot.text === '.' && star.kind === 'operator' && star.text === '*') {
    for (let i = 0; i < 3; i++) tokens.next();
    return { node: null, alias: null, at: name, table: name.text };
  }
  return { ...parser.selectItem(), table: null };
}

function groups(parser: QueryParser): SyntaxNode[] {
  const { tokens } = parser;
  tokens.expectWord('by');
  for (const word of ['rollup', 'cube', 'grouping'])
    if (tokens.peekWord(word)) throw syntaxError(`${word.toUpperCase()} is not supported`, tokens.peek());
  const nodes = [parser.expression()];
  while (tokens.accept(',')) nodes.push(parser.expression());
  return nodes;
}

function inParentheses(parser: QueryParser): SyntaxNode[] {
  parser.tokens.expect('(');
  return parser.list();
}

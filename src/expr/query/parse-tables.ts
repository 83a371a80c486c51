/** What stands behind FROM: tables, queries in parentheses, joins. */
import { syntaxError } from '../expression-error.js';
import { reservedWords } from '../keywords.js';
import type { QueryParser } from '../parser-parts.js';
import type { Query, Span, TableExpression } from '../syntax-tree.js';
import { nameOf, namesOf } from './parse-query-names.js';

type ParseQuery = (parser: QueryParser) => Query;
type JoinType = Extract<TableExpression, { kind: 'join' }>['type'];

/** Those with commas between. */
export function parseTables(parser: QueryParser, parseQuery: ParseQuery): TableExpression[] {
  const tables = [joined(parser, parseQuery)];
  while (parser.tokens.accept(',')) tables.push(joined(parser, parseQuery));
  return tables;
}

function joined(parser: QueryParser, parseQuery: ParseQuery): TableExpression {
  const { tokens } = parser;
  let left = table(parser, parseQuery);
  for (;;) {
    const at = tokens.peek();
    const type = joinType(parser);
    if (type === null) return left;
    const right = table(parser, parseQuery);
    if (type === 'cross') left = { kind: 'join', type, left, right, on: null, using: [], at };
    else left = { kind: 'join', type, left, right, ...condition(parser), at };
  }
}

/** The words of a join are read; null where there is none. */
function joinType({ tokens }: QueryParser): JoinType | null {
  const first = tokens.peek();
  if (tokens.peekWord('natural'))
    throw syntaxError('NATURAL JOIN is not supported', first, 'name the columns: JOIN … USING (a, b)');
  if (tokens.acceptWord('join')) return 'inner';
  for (const type of ['inner', 'cross'] as const) {
    if (!tokens.acceptWord(type)) continue;
    tokens.expectWord('join');
    return type;
  }
  for (const type of ['left', 'right', 'full'] as const) {
    if (!tokens.acceptWord(type)) continue;
    tokens.acceptWord('outer');
    tokens.expectWord('join');
    return type;
  }
  return null;
}

function condition(parser: QueryParser): Pick<Extract<TableExpression, { kind: 'join' }>, 'on' | 'using'> {
  const { tokens } = parser;
  if (tokens.acceptWord('on')) return { on: parser.expression(), using: [] };
  const found = tokens.peek();
  if (!tokens.acceptWord('using'))
    throw syntaxError(`expected ON or USING, found ${tokens.describe(found)}`, found, 'write JOIN b ON a.x = b.x');
  tokens.expect('(');
  return { on: null, using: namesOf(parser) };
}

function table(parser: QueryParser, parseQuery: ParseQuery): TableExpression {
  const { tokens } = parser;
  const at = tokens.peek();
  if (tokens.peekWord('lateral')) throw syntaxError('LATERAL is not supported', at);
  if (tokens.accept('(')) {
    if (!tokens.peekWord('select') && !tokens.peekWord('with') && tokens.peek().text !== '(') {
      const inner = joined(parser, parseQuery);
      tokens.expect(')');
      return inner;
    }
    const query = parseQuery(parser);
    tokens.expect(')');
    return { kind: 'derived', query, at, ...alias(parser) };
  }
  if (at.kind === 'string') {
    tokens.next();
    return { kind: 'table', name: at.text, isFile: true, at, ...alias(parser) };
  }
  let name = nameOf(parser, 'the name of a table');
  while (tokens.accept('.')) name += `.${nameOf(parser, 'a name')}`;
  if (tokens.peek().text === '(' && tokens.peek().kind === 'operator')
    throw syntaxError('functions cannot stand in FROM', at, 'an unnest step makes rows of arrays');
  const span: Span = { offset: at.offset, length: tokens.lastEnd - at.offset };
  return { kind: 'table', name, isFile: false, at: span, ...alias(parser) };
}

function alias(parser: QueryParser): { alias: string | null; columns: readonly string[] } {
  const { tokens } = parser;
  const hasAs = tokens.acceptWord('as');
  const next = tokens.peek();
  const isName = next.kind === 'quoted' || (next.kind === 'name' && !reservedWords.has(next.text));
  if (!hasAs && !isName) return { alias: null, columns: [] };
  const name = nameOf(parser, 'a name');
  return { alias: name, columns: tokens.accept('(') ? namesOf(parser) : [] };
}

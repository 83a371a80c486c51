/** `OVER (PARTITION BY … ORDER BY …)` behind a call. The frame is SQL's own: up to the current row and its peers, or all rows without an order. */
import { syntaxError } from './expression-error.js';
import { parseSortItems } from './parse-sort.js';
import type { FormParser } from './parser-parts.js';
import type { Span, SyntaxNode, WindowSyntax } from './syntax-tree.js';

type Call = Pick<WindowSyntax, 'name' | 'nameAt' | 'args' | 'filter'>;

/** `row_number()`, `lag(x, 1)`: the name has been read. */
export function parseWindowCall(parser: FormParser, name: string, nameAt: Span): SyntaxNode {
  const { tokens } = parser;
  tokens.expect('(');
  const args = parser.list();
  if (!tokens.peekWord('over'))
    throw syntaxError(`${name}() needs OVER (…)`, nameAt, `write ${name}() OVER (ORDER BY …)`);
  return parseOver(parser, { name, nameAt, args, filter: null });
}

export function parseOver(parser: FormParser, call: Call): SyntaxNode {
  const { tokens } = parser;
  tokens.expectWord('over');
  const open = tokens.peek();
  if (!tokens.accept('(')) throw syntaxError('OVER must be followed by (', open, 'named windows are not supported');
  const partitionBy: SyntaxNode[] = [];
  if (tokens.acceptWord('partition')) {
    tokens.expectWord('by');
    do partitionBy.push(parser.expression());
    while (tokens.accept(','));
  }
  const orderBy = tokens.acceptWord('order') ? sorted(parser) : [];
  for (const word of ['rows', 'range', 'groups'])
    if (tokens.peekWord(word))
      throw syntaxError('frames of a window are not supported', tokens.peek(), `leave ${word.toUpperCase()} … out`);
  tokens.expect(')');
  const parts = [...call.args, call.filter, ...partitionBy, ...orderBy.map(({ node }) => node)];
  return { kind: 'window', ...call, partitionBy, orderBy, ...parser.grow(call.nameAt, parts) };
}

function sorted(parser: FormParser) {
  parser.tokens.expectWord('by');
  return parseSortItems(parser);
}

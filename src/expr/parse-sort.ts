/** The items of ORDER BY: `expression [ASC | DESC] [NULLS FIRST | NULLS LAST]`, with commas between. */
import { syntaxError } from './expression-error.js';
import type { FormParser } from './parser-parts.js';
import type { SortNode } from './syntax-tree.js';

export function parseSortItems(parser: FormParser): SortNode[] {
  const items: SortNode[] = [];
  do items.push(sortItem(parser));
  while (parser.tokens.accept(','));
  return items;
}

function sortItem(parser: FormParser): SortNode {
  const { tokens } = parser;
  const node = parser.expression();
  const descending = tokens.acceptWord('desc');
  if (!descending) tokens.acceptWord('asc');
  if (!tokens.acceptWord('nulls')) return { node, descending, nullsFirst: descending };
  if (tokens.acceptWord('first')) return { node, descending, nullsFirst: true };
  if (tokens.acceptWord('last')) return { node, descending, nullsFirst: false };
  const found = tokens.peek();
  throw syntaxError(`NULLS must be followed by FIRST or LAST, found ${tokens.describe(found)}`, found);
}

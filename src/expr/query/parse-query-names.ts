/** Names in a query: of tables, columns, queries. */
import { syntaxError } from '../expression-error.js';
import { reservedWords } from '../keywords.js';
import type { QueryParser } from '../parser-parts.js';

/** A name that is no word of the grammar. */
export function nameOf({ tokens }: QueryParser, what: string): string {
  const token = tokens.next();
  if (token.kind === 'quoted' || (token.kind === 'name' && !reservedWords.has(token.text))) return token.text;
  throw syntaxError(`expected ${what}, found ${tokens.describe(token)}`, token);
}

/** `a, b)`: the parenthesis is open. */
export function namesOf(parser: QueryParser): string[] {
  const names = [nameOf(parser, 'the name of a column')];
  while (parser.tokens.accept(',')) names.push(nameOf(parser, 'the name of a column'));
  parser.tokens.expect(')');
  return names;
}

/** sql: a whole query, which names its inputs itself. */
import { EtlError } from '../../errors/etl-error.js';
import { parseQuery } from '../../expr/query/parse-query.js';
import { tablesOf } from '../../expr/query/walk-query.js';
import type { NamedTable } from '../../expr/syntax-tree.js';
import { expressionField } from '../field-types.js';
import { operatorBlock } from './operator-reading.js';

export const queryOperators = {
  sql: operatorBlock(
    expressionField(
      'SELECT … FROM sources and earlier steps, by their ids: joins, groups, sub-queries, window functions, UNION …',
    ),
    (at) => {
      const query = at.text();
      // An id has no dots: what stands before is for people who paste.
      const others = tablesIn(query.text).map(({ name }) => ({ id: name, path: at.at() }));
      return { operator: { kind: 'sql', query }, others };
    },
  ),
};

/** None of a text that is no query: what is wrong with it is said with the other expressions. */
function tablesIn(text: string): readonly NamedTable[] {
  try {
    return tablesOf(parseQuery(text));
  } catch (error) {
    if (error instanceof EtlError) return [];
    throw error;
  }
}

/** B3, B4: join: a table with one of a tenth of its rows. */
import { compareOperator } from '../operators/compare-operators.mjs';

/** @param {readonly string[]} args */
export function bench(args) {
  const shape = {
    sources: '  facts: {type: file, path: facts/*.arrow}\n  dim: {type: file, path: dim/*.arrow}',
    steps: '  - {from: facts, join: {with: dim, on: k = dim.id}}\n  - select: [k, v, w]',
    sql: 'SELECT k, v, w FROM facts JOIN dim ON k = id',
  };
  return compareOperator('join', shape, args);
}

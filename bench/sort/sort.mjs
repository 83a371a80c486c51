/** B3, B4: sort: all columns of all rows, by a bigint. */
import { compareOperator } from '../operators/compare-operators.mjs';

/** @param {readonly string[]} args */
export function bench(args) {
  const shape = {
    sources: '  facts: {type: file, path: facts/*.arrow}',
    steps: '  - sort: [k]',
    sql: 'SELECT * FROM facts ORDER BY k',
  };
  return compareOperator('sort', shape, args);
}

/** B3, B4: distinct: texts, each ten times. */
import { compareOperator } from '../operators/compare-operators.mjs';

/** @param {readonly string[]} args */
export function bench(args) {
  const shape = {
    sources: '  facts: {type: file, path: facts/*.arrow}',
    steps: '  - select: [t]\n  - distinct: true',
    sql: 'SELECT DISTINCT t FROM facts',
  };
  return compareOperator('distinct', shape, args);
}

/** B3, B4: aggregate: groups of a bigint, ten rows each. */
import { compareOperator } from '../operators/compare-operators.mjs';

/** @param {readonly string[]} args */
export function bench(args) {
  const shape = {
    sources: '  facts: {type: file, path: facts/*.arrow}',
    steps: '  - aggregate: {by: [k], values: [count(*) AS n, sum(v) AS s, min(v) AS least, max(v) AS most]}',
    sql: 'SELECT k, count(*) AS n, sum(v) AS s, min(v) AS least, max(v) AS most FROM facts GROUP BY k',
  };
  return compareOperator('aggregate', shape, args);
}

/** Every combination of the values of several columns. */
import type { Grid } from '../oracle.js';

export function crossGrid(
  columns: Readonly<Record<string, readonly [type: string, ...values: (string | null)[]]>>,
): Grid {
  let rows: (string | null)[][] = [[]];
  for (const [, ...values] of Object.values(columns))
    rows = rows.flatMap((row) => values.map((value) => [...row, value]));
  return { columns: Object.fromEntries(Object.entries(columns).map(([name, [type]]) => [name, type])), rows };
}

/** Groups that are many times the memory: states go to disk sorted by key, and are merged. */
import { expect, test } from 'vitest';
import { runRows } from '../support/engine/run-plan.js';

test.each([1, 3])(
  'a group for every other row in a memory of 1 MiB, %d slots',
  { timeout: 60_000 },
  async (parallelism) => {
    const keys = 40_000;
    const fields = [
      { name: 'k', type: { kind: 'int32' as const }, nullable: true },
      { name: 'name', type: { kind: 'text' as const }, nullable: true },
    ];
    const rows = Array.from({ length: 2 * keys }, (_, i) => {
      const key = (i * 7919) % keys;
      return [key === 0 ? null : String(key), `name ${i}`];
    });
    const job = `
sources: {t: {type: rows, table: t, splits: 3}}
steps:
  - aggregate: {by: [k], values: ["count(*) AS n", "sum(k) AS s", "min(name) AS first"]}
sinks: {out: {type: rows}}`;
    const mode = { managedBytes: 1 << 20, forceSpill: false, batchRows: 1024, parallelism };
    const { sinks, spilledBytes } = await runRows(job, { t: { schema: { fields }, rows } }, mode);
    const first = new Map<string | null, string>();
    for (const [key, name] of rows) {
      const before = first.get(key!);
      if (before === undefined || name! < before) first.set(key!, name!);
    }
    const expected = [...first].map(([key, name]) => [key, '2', key === null ? null : String(2 * Number(key)), name]);
    const order = (a: readonly unknown[], b: readonly unknown[]): number => Number(a[0]) - Number(b[0]);
    expect([...sinks['out']!].sort(order)).toEqual(expected.sort(order));
    expect(spilledBytes).toBeGreaterThan(0);
  },
);

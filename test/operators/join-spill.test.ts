/** Joins whose sides are many times the memory: spread over files, level by level, and table by table where all have one key. */
import { expect, test } from 'vitest';
import { runRows, type EngineMode } from '../support/engine/run-plan.js';
import type { TestTable } from '../support/engine/rows-connector.js';

/** The aggregate has half of it. */
const oneMib: EngineMode = { managedBytes: 2 << 20, forceSpill: false, batchRows: 512, parallelism: 1 };

const types = ['inner', 'left', 'right', 'full', 'semi', 'anti'] as const;
/** The sort-merge join has to sort and merge in it as well. */
const hints = [
  [null, oneMib],
  ['REPARTITION_SORT_MERGE', { ...oneMib, managedBytes: 16 << 20 }],
] as const;
const cases = hints.flatMap(([hint, mode]) => types.map((type) => [type, hint, mode] as const));

test.each(cases)(
  '%s join of sides that are 10 MB each in a memory of 1 MiB, hint %s',
  { timeout: 60_000 },
  async (type, hint, mode) => {
    const rows = 20_000;
    // Every other key of one side is a key of the other, too.
    const result = await count(
      { type, hint, mode },
      table(rows, (i) => 2 * i),
      table(rows, (i) => 3 * i),
    );
    const both = Array.from({ length: rows }, (_, i) => 2 * i).filter((key) => key % 3 === 0 && key < 3 * rows).length;
    const expected = {
      inner: [both, both],
      left: [rows, rows],
      right: [rows, both],
      full: [2 * rows - both, rows],
      semi: [both, both],
      anti: [rows - both, rows - both],
    }[type];
    expect(result.counts).toEqual(expected.map(String));
    expect(result.spilledBytes).toBeGreaterThan(5_000_000);
  },
);

test.each(cases)('%s join of a side of 5 MB with one key, hint %s', { timeout: 60_000 }, async (type, hint, mode) => {
  const rows = 10_000;
  const result = await count(
    { type, hint, mode },
    table(7, (i) => i % 2),
    table(rows, () => 1),
  );
  // Three of the seven rows have the key 1.
  const expected = {
    inner: [3 * rows, 3 * rows],
    left: [3 * rows + 4, 3 * rows + 4],
    right: [3 * rows, 3 * rows],
    full: [3 * rows + 4, 3 * rows + 4],
    semi: [3, 3],
    anti: [4, 4],
  }[type];
  expect(result.counts).toEqual(expected.map(String));
});

function table(rows: number, keyOf: (row: number) => number): TestTable {
  const text = 'x'.repeat(480);
  const fields = [
    { name: 'k', type: { kind: 'int64' as const }, nullable: false },
    { name: 'wide', type: { kind: 'text' as const }, nullable: false },
  ];
  return { schema: { fields }, rows: Array.from({ length: rows }, (_, i) => [String(keyOf(i)), text]) };
}

/** All rows, and those with a left side. */
async function count(
  { type, hint, mode }: { readonly type: string; readonly hint: string | null; readonly mode: EngineMode },
  left: TestTable,
  right: TestTable,
): Promise<{ counts: readonly (string | null)[]; spilledBytes: number }> {
  const job = `
sources: {l: {type: rows, table: l, splits: 2}, r: {type: rows, table: r, splits: 2}}
steps: [{from: l, join: {with: r, on: l.k = r.k, type: ${type}${hint === null ? '' : `, hint: ${hint}`}}}, {aggregate: {values: ["count(*) AS n", "count(k) AS m", "max(wide) AS w"]}}]
sinks: {out: {type: rows}}`;
  const { sinks, spilledBytes } = await runRows(job, { l: left, r: right }, mode);
  return { counts: sinks['out']![0]!.slice(0, 2), spilledBytes };
}

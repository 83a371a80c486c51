/** Functions over groups: what goes wrong with them, and groups that are larger than the memory. */
import { expect, test } from 'vitest';
import type { EtlError } from '../../../src/errors/etl-error.js';
import { modes, runRows } from '../../support/engine/run-plan.js';
import type { TestTable } from '../../support/engine/rows-connector.js';

const module = './test/fixtures/functions/groups.mjs';
const fields = [
  { name: 'who', type: { kind: 'text' as const }, nullable: true },
  { name: 'at', type: { kind: 'int32' as const }, nullable: true },
  { name: 'score', type: { kind: 'int32' as const }, nullable: true },
];
const few: TestTable = {
  schema: { fields },
  rows: [
    ['ann', '1', '2'],
    [null, '2', '3'],
  ],
};

function job(step: string): string {
  return `\nsources: {t: {type: rows, table: t, splits: 3}}\nsteps: [${step}]\nsinks: {out: {type: rows}}`;
}

async function failure(step: string): Promise<EtlError> {
  return runRows(job(step), { t: few }, modes['one-slot']!).then(
    () => expect.fail('it ran'),
    (error: EtlError) => error,
  );
}

test.each([
  ['takesAnArray', 'the rows come one by one: for await (const row of rows)'],
  ['fails', 'no luck'],
  ['returnsANumber', 'it returned a number; it returns rows: an array, a generator or an async generator'],
])('ETL-5004 names the function, the group and what happened: %s', async (name, reason) => {
  const step = `{reduceGroup: {by: [who], module: ${module}, function: ${name}, schema: {n: bigint}}}`;
  expect(await failure(step)).toMatchObject({
    code: 'ETL-5004',
    message: `function "${name}" of ${module} failed for the group who = ann: ${reason}`,
  });
});

test('a value that does not fit its column is the function’s failure', async () => {
  const step = `{reduceGroup: {by: [who], module: ${module}, function: firstOnly, schema: {who: integer}}}`;
  const { message } = await failure(step);
  expect(message).toContain('failed for the group who = ann: column "who"');
});

test('without groups it says so', async () => {
  const step = `{mapPartition: {module: ${module}, function: fails, schema: {who: integer}}}`;
  expect((await failure(step)).message).toContain('failed for its partition: no luck');
});

test.each(['one-slot', 'many-slots'])(
  'a group of 20 MB in a memory of 4 MiB, %s',
  { timeout: 60_000 },
  async (name) => {
    const wide = 'x'.repeat(1000);
    const rows = Array.from({ length: 20_000 }, (_, i) => [i % 100 === 0 ? `${wide}${i}` : wide, String(i), '1']);
    const mode = { ...modes[name]!, managedBytes: 4 << 20, batchRows: 200 };
    const step = `{reduceGroup: {by: [who], orderBy: [at DESC], module: ${module}, function: firstOnly, schema: {at: integer}}}, {sort: [at DESC]}, {limit: 2}`;
    const { sinks, spilledBytes } = await runRows(job(step), { t: { schema: { fields }, rows } }, mode);
    expect(sinks['out']).toEqual([['19999'], ['19900']]);
    expect(spilledBytes).toBeGreaterThan(10e6);
  },
);

test('a combiner shortens what the exchange carries, and one that does not is left out', async () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => [`u${i % 5}`, String(i), '1']);
  const unlike = rows.map(([, at], i) => [`u${i}`, at!, '1']);
  const step = `{reduce: {by: [who], module: ${module}, function: sum}}, {select: [who, score]}`;
  const mode = { ...modes['one-slot']!, batchRows: 1000 };
  const equal = await runRows(job(step), { t: { schema: { fields }, rows } }, mode);
  expect(equal.sinks['out']).toEqual([0, 1, 2, 3, 4].map((n) => [`u${n}`, '20000']));
  const apart = await runRows(job(step), { t: { schema: { fields }, rows: unlike } }, mode);
  expect(apart.sinks['out']!.length).toBe(100_000);
  expect(equal.spilledBytes).toBeLessThan(apart.spilledBytes / 20);
});

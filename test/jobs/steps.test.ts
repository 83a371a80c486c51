/** Steps through real slots: user functions, unions, limits, several sinks; each result compared with what SQL says. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runJobFile, testDirectory } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';

const database = await testDatabase();
const directory = testDirectory();

beforeAll(async () => {
  await database.query(`CREATE TABLE n(id bigint PRIMARY KEY, t text, d numeric(10,2));
    INSERT INTO n SELECT g, CASE WHEN g % 5 = 0 THEN NULL ELSE 'text ' || g END, g / 4.0 FROM generate_series(1, 30000) g;
    CREATE TABLE m(code int PRIMARY KEY, word text);
    INSERT INTO m VALUES (1, 'one'), (2, NULL), (3, 'drei🙂')`);
  writeFileSync(
    path.join(directory, 'functions.mjs'),
    `export function half(row) { return { id: row.id / 2n, text: row.t, kind: typeof row.d }; }
     export function* copies(row) { for (let i = 0n; i < row.id % 3n; i++) yield { id: row.id, copy: i }; }
     export function picky(row) { if (row.id % 1000n === 0n) throw new Error('not this one'); return row; }`,
  );
});

interface Outcome {
  readonly lines: string[];
  readonly code: number | null;
  readonly end: Awaited<ReturnType<typeof runJobFile>>['end'];
}

/** Runs sources `n` and `m` through the given steps into NDJSON; the lines of all parts, sorted. */
async function runSteps(name: string, steps: string, args: readonly string[] = [], sinks?: string): Promise<Outcome> {
  const file = path.join(directory, `${name}.yaml`);
  writeFileSync(
    file,
    `name: ${name}
connections: {db: {type: postgres, url: "${database.url}"}}
sources:
  n: {connection: db, table: n, split: {column: id, count: 9}}
  m: {connection: db, table: m}
steps:
${steps}
sinks:
${sinks ?? `  out: {type: file, path: "${name}/part-{subtask}.ndjson"}`}
`,
  );
  const { code, end } = await runJobFile([file, '-p', '3', ...args]);
  return { lines: readParts(name), code, end };
}

function readParts(name: string): string[] {
  const folder = path.join(directory, name);
  return visibleFiles(folder)
    .flatMap((part) => readFileSync(path.join(folder, part), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .sort();
}

/** Without the sink's own record of what it wrote. */
function visibleFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.startsWith('.'));
}

async function sqlLines(sql: string): Promise<string[]> {
  return (await database.query(sql)).map(([line]) => line!).sort();
}

test('select and filter compute what SQL computes, for NULLs and exact decimals too', async () => {
  const { lines, end } = await runSteps(
    'select',
    `  - {from: n, filter: "d * 4 > 100 OR t IS NULL"}\n  - select: [id, "upper(t) AS t", "d + 0.001 AS e"]`,
  );
  expect(lines).toEqual(
    await sqlLines(
      `SELECT json_build_object('id', id, 't', upper(t), 'e', d + 0.001)::jsonb::text FROM n WHERE d * 4 > 100 OR t IS NULL`,
    ).then((all) =>
      all
        .map((line) => JSON.stringify(JSON.parse(line)))
        .map((line) => compact(line, ['id', 't', 'e']))
        .sort(),
    ),
  );
  expect(end.balance).toBe(true);
});

/** The keys in the given order: jsonb forgets it. */
function compact(line: string, keys: readonly string[]): string {
  const object = JSON.parse(line) as Record<string, unknown>;
  return `{${keys.map((key) => `${JSON.stringify(key)}:${key === 'e' ? (object[key] as number).toFixed(3) : JSON.stringify(object[key])}`).join(',')}}`;
}

test('map gives rows to a function of the user, bigint as bigint, decimals as text', async () => {
  const { lines, end } = await runSteps(
    'map',
    `  - {from: n, map: {module: ./functions.mjs, function: half, schema: {id: bigint, text: text, kind: text}}}`,
  );
  const expected = await sqlLines(
    `SELECT '{"id":' || id / 2 || ',"text":' || coalesce('"' || t || '"', 'null') || ',"kind":"string"}' FROM n`,
  );
  expect(lines).toEqual(expected);
  expect(end.rows).toMatchObject({ read: 30000, written: 30000, rejected: 0 });
});

test('flatMap gives as many rows as the function makes, and the counters balance', async () => {
  const { lines, code, end } = await runSteps(
    'flat-map',
    `  - {from: n, flatMap: {module: ./functions.mjs, function: copies, schema: {id: bigint, copy: int}}}`,
  );
  expect(code).toBe(0);
  expect(end.balance).toBe(true);
  expect(lines).toEqual(
    await sqlLines(`SELECT '{"id":' || id || ',"copy":' || c || '}' FROM n, generate_series(0, id % 3 - 1) c`),
  );
});

test('rows do not depend on the size of batches', async () => {
  const steps = `  - {from: n, filter: "id <= 3000"}
  - {flatMap: {module: ./functions.mjs, function: copies, schema: {id: bigint, copy: int}}}
  - filter: copy = 1 OR id % 7 = 0`;
  const [usual, single, odd] = [
    await runSteps('batches-usual', steps),
    await runSteps('batches-single', steps, ['-D', 'debug.batch-rows=1']),
    await runSteps('batches-odd', steps, ['-D', 'debug.batch-rows=1000']),
  ];
  expect(usual.lines.length).toBeGreaterThan(1000);
  expect([single.lines, odd.lines]).toEqual([usual.lines, usual.lines]);
  expect(single.end).toMatchObject({ balance: true, rows: usual.end.rows });
});

test('a union keeps duplicates and takes columns by position', async () => {
  const { lines, end } = await runSteps(
    'union',
    `  - {id: few, from: n, filter: id <= 5}
  - {id: cut, select: [id, t]}
  - {id: codes, from: m, select: [code, word]}
  - {union: [cut, codes, codes]}`,
  );
  const line = `'{"id":' || id || ',"t":' || coalesce('"' || t || '"', 'null') || '}'`;
  const codes = `SELECT code, word FROM m`;
  expect(lines).toEqual(
    await sqlLines(`SELECT ${line} FROM (SELECT id, t FROM n WHERE id <= 5 UNION ALL ${codes} UNION ALL ${codes}) u`),
  );
  expect(end.balance).toBe(true);
});

test('a limit lets exactly so many rows pass over all splits, whatever the parallelism', async () => {
  for (const rows of [0, 1, 7000, 29_999, 50_000]) {
    const { lines, end } = await runSteps(`limit-${rows}`, `  - {from: n, select: [id]}\n  - {limit: ${rows}}`);
    expect(new Set(lines).size).toBe(Math.min(rows, 30_000));
    expect(lines.length).toBe(Math.min(rows, 30_000));
    expect(end).toMatchObject({ balance: true, exit: { code: 0 } });
  }
});

test('a limit behind a filter counts what has passed the filter', async () => {
  const { lines } = await runSteps(
    'limit-filter',
    `  - {from: n, filter: "d % 2 = 0"}\n  - {limit: 500}\n  - {select: [id]}`,
  );
  expect(lines.length).toBe(500);
});

test('several sinks get the same rows, each its own branch', async () => {
  const { end } = await runSteps(
    'fan-out',
    `  - {id: all, from: n, select: [id, t]}\n  - {id: nulls, from: all, filter: t IS NULL}\n  - {id: first, from: all, limit: 10}`,
    [],
    `  everything: {type: file, from: all, path: "fan-out/all-{subtask}.ndjson"}
  missing: {type: file, from: nulls, path: "fan-out/nulls-{subtask}.ndjson"}
  some: {type: file, from: first, path: "fan-out/first-{subtask}.ndjson"}`,
  );
  expect(end).toMatchObject({ balance: true, exit: { code: 0 } });
  const count = (prefix: string): number =>
    visibleFiles(path.join(directory, 'fan-out'))
      .filter((name) => name.startsWith(prefix))
      .reduce(
        (sum, name) => sum + readFileSync(path.join(directory, 'fan-out', name), 'utf8').split('\n').length - 1,
        0,
      );
  expect([count('all'), count('nulls'), count('first')]).toEqual([30_000, 6000, 10]);
});

test('one file per key value', async () => {
  const sink = `  out: {type: file, path: "keyed/{word}/part-{subtask}.ndjson"}`;
  await runSteps('keyed', `  - {from: m, select: [code, "coalesce(word, 'none') AS word"]}`, [], sink).catch(
    () => undefined,
  );
  expect(visibleFiles(path.join(directory, 'keyed')).sort()).toHaveLength(3);
});

test('a function that throws rejects its row, by the policy of the sink', async () => {
  const steps = `  - {from: n, map: {module: ./functions.mjs, function: picky, schema: {id: bigint}}}`;
  const failed = await runSteps('picky-fail', steps).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Error); // no part was published
  const sink = `  out: {type: file, path: "picky/part-{subtask}.ndjson", onReject: {file: "picky-rejects/r-{subtask}.ndjson"}}`;
  const { code, end, lines } = await runSteps('picky', steps, [], sink);
  expect(code).toBe(0);
  expect(end.rows).toEqual({ read: 30_000, filtered: 0, rejected: 30, written: 29_970 });
  expect(lines.length).toBe(29_970);
  const rejects = readParts('picky-rejects').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rejects.length).toBe(30);
  expect(rejects[0]).toMatchObject({ code: 'ETL-5001', sql_state: '38000', reason: 'not this one' });
});

/** P1 for sinks that stage: slots killed at random moments leave in files and tables exactly what a calm run leaves. */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadDriver } from '../../src/connectors/sqlite/load-driver.js';
import { killSlots } from '../support/kill-slots.js';
import { runJobFile, testDirectory } from '../support/run-etl.js';
import { testDatabase } from '../support/test-database.js';

const database = await testDatabase();
const directory = testDirectory();
const ROWS = 200_000;

beforeAll(async () => {
  await database.query(
    `CREATE TABLE k(id bigint PRIMARY KEY, t text); INSERT INTO k SELECT g, md5(g::text) FROM generate_series(1, ${ROWS}) g`,
  );
});

function job(name: string, sink: string, extra = ''): string {
  const file = path.join(directory, `${name}.yaml`);
  const connections = `{db: {type: postgres, url: "${database.url}"}, target: {type: sqlite, url: "${path.join(directory, `${name}.db`)}"}}`;
  writeFileSync(
    file,
    `name: ${name}\nconnections: ${connections}\nsources: {k: {connection: db, table: k, split: {column: id, count: 20}}}\n${extra}sinks: {out: ${sink}}\n`,
  );
  return file;
}

function linesIn(folder: string): string[] {
  const names = readdirSync(folder);
  expect(names.filter((name) => name.includes('.tmp'))).toEqual([]);
  return names
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n'))
    .filter(Boolean);
}

test.each([1, 2, 3])('file sink, seed %i: every row once, whatever was killed', async (seed) => {
  const folder = path.join(directory, `files-${seed}`);
  const { code, end } = await runJobFile(
    [job(`files-${seed}`, `{type: file, path: "files-${seed}/{subtask}.ndjson"}`), '-p', '3'],
    {
      onStart: killSlots(seed, 4),
    },
  );
  expect([code, end.balance, end.rows.written]).toEqual([0, true, ROWS]);
  const lines = linesIn(folder);
  expect(lines.length).toBe(ROWS);
  expect(new Set(lines).size).toBe(ROWS);
  rmSync(folder, { recursive: true });
});

test.each([
  ['append', 4],
  ['upsert', 5],
  ['replace', 6],
  ['append, commit: atomic', 9],
  ['upsert, commit: atomic', 10],
] as const)('sqlite sink, mode %s: every row once, whatever was killed', async (mode, seed) => {
  const keys = mode.startsWith('upsert') ? ', keys: [id]' : '';
  const name = `sqlite-${mode.replace(/\W+/g, '-')}`;
  const file = job(name, `{connection: target, table: k, mode: ${mode}, createTable: true${keys}}`);
  const { code, end } = await runJobFile([file, '-p', '2'], { onStart: killSlots(seed, 3) });
  expect([code, end.balance, end.rows.written]).toEqual([0, true, ROWS]);
  const Database = await loadDriver();
  const target = new Database(path.join(directory, `${name}.db`), { readonly: true });
  expect(target.prepare('SELECT count(*) AS rows, count(DISTINCT id) AS ids, sum(id) AS sum FROM k').get()).toEqual({
    rows: ROWS,
    ids: ROWS,
    sum: (ROWS * (ROWS + 1)) / 2,
  });
  const tables = target.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).pluck().all();
  expect(tables.filter((name) => name !== 'k' && name !== '_etl_ledger')).toEqual([]);
  target.close();
});

test.each(['append', 'replace'])(
  'sqlite sink, mode %s: what a killed run staged is gone after the next',
  async (mode) => {
    const name = `sqlite-left-${mode}`;
    const sink = `{connection: target, table: k, mode: ${mode}, createTable: true, rateLimit: ${ROWS / 4}}`;
    const Database = await loadDriver();
    const file = path.join(directory, `${name}.db`);
    const tables = (): string[] => {
      const target = new Database(file, { readonly: true });
      const names = target.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).pluck().all() as string[];
      target.close();
      return names.filter((table) => table !== 'k');
    };
    const killed = runJobFile([job(name, sink), '-p', '2'], {
      onStart: (child) => {
        const look = setInterval(() => {
          if (!existsSync(file) || tables().length === 0) return;
          clearInterval(look);
          child.kill('SIGKILL');
        }, 20);
      },
    });
    await expect(killed).rejects.toThrow('no end event');
    expect(tables()).not.toEqual([]);
    const { code } = await runJobFile([job(name, sink.replace(/, rateLimit.*/, '}')), '-p', '2']);
    expect([code, tables()]).toEqual([0, []]);
  },
);

test.each([7, 8])('a sort, seed %i: slots killed in any stage leave all rows in order', async (seed) => {
  const name = `sorted-${seed}`;
  const sink = `{type: file, path: "${name}/all.ndjson"}`;
  const { code, end } = await runJobFile(
    [job(name, sink, 'steps: [{sort: [t]}]\n'), '-p', '3', '-D', 'debug.force-spill=true'],
    { onStart: killSlots(seed, 3) },
  );
  expect([code, end.balance, end.rows.written]).toEqual([0, true, ROWS]);
  const texts = linesIn(path.join(directory, name)).map((line) => (JSON.parse(line) as { t: string }).t);
  expect(new Set(texts).size).toBe(ROWS);
  expect(texts).toEqual([...texts].sort());
});

test.each([11, 12])('a join with groups, seed %i: the same groups, whatever was killed', async (seed) => {
  const name = `joined-${seed}`;
  const steps = `steps:
  - {id: some, from: k, filter: id % 3 = 0}
  - {from: k, join: {with: some, as: s, on: k.id = s.id, type: left}}
  - aggregate: {by: ["k.id % 1000 AS g"], values: ["count(*) AS n", "count(s.id) AS m", "sum(k.id) AS s"]}
`;
  const { code, end } = await runJobFile(
    [
      job(name, `{type: file, path: "${name}/{subtask}.ndjson"}`, steps),
      '-p',
      '3',
      '-D',
      'taskmanager.memory.managed.size=12m',
    ],
    { onStart: killSlots(seed, 4) },
  );
  expect([code, end.balance, end.rows.written]).toEqual([0, true, 1000]);
  const groups = linesIn(path.join(directory, name)).map((line) => JSON.parse(line) as Record<string, number>);
  const sum = (key: string): number => groups.reduce((total, group) => total + group[key]!, 0);
  expect(new Set(groups.map((group) => group['g'])).size).toBe(1000);
  expect([sum('n'), sum('m'), sum('s')]).toEqual([ROWS, Math.floor(ROWS / 3), (ROWS * (ROWS + 1)) / 2]);
});

test.each([13, 14])('ordered aggregates over sorted sides, seed %i: the same, whatever was killed', async (seed) => {
  const name = `ordered-${seed}`;
  const steps = `steps:
  - {id: some, from: k, filter: id % 3 = 0}
  - {from: k, join: {with: some, as: s, on: k.id = s.id, type: left, hint: REPARTITION_SORT_MERGE}}
  - window:
      time: "timestamp '2026-01-01 00:00:00' + k.id * interval '1 second'"
      tumbling: 200s
      values: ["count(DISTINCT k.id % 10) AS d", "count(s.id) AS m", "sum(k.id) AS s", "percentile_disc(0.5) WITHIN GROUP (ORDER BY k.id) AS p"]
`;
  const { code, end } = await runJobFile(
    [job(name, `{type: file, path: "${name}/{subtask}.ndjson"}`, steps), '-p', '3'],
    {
      onStart: killSlots(seed, 4),
    },
  );
  expect([code, end.balance, end.rows.written]).toEqual([0, true, 1001]);
  const windows = linesIn(path.join(directory, name)).map((line) => JSON.parse(line) as Record<string, number>);
  const sum = (key: string): number => windows.reduce((total, one) => total + one[key]!, 0);
  // The first window has 199 rows, the last one has one.
  expect([sum('d'), sum('m'), sum('s')]).toEqual([1000 * 10 + 1, Math.floor(ROWS / 3), (ROWS * (ROWS + 1)) / 2]);
  expect(windows.filter((one) => one['p']! % 200 === 99).length).toBe(999);
});

test.each([15, 16])('an iteration, seed %i: every superstep once, whatever was killed', async (seed) => {
  const name = `iterated-${seed}`;
  const steps = `steps:
  - {id: ones, from: k, select: [id, "1::bigint AS one"]}
  - {id: start, from: k, select: [id, "0::bigint AS n"]}
  - iterate:
      maxIterations: 12
      steps:
        - {join: {with: ones, on: current.id = ones.id}}
        - {select: [current.id, "(n + one)::bigint AS n"]}
`;
  const { code, end, events } = await runJobFile(
    [job(name, `{type: file, path: "${name}/{subtask}.ndjson"}`, steps), '-p', '3'],
    { onStart: killSlots(seed, 5) },
  );
  expect([code, end.balance, end.rows.written]).toEqual([0, true, ROWS]);
  expect(events.filter((event) => event.type === 'superstep').length).toBe(12);
  const rows = linesIn(path.join(directory, name)).map((line) => JSON.parse(line) as { id: number; n: number });
  expect(new Set(rows.map((row) => row.id)).size).toBe(ROWS);
  expect(rows.every((row) => row.n === 12)).toBe(true);
});

test('F06: a slot that is frozen is given up, killed, and its split read elsewhere', async () => {
  const folder = path.join(directory, 'frozen');
  let frozen = 0;
  const { code, end, events } = await runJobFile(
    [
      job('frozen', `{type: file, path: "frozen/{subtask}.ndjson"}`),
      '-p',
      '2',
      '-D',
      'heartbeat.interval=100ms',
      '-D',
      'heartbeat.timeout=1s',
    ],
    {
      onStart: (child) => {
        // Not before both slots write: a slot that is frozen while it starts may simply not be needed.
        const freeze = (): void => {
          const staged = existsSync(folder) ? readdirSync(folder).filter((name) => name.includes('.tmp')) : [];
          if (staged.length < 2) return void setTimeout(freeze, 5);
          frozen = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(/\s+/)[0]);
          process.kill(frozen, 'SIGSTOP');
        };
        freeze();
      },
    },
  );
  expect(frozen).toBeGreaterThan(0);
  expect([code, end.rows.written]).toEqual([0, ROWS]);
  expect(new Set(linesIn(folder)).size).toBe(ROWS);
  expect(events.some((event) => event.type === 'warn' && event.code === 'ETL-6005')).toBe(true);
});

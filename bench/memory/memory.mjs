/**
 * B5 for a chain without exchanges: the peak memory of all our processes does not grow with the table, and stays inside
 * the budget that `etl memory` prints. PostgreSQL → filter → Redis with `-p 5`; the keys repeat, so that Redis stays small.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { postgresBinDir, startPostgres, startRedis } from '../../scripts/servers.mjs';
import { numbersFrom, reportRuns } from '../harness.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const entry = path.join(here, '../../bin/run.js');
const MIB = 1024 ** 2;

/** @param {readonly string[]} args */
export async function bench(args) {
  const { rows: most } = numbersFrom(args, { rows: 20_000_000, rounds: 1 });
  const postgres = await startPostgres();
  const redis = await startRedis();
  try {
    const psql = path.join(/** @type {string} */ (postgresBinDir()), 'psql');
    const job = path.join(redis.dir, 'job.yaml');
    writeFileSync(job, jobText(postgres.url, redis.url));
    /** @type {{ rows: number, peakMiB: number, budgetMiB: number, seconds: number, balance: boolean }[]} */
    const runs = [];
    let filled = 0;
    execFileSync(psql, [postgres.url, '-qc', 'CREATE TABLE events (id bigint PRIMARY KEY, info jsonb)']);
    for (const rows of [most / 20, most / 4, most]) {
      fill(psql, postgres.url, filled + 1, rows);
      filled = rows;
      const lines = execFileSync(process.execPath, [entry, 'run', job, '-p', '5', '--json'], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      })
        .trimEnd()
        .split('\n');
      const end = JSON.parse(/** @type {string} */ (lines.at(-1)));
      if (end.rows.read !== rows || end.exit.code !== 0)
        throw new Error(`read ${end.rows.read} of ${rows} rows, exit ${end.exit.code}`);
      runs.push({
        rows,
        peakMiB: end.peakRssBytes / MIB,
        budgetMiB: end.budgetBytes / MIB,
        seconds: end.durationMs / 1000,
        balance: end.balance,
      });
      process.stderr.write(`${rows} rows: peak ${Math.round(end.peakRssBytes / MIB)} MiB\n`);
    }
    print(runs);
  } finally {
    await Promise.all([postgres.stop(), redis.stop()]);
  }
}

/** @param {{ rows: number, peakMiB: number, budgetMiB: number, seconds: number, balance: boolean }[]} runs */
function print(runs) {
  const peaks = runs.map(({ peakMiB }) => peakMiB);
  const growth = peaks[peaks.length - 1] / peaks[0];
  const claims = [
    {
      id: 'B5',
      text: `peak at ${runs[runs.length - 1].rows.toLocaleString('en')} rows against ${runs[0].rows.toLocaleString('en')}`,
      value: growth,
      target: 1.1,
    },
    { id: 'B5', text: 'highest peak against the budget', value: Math.max(...peaks) / runs[0].budgetMiB, target: 1 },
  ].map((claim) => ({ ...claim, atLeast: false }));
  const lines = [
    `Peak memory of all processes, PostgreSQL → filter → Redis, -p 5, budget ${Math.round(runs[0].budgetMiB)} MiB`,
    '',
    '| rows | peak MiB (sum of the processes) | s | balance |',
    '|---:|---:|---:|---|',
    ...runs.map(
      (run) =>
        `| ${run.rows.toLocaleString('en')} | ${Math.round(run.peakMiB)} | ${run.seconds.toFixed(1)} | ${run.balance ? 'ok' : 'BROKEN'} |`,
    ),
  ];
  reportRuns('memory', lines, runs, claims);
}

/** @param {string} psql @param {string} url @param {number} from @param {number} to */
function fill(psql, url, from, to) {
  const sql = `INSERT INTO events SELECT i, jsonb_build_object('user', 'u' || i % 100003, 'page', '/p/' || i % 977, 'score', i % 100) FROM generate_series(${from}, ${to}) i`;
  execFileSync(psql, [url, '-qc', sql]);
  execFileSync(psql, [url, '-qc', 'VACUUM ANALYZE events']);
}

/** @param {string} postgres @param {string} redis */
function jobText(postgres, redis) {
  return `name: memory
connections:
  warehouse: {type: postgres, url: "${postgres}"}
  cache: {type: redis, url: "${redis}"}
sources:
  events: {connection: warehouse, table: events}
steps:
  - filter: (info->>'score')::int >= 0
  - select: [id % 100000 AS slot, info]
sinks:
  keys: {connection: cache, key: "event:{slot}", value: {string: info}, ttl: 24h}
`;
}

/**
 * B8: how long a command takes that has next to nothing to do, beside a Node that does nothing at all. An empty table has
 * one split, which one slot reads; the last line is a run that really starts five slots, and has no target.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { postgresBinDir, startPostgres, startRedis } from '../../scripts/servers.mjs';
import { compare, numbersFrom, report } from '../harness.mjs';

/** What Node itself takes on the quiet machine that the targets were set for: on another one the ratios tell more. */
const NODE_MS = 45;
const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../bin/run.js');

/** @param {readonly string[]} args */
export async function bench(args) {
  const { rounds } = numbersFrom(args, { rounds: 11 });
  const postgres = await startPostgres();
  const redis = await startRedis();
  try {
    execFileSync(path.join(/** @type {string} */ (postgresBinDir()), 'psql'), [
      ...[postgres.url, '-q', '-c', 'CREATE TABLE empty (id bigint PRIMARY KEY, info jsonb)'],
      ...['-c', `CREATE TABLE five AS SELECT id::bigint, '{"user": 1}'::jsonb AS info FROM generate_series(1, 5) id`],
    ]);
    const empty = path.join(redis.dir, 'empty.yaml');
    const five = path.join(redis.dir, 'five.yaml');
    writeFileSync(empty, jobText(postgres.url, redis.url, 'table: empty'));
    writeFileSync(five, jobText(postgres.url, redis.url, 'table: five, split: {column: id, size: 1}'));
    const node = process.execPath;
    const contenders = [
      { name: 'node -e 0', command: [node, '-e', '0'] },
      { name: 'etl --version', command: [node, entry, '--version'], targetMs: 150 },
      { name: 'etl explain', command: [node, entry, 'explain', empty, '-p', '5'], targetMs: 350 },
      { name: 'etl run -p 5, empty table', command: [node, entry, 'run', empty, '-p', '5', '-q'], targetMs: 700 },
      { name: 'etl run -p 5, five splits', command: [node, entry, 'run', five, '-p', '5', '-q'] },
    ];
    const summaries = await compare(
      contenders.map((one) => ({ ...one, rows: 0 })),
      rounds,
    );
    const wallMs = (/** @type {string} */ name) => summaries.get(name)?.wallMs ?? NaN;
    const claims = contenders.flatMap(({ name, targetMs }) => {
      if (targetMs === undefined) return [];
      const times = wallMs(name) / wallMs('node -e 0');
      return [
        { id: 'B8', text: `${name}, ms`, value: wallMs(name), target: targetMs, atLeast: false },
        {
          id: 'B8',
          text: `${name}, times node`,
          value: times,
          target: Math.round((10 * targetMs) / NODE_MS) / 10,
          atLeast: false,
        },
      ];
    });
    report('startup', `PostgreSQL → filter → Redis with next to nothing to do, median of ${rounds}`, summaries, claims);
  } finally {
    await Promise.all([postgres.stop(), redis.stop()]);
  }
}

/** @param {string} postgresUrl @param {string} redisUrl @param {string} source */
const jobText = (postgresUrl, redisUrl, source) => `name: startup
connections:
  db: {type: postgres, url: "${postgresUrl}"}
  cache: {type: redis, url: "${redisUrl}"}
sources:
  events: {connection: db, ${source}}
steps:
  - filter: info->>'user' IS NOT NULL
  - select: [id, "info->>'user' AS user_id", "(info->>'at')::timestamptz AS at"]
sinks:
  keys: {connection: cache, key: "event:{user_id}:{id}", value: json, ttl: 24h}
`;

/**
 * B1: a PostgreSQL table into Redis keys with a lifetime, `etl run -p 2` against two peers:
 *
 *   the hand-made pipe     psql COPY | awk | redis-cli --pipe
 *   the Node loop          pg-query-stream, pipelines of 2,000 by ioredis, one process
 *
 * and beside what the two servers do with nobody between them: PostgreSQL sends its rows to nothing while Redis takes the same
 * commands, ready-made in a file. Nobody who has to make them first can be faster, so the targets are a share of that ceiling
 * (src/decisions/2026-11-26-redis-is-the-ceiling.md). All must leave the same keys and values (DEBUG DIGEST), all with a lifetime.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram, postgresBinDir, startPostgres, startRedis } from '../../scripts/servers.mjs';
import { compare, numbersFrom, report } from '../harness.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const entry = path.join(here, '../../bin/run.js');
/** What starting, planning and our own processor time may cost of what the servers could do in that time. */
const SHARE_OF_CEILING = 0.85;

/** @param {readonly string[]} args */
export async function bench(args) {
  const { rows, rounds } = numbersFrom(args, { rows: 5_000_000, rounds: 5 });
  const postgres = await startPostgres();
  const redis = await startRedis({ args: ['--enable-debug-command', 'local'] });
  try {
    const psql = path.join(/** @type {string} */ (postgresBinDir()), 'psql');
    fill(psql, postgres.url, rows);
    const redisCli = /** @type {string} */ (findProgram('redis-cli'));
    const ask = (/** @type {string[]} */ ...words) =>
      execFileSync(redisCli, ['-u', redis.url, ...words], { encoding: 'utf8' }).trim();
    const job = path.join(redis.dir, 'job.yaml');
    writeFileSync(job, jobText(postgres.url, redis.url));

    // What a contender left is looked at before the next one starts.
    /** @type {string[]} */
    const digests = [];
    const before = async () => {
      if (ask('DBSIZE') !== '0' && digests.length < 4)
        digests.push(`${ask('DEBUG', 'DIGEST')} ${lifetimes(ask('INFO', 'keyspace'))}`);
      ask('FLUSHALL', 'SYNC');
    };
    const count = `"${redisCli}" -u "${redis.url}" DBSIZE`;
    const copy = `"${psql}" "${postgres.url}" -qAtc 'COPY (SELECT id, info FROM events) TO STDOUT'`;
    const commands = `${copy} | awk -F '\\t' '${awk}'`;
    const send = `"${redisCli}" -u "${redis.url}" --pipe >/dev/null`;
    const ready = path.join(redis.dir, 'commands.resp');
    execFileSync('bash', ['-c', `set -o pipefail; ${commands} > "${ready}"`], { env: { ...process.env, LC_ALL: 'C' } });
    const pipe = `set -o pipefail; ${commands} | ${send} && ${count}`;
    const summaries = await compare(
      [
        {
          name: 'etl run -p 2',
          command: ['bash', '-c', `"${process.execPath}" "${entry}" run "${job}" -p 2 -q && ${count}`],
          before,
        },
        { name: 'psql COPY | awk | redis-cli --pipe', command: ['bash', '-c', pipe], before },
        {
          name: 'pg-query-stream + ioredis pipelines',
          command: [process.execPath, path.join(here, 'stream-and-pipeline.mjs'), postgres.url, redis.url],
          before,
        },
        {
          name: 'the servers alone: COPY to nothing, ready-made commands',
          command: ['bash', '-c', `${copy} > /dev/null & ${send} < "${ready}" && wait $! && ${count}`],
          before,
        },
      ],
      rounds,
    );
    if (new Set(digests).size !== 1) throw new Error(`the contenders left different keys:\n${digests.join('\n')}`);
    const [ours, pipeline, loop, ceiling] = [...summaries.values()];
    const within = (/** @type {number} */ target, /** @type {import('../harness.mjs').Summary} */ peer) =>
      Math.min(target, (SHARE_OF_CEILING * ceiling.rowsPerSecond) / peer.rowsPerSecond);
    report(
      'pg-to-redis',
      `PostgreSQL → Redis with a lifetime, ${rows.toLocaleString('en')} rows (id, jsonb of about 90 bytes)`,
      summaries,
      [
        {
          id: 'B1',
          text: 'rows/s against the hand-made pipe',
          value: ours.rowsPerSecond / pipeline.rowsPerSecond,
          target: within(1.8, pipeline),
          atLeast: true,
        },
        {
          id: 'B1',
          text: 'rows/s against the Node loop',
          value: ours.rowsPerSecond / loop.rowsPerSecond,
          target: within(2.5, loop),
          atLeast: true,
        },
        {
          id: 'B1',
          text: 'rows/s against the servers alone',
          value: ours.rowsPerSecond / ceiling.rowsPerSecond,
          target: SHARE_OF_CEILING,
          atLeast: true,
        },
        { id: 'B1', text: 'CPU µs/row of all our processes', value: ours.cpuMicrosPerRow, target: 1.8, atLeast: false },
      ],
      { postgres: versionOf(psql), redis: /redis_version:(\S+)/.exec(ask('INFO', 'server'))?.[1] ?? 'unknown' },
    );
  } finally {
    await Promise.all([postgres.stop(), redis.stop()]);
  }
}

/** RESP of `SET event:<id> <info> EX 86400`; lengths are bytes, because the harness sets LC_ALL=C. */
const awk =
  '{ k = "event:" $1; printf "*5\\r\\n$3\\r\\nSET\\r\\n$%d\\r\\n%s\\r\\n$%d\\r\\n%s\\r\\n$2\\r\\nEX\\r\\n$5\\r\\n86400\\r\\n", length(k), k, length($2), $2 }';

/** @param {string} psql @param {string} url @param {number} rows */
function fill(psql, url, rows) {
  const sql = `CREATE TABLE events (id bigint PRIMARY KEY, info jsonb);
    INSERT INTO events SELECT i, jsonb_build_object('user', 'u' || i % 100003, 'kind', (ARRAY['view', 'click', 'buy'])[1 + i % 3], 'page', '/p/' || i % 977, 'score', i % 100, 'at', '2026-01-01')
      FROM generate_series(1, ${rows}) AS i;
    VACUUM ANALYZE events;`;
  for (const statement of sql.split(';\n')) execFileSync(psql, [url, '-qc', statement]);
}

/** @param {string} postgres @param {string} redis */
function jobText(postgres, redis) {
  return `name: pg-to-redis
connections:
  warehouse: {type: postgres, url: "${postgres}"}
  cache: {type: redis, url: "${redis}"}
sources:
  events: {connection: warehouse, table: events}
sinks:
  keys: {connection: cache, key: "event:{id}", value: {string: info}, ttl: 24h}
`;
}

/** Keys, and how many of them expire. @param {string} keyspace */
function lifetimes(keyspace) {
  return /keys=\d+,expires=\d+/.exec(keyspace)?.[0] ?? 'no keys';
}

/** @param {string} psql */
function versionOf(psql) {
  return /\d+(\.\d+)*/.exec(execFileSync(psql, ['--version'], { encoding: 'utf8' }))?.[0] ?? 'unknown';
}

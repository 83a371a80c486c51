/**
 * B7: a skewed split key costs little. Two tables of equal rows into Redis with `-p 4`: in one the keys are even, in the
 * other a tenth of the key range holds four fifths of the rows. Beside them the skewed table cut into four equal ranges, one a
 * slot, as a JDBC reader with `numPartitions: 4` would.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram, postgresBinDir, startPostgres, startRedis } from '../../scripts/servers.mjs';
import { compare, numbersFrom, report } from '../harness.mjs';

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../bin/run.js');

/** @param {readonly string[]} args */
export async function bench(args) {
  const { rows, rounds } = numbersFrom(args, { rows: 1_500_000, rounds: 5 });
  const postgres = await startPostgres();
  const redis = await startRedis();
  try {
    const psql = path.join(/** @type {string} */ (postgresBinDir()), 'psql');
    const redisCli = /** @type {string} */ (findProgram('redis-cli'));
    const dense = Math.floor(rows * 0.8);
    // Even: 1 .. 10 × rows in steps of ten. Skewed: four fifths lie one beside the other, the rest is spread over what is left.
    fill(psql, postgres.url, 'even', `SELECT i * 10 FROM generate_series(1, ${rows}) i`);
    fill(
      psql,
      postgres.url,
      'skewed',
      `SELECT CASE WHEN i <= ${dense} THEN i ELSE ${dense} + (i - ${dense}) * 40 END FROM generate_series(1, ${rows}) i`,
    );
    const contender = (/** @type {string} */ name, /** @type {string} */ table, /** @type {string} */ split) => {
      const job = path.join(redis.dir, `${name.replaceAll(/\W+/g, '-')}.yaml`);
      writeFileSync(job, jobText(postgres.url, redis.url, table, split));
      return {
        name,
        command: [
          'bash',
          '-c',
          `"${process.execPath}" "${entry}" run "${job}" -p 4 -q && "${redisCli}" -u "${redis.url}" DBSIZE`,
        ],
        before: async () => void execFileSync(redisCli, ['-u', redis.url, 'FLUSHALL', 'SYNC']),
      };
    };
    const summaries = await compare(
      [
        contender('even keys', 'even', ''),
        contender('skewed keys', 'skewed', ''),
        contender('skewed keys, 4 equal ranges', 'skewed', ', split: {column: id, count: 4, strategy: range}'),
      ],
      rounds,
    );
    const [even, skewed, ranges] = [...summaries.values()];
    report(
      'skew',
      `One range holds 80 % of ${rows.toLocaleString('en')} rows, -p 4, PostgreSQL → Redis`,
      summaries,
      [
        {
          id: 'B7',
          text: 'time of the skewed table against the even one',
          value: skewed.wallMs / even.wallMs,
          target: 1.3,
          atLeast: false,
        },
      ],
      { 'equal ranges against even': (ranges.wallMs / even.wallMs).toFixed(2) },
    );
  } finally {
    await Promise.all([postgres.stop(), redis.stop()]);
  }
}

/** @param {string} psql @param {string} url @param {string} table @param {string} ids */
function fill(psql, url, table, ids) {
  for (const sql of [
    `CREATE TABLE ${table} (id bigint PRIMARY KEY, info jsonb)`,
    `INSERT INTO ${table} SELECT id, jsonb_build_object('user', 'u' || id % 100003, 'page', '/p/' || id % 977, 'score', id % 100) FROM (${ids}) AS ids(id)`,
    `VACUUM ANALYZE ${table}`,
  ]) {
    execFileSync(psql, [url, '-qc', sql]);
  }
}

/** @param {string} postgres @param {string} redis @param {string} table @param {string} split */
function jobText(postgres, redis, table, split) {
  return `name: skew
connections:
  warehouse: {type: postgres, url: "${postgres}"}
  cache: {type: redis, url: "${redis}"}
sources:
  events: {connection: warehouse, table: ${table}${split}}
sinks:
  keys: {connection: cache, key: "event:{id}", value: {string: info}, ttl: 24h}
`;
}

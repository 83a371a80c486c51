/**
 * B3 and B4: one operator over 10 M generated rows, from and to each engine's own storage on disk, Arrow files here and a database
 * there, against DuckDB with the same threads. Both write their result to disk (ours fsynced, DuckDB's with a checkpoint), each run in
 * a process of its own, its start included.
 *
 * In memory: a TaskManager of 8 GiB here, as DuckDB's memory_limit. A tenth: the managed memory of both slots is a tenth of the rows'
 * bytes; DuckDB's memory_limit is that and our network memory, which buffers what is read and written. Where DuckDB cannot do it
 * with so little, its limit is doubled until it can, and printed.
 *
 * The results are equal: what we wrote is read by DuckDB and compared, EXCEPT ALL in both directions.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, numbersFrom, report } from '../harness.mjs';
import { installDuckdb, version } from './duckdb.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const entry = path.join(here, '../../bin/run.js');
const data = path.join(here, '../../.data/bench-operators');
const MIB = 1024 ** 2;
const NETWORK_MIB = 64;

/**
 * @typedef {{ sources: string, steps: string, sql: string }} Shape `sources`: of a job, `steps`: its YAML, `sql`: the same there
 */

/** @param {string} name @param {Shape} shape @param {readonly string[]} args */
export async function compareOperator(name, shape, args) {
  const { rows, rounds } = numbersFrom(args, { rows: 10_000_000, rounds: 3 });
  installDuckdb();
  const folder = prepare(rows);
  const database = path.join(folder, 'peer.db');
  const out = path.join(folder, `out-${name}`);
  const job = path.join(folder, `${name}.yaml`);
  writeFileSync(job, jobText(name, shape, path.join(out, 'part-{subtask}.arrow')));
  const tenthMiB = Math.max(4, Math.round(bytesOf(path.join(folder, 'facts')) / 10 / MIB));
  /** @type {Map<string, import('../harness.mjs').Summary>} */
  const all = new Map();
  const claims = [];
  /** @type {Record<string, string>} */
  const facts = { duckdb: version };
  for (const mode of ['in memory', 'a tenth']) {
    const settings =
      mode === 'in memory'
        ? ['-D', 'taskmanager.memory.process.size=8g']
        : ['-D', `taskmanager.memory.managed.size=${tenthMiB}m`, '-D', `taskmanager.memory.network.min=${NETWORK_MIB}m`, '-D', `taskmanager.memory.network.max=${NETWORK_MIB}m`]; // prettier-ignore
    const statements = ['DROP TABLE IF EXISTS result', `CREATE TABLE result AS ${shape.sql}`, 'CHECKPOINT', 'SELECT count(*) FROM result']; // prettier-ignore
    const limit = mode === 'in memory' ? '8GB' : leastLimit(database, statements, tenthMiB + NETWORK_MIB);
    if (mode === 'a tenth') facts['DuckDB limit'] = limit;
    const clear = async () => rmSync(out, { recursive: true, force: true });
    const summaries = await compare(
      [
        { name: `etl, ${mode}`, command: [process.execPath, entry, 'run', job, '--json', '-p', '2', ...settings], rowsOf: rowsWritten, before: clear }, // prettier-ignore
        { name: `DuckDB, ${mode}`, command: [process.execPath, path.join(here, 'duckdb.mjs'), database, '2', limit, ...statements] }, // prettier-ignore
      ],
      rounds,
    );
    checkEqual(name, shape, folder, database, settings);
    const [ours, theirs] = [...summaries.values()];
    for (const [key, value] of summaries) all.set(key, perInputRow(value, rows));
    const id = mode === 'in memory' ? 'B3' : 'B4';
    claims.push({
      id,
      text: `time against DuckDB, ${mode}`,
      value: ours.wallMs / theirs.wallMs,
      target: 2,
      atLeast: false,
    });
  }
  report(name, `${name} of ${rows.toLocaleString('en')} rows, -p 2: ${shape.sql}`, all, claims, {
    ...facts,
    'managed memory of a tenth': `${tenthMiB} MiB`,
  });
}

/** What it printed are the rows that came out. @param {import('../harness.mjs').Summary} summary @param {number} rows */
function perInputRow(summary, rows) {
  const { wallMs, cpuMs } = summary;
  return { ...summary, rows, rowsPerSecond: (rows * 1000) / wallMs, cpuMicrosPerRow: (cpuMs * 1000) / rows };
}

/** Of the end of a run. @param {string} line @returns {number} */
function rowsWritten(line) {
  return JSON.parse(line).rows.written;
}

/** @param {string} job @param {readonly string[]} settings */
function run(job, settings = []) {
  const command = [entry, 'run', job, '-q', '-p', '2', ...settings];
  execFileSync(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Makes the rows once: Arrow files, and the same in a database. @param {number} rows @returns {string} */
function prepare(rows) {
  const folder = path.join(data, String(rows));
  if (existsSync(path.join(folder, 'ready'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const keys = Math.max(1, Math.round(rows / 10));
  const facts = `{type: datagen, rows: ${rows}, schema: {k: {uniform: {type: bigint, min: 1, max: ${keys}}}, v: {uniform: {type: bigint, min: 0, max: 1000000}}, x: {uniform: {type: double, min: 0, max: 1}}, t: {text: {prefix: "user-", distinct: ${keys}}}}}`;
  const dim = `{type: datagen, rows: ${keys}, seed: 2, schema: {id: {sequence: {start: 1}}, w: {uniform: {type: bigint, min: 0, max: 100}}}}`;
  for (const [table, source] of Object.entries({ facts, dim })) {
    for (const format of ['arrow', 'csv']) {
      const job = path.join(folder, `${table}.yaml`);
      writeFileSync(job, `name: make-${table}\nsources: {s: ${source}}\nsinks: {o: {type: file, path: "${folder}/${format === 'csv' ? 'csv-' : ''}${table}/part-{subtask}.${format}"}}\n`); // prettier-ignore
      run(job);
    }
    duckdb(path.join(folder, 'peer.db'), '8GB', [`CREATE TABLE ${table} AS SELECT * FROM read_csv('${folder}/csv-${table}/*.csv')`, 'CHECKPOINT']); // prettier-ignore
    rmSync(path.join(folder, `csv-${table}`), { recursive: true });
  }
  writeFileSync(path.join(folder, 'ready'), '');
  return folder;
}

/** @param {string} name @param {Shape} shape @param {string} target */
function jobText(name, { sources, steps }, target) {
  return `name: bench-${name}\nsources:\n${sources}\nsteps:\n${steps}\nsinks: {o: {type: file, path: "${target}"}}\n`;
}

/** @param {string} name @param {Shape} shape @param {string} folder @param {string} database @param {readonly string[]} settings */
function checkEqual(name, shape, folder, database, settings) {
  const csv = path.join(folder, `check-${name}`);
  const job = path.join(folder, `check-${name}.yaml`);
  writeFileSync(job, jobText(`${name}-check`, shape, path.join(csv, 'part-{subtask}.csv')));
  run(job, settings);
  const ours = `SELECT * FROM read_csv('${csv}/*.csv')`;
  const difference = `SELECT (SELECT count(*) FROM (${ours} EXCEPT ALL SELECT * FROM result)) + (SELECT count(*) FROM (SELECT * FROM result EXCEPT ALL ${ours}))`;
  const rows = duckdb(database, '12GB', [difference]);
  rmSync(csv, { recursive: true });
  if (rows !== '0') throw new Error(`${name}: ${rows} rows differ from DuckDB's`);
}

/** The least memory, doubled from `wish`, with which DuckDB gets through three times: near its limit it may or may not. @param {string} database @param {readonly string[]} statements @param {number} wish */
function leastLimit(database, statements, wish) {
  for (let limit = wish; limit < 65_536; limit *= 2) {
    try {
      for (let time = 0; time < 3; time++) duckdb(database, `${limit}MB`, statements);
      return `${limit}MB`;
    } catch {
      process.stderr.write(`DuckDB cannot do it with ${limit} MB\n`);
    }
  }
  throw new Error('DuckDB cannot do it with 64 GB');
}

/** @param {string} database @param {string} limit @param {readonly string[]} statements */
function duckdb(database, limit, statements) {
  const command = [path.join(here, 'duckdb.mjs'), database, '2', limit, ...statements];
  return execFileSync(process.execPath, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** @param {string} folder */
function bytesOf(folder) {
  return readdirSync(folder).reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);
}

/**
 * The peer: DuckDB, installed on first use under .data, in a process of its own for each query.
 *
 *     node bench/operators/duckdb.mjs DATABASE THREADS MEMORY SQL…      runs the statements; the last line is the last one's number
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const version = '1.5.6-r.1';
const folder = fileURLToPath(new URL('../../.data/duckdb', import.meta.url));
const entry = path.join(folder, 'node_modules/@duckdb/node-api/lib/index.js');

/** @throws Error that names the peer where it cannot be installed */
export function installDuckdb() {
  if (existsSync(entry)) return;
  mkdirSync(folder, { recursive: true });
  process.stderr.write(`installing the peer, @duckdb/node-api ${version} …\n`);
  try {
    execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `@duckdb/node-api@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch (error) {
    throw new Error('the peer is missing: DuckDB could not be installed with npm', { cause: error });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [database, threads, memory, ...statements] = process.argv.slice(2);
  const { DuckDBInstance } = await import(pathToFileURL(entry).href);
  const instance = await DuckDBInstance.create(database, { threads, memory_limit: memory });
  const connection = await instance.connect();
  let last = null;
  for (const statement of statements) last = await connection.runAndReadAll(statement);
  const value = last?.getRows()[0]?.[0];
  connection.closeSync();
  instance.closeSync();
  process.stdout.write(`${value ?? ''}\n`);
}

/**
 * The SQLite driver, loaded only when a file is opened: optional native packages, the one or the other by the Node that runs.
 *
 * better-sqlite3 13 comes compiled, by Node-API, and needs Node 22. 12 is compiled for one Node, and since 24.19 its objects
 * abort the process when they are collected (Assertion `(env) != nullptr`): it is for Node 20 only.
 * Why both: src/decisions/2026-11-27-two-sqlite-drivers.md.
 */
import type DatabaseConstructor from 'better-sqlite3';
import { EtlError } from '../../errors/etl-error.js';

export const driverName = Number(process.versions.napi) >= 10 ? 'better-sqlite3' : 'better-sqlite3-node20';

const install =
  driverName === 'better-sqlite3'
    ? 'npm install better-sqlite3@13 (with a global etl: npm install -g better-sqlite3@13)'
    : 'npm install better-sqlite3-node20@npm:better-sqlite3@12 (with a global etl: -g, and where npm asks for it --allow-scripts=better-sqlite3-node20), or run a newer Node, for which nothing is compiled';

/** @throws EtlError ETL-4113 where it is not installed, or does not load. */
export async function loadDriver(): Promise<typeof DatabaseConstructor> {
  try {
    const { default: Driver } = (await import(driverName)) as { default: typeof DatabaseConstructor };
    // The package loads without its compiled part; only a database shows whether that is there.
    new Driver(':memory:').close();
    return Driver;
  } catch (error) {
    throw new EtlError(
      'ETL-4113',
      'SQLite files need the package better-sqlite3, which is not installed or not compiled for this Node',
      { hint: install, cause: error },
    );
  }
}

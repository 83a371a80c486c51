/** Opens an SQLite file with better-sqlite3, which is loaded only then: an optional dependency that must be compiled. */
import type DatabaseConstructor from 'better-sqlite3';
import { EtlError } from '../../errors/etl-error.js';
import { sqliteError, type SqliteSide } from './sqlite-error.js';

export type Database = DatabaseConstructor.Database;
export type Statement = DatabaseConstructor.Statement;

/**
 * The driver waits for a lock by blocking the process; a slot must go on sending heartbeats. So it waits briefly, and
 * whoever can wait longer does so outside (`withPatience`).
 */
const BUSY_WAIT_MS = 50;

export interface OpenMode {
  readonly side: SqliteSide;
  /** Default: read-only. */
  readonly write?: boolean;
  readonly create?: boolean;
}

/** Integers come as bigint, rows as arrays. Throws ETL-4113 without the driver, else what `sqliteError` says. */
export async function openDatabase(file: string, { side, write = false, create = false }: OpenMode): Promise<Database> {
  const Driver = await loadDriver();
  try {
    const database = new Driver(file, { readonly: !write, fileMustExist: !create, timeout: BUSY_WAIT_MS });
    database.defaultSafeIntegers(true);
    return database;
  } catch (error) {
    // The driver itself checks the folder, with a plain TypeError.
    if (error instanceof TypeError)
      throw new EtlError(side === 'source' ? 'ETL-4101' : 'ETL-4201', `SQLite ${file}: ${error.message}`);
    throw sqliteError(error, file, side);
  }
}

async function loadDriver(): Promise<typeof DatabaseConstructor> {
  let problem: unknown;
  try {
    const { default: Driver } = await import('better-sqlite3');
    // The package loads without its compiled part; only a database shows whether that is there.
    new Driver(':memory:').close();
    return Driver;
  } catch (error) {
    problem = error;
  }
  throw new EtlError(
    'ETL-4113',
    'SQLite files need the package better-sqlite3, which is not installed or not compiled for this Node',
    {
      hint: 'npm install better-sqlite3@12 (with a global etl: npm install -g better-sqlite3@12; npm 12 also wants --allow-scripts=better-sqlite3)',
      cause: problem,
    },
  );
}

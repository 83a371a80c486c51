/** Opens an SQLite file with better-sqlite3, which is loaded only then. */
import type DatabaseConstructor from 'better-sqlite3';
import { EtlError } from '../../errors/etl-error.js';
import { loadDriver } from './load-driver.js';
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

/**
 * A transaction that stays open so that every split of the run, in any process, can read as of the same moment.
 *
 * Tables are locked against rewriting (ACCESS SHARE, as pg_dump does) before the snapshot is taken: a TRUNCATE in between
 * would make a table look empty. The snapshot lives as long as this connection does.
 */
import { EtlError } from '../../errors/etl-error.js';
import type { Json } from '../connector.js';
import type { Session } from './session.js';
import { quoteText } from './sql-text.js';

export interface SnapshotRequest {
  /** What the session is called from now on. */
  readonly applicationName: string;
  /** Quoted names of the tables that can be locked. */
  readonly tables: readonly string[];
  /** Queries whose tables are to be locked: describing them does. */
  readonly queries: readonly string[];
  /** A snapshot of the same database that this one is to be equal to: another connection of the job holds it. */
  readonly join: string | null;
}

const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** The snapshot's id. The session is busy holding it from now on. */
export async function exportSnapshot(session: Session, request: SnapshotRequest): Promise<string> {
  const { applicationName, tables, queries, join } = request;
  const doing = 'taking the snapshot of the run';
  const joining = join === null ? '' : `; SET TRANSACTION SNAPSHOT ${quoteText(join)}`;
  await session.query(`${BEGIN}${joining}; SET LOCAL application_name = ${quoteText(applicationName)}`, doing);
  for (const table of tables) await session.query(`LOCK TABLE ${table} IN ACCESS SHARE MODE`, doing);
  for (const query of queries) await session.describe(query, doing);
  const [[id]] = await session.query('SELECT pg_catalog.pg_export_snapshot()', doing);
  return id!;
}

/** Why the server cannot share a snapshot (old standbys, poolers, other systems that speak the protocol), or null. */
export async function snapshotProblem(session: Session): Promise<string | null> {
  const doing = 'looking whether snapshots can be shared';
  try {
    await session.query(`${BEGIN}; SELECT pg_catalog.pg_export_snapshot(); ROLLBACK`, doing);
    return null;
  } catch (error) {
    if (session.broken !== null || !(error instanceof EtlError)) throw error;
    await session.query('ROLLBACK', doing);
    return error.message;
  }
}

/** What `exportSnapshot` gave, as it travels. */
export function snapshotId(snapshot: Json | null): string | null {
  return snapshot === null ? null : (snapshot as { readonly id: string }).id;
}

/**
 * A transaction that stays open so that every split of the run, in any process, can read as of the same moment.
 *
 * Tables are locked against rewriting (ACCESS SHARE, as pg_dump does) before the snapshot is taken: a TRUNCATE in between
 * would make a table look empty. The snapshot lives as long as this connection does.
 */
import type { Session } from './session.js';

export interface SnapshotRequest {
  /** Quoted names of the tables that can be locked. */
  readonly tables: readonly string[];
  /** Queries whose tables are to be locked: describing them does. */
  readonly queries: readonly string[];
}

/** The snapshot's id, or null where the server has none to give (poolers, old standbys, other systems). */
export async function exportSnapshot(session: Session, { tables, queries }: SnapshotRequest): Promise<string | null> {
  const doing = 'taking the snapshot of the run';
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', doing);
  for (const table of tables) await session.query(`LOCK TABLE ${table} IN ACCESS SHARE MODE`, doing);
  for (const query of queries) await session.describe(query, doing);
  try {
    const [[id]] = await session.query('SELECT pg_catalog.pg_export_snapshot()', doing);
    return id;
  } catch (error) {
    if (session.broken !== null) throw error;
    return null;
  }
}

import type { Schema } from '../../columnar/batch.js';

/** What a planned sqlite sink is: the plain data that goes to the slot. */
export interface SqliteSinkParams {
  readonly file: string;
  readonly sinkId: string;
  readonly table: string;
  readonly mode: 'append' | 'upsert' | 'replace';
  /** Rows wait in a table of the run until its end: replace, and commit: atomic. */
  readonly isStaged: boolean;
  readonly keys: readonly string[];
  readonly columns: readonly string[];
  /** CREATE TABLE for a missing table, or null. */
  readonly createSql: string | null;
  readonly input: Schema;
}

/** The end of a run for an sqlite sink: what was staged is published, and what the run noted or staged is taken away. */
import { existsSync } from 'node:fs';
import type { Committable, JsonObject, SlotContext } from '../connector.js';
import { openDatabase, type Database } from './open-database.js';
import type { SqliteSinkParams } from './sink-params.js';
import { quoteName } from './sql-text.js';
import { sqliteError } from './sqlite-error.js';
import { LEDGER, hasTable, publishSql, stagingName } from './target-table.js';
import { withPatience } from './with-patience.js';

export function commitRun(json: JsonObject, committables: readonly Committable[], context: SlotContext): Promise<void> {
  return inTransaction(json, context, (database, params) => publish(database, params, committables, context.runId));
}

export async function abortRun(json: JsonObject, context: SlotContext): Promise<void> {
  if (!existsSync((json as unknown as SqliteSinkParams).file)) return;
  await inTransaction(json, context, (database, params) => discard(database, params, context.runId));
}

async function inTransaction(
  json: JsonObject,
  context: SlotContext,
  work: (database: Database, params: SqliteSinkParams) => void,
): Promise<void> {
  const params = json as unknown as SqliteSinkParams;
  const { file } = params;
  try {
    const database = await openDatabase(file, { side: 'sink', write: true });
    try {
      await withPatience(() => database.transaction(() => work(database, params)).immediate(), {
        budgetMs: context.settings['sink.outage.budget'],
      });
    } finally {
      database.close();
    }
  } catch (error) {
    throw sqliteError(error, file, 'sink');
  }
}

/** A staging table that is gone was published before; without a single split there was none, and the result is no rows. */
function publish(
  database: Database,
  params: SqliteSinkParams,
  committables: readonly Committable[],
  runId: string,
): void {
  if (params.isStaged) {
    const staging = stagingName(params, runId);
    const staged = hasTable(database, staging);
    const isEmptied = params.mode === 'replace' && (staged || committables.length === 0);
    if (isEmptied) database.exec(`DELETE FROM main.${quoteName(params.table)}`);
    if (staged) database.exec(publishSql(params, staging));
  }
  discard(database, params, runId);
}

function discard(database: Database, params: SqliteSinkParams, runId: string): void {
  database.exec(`DROP TABLE IF EXISTS main.${quoteName(stagingName(params, runId))}`);
  if (!hasTable(database, LEDGER)) return;
  database.prepare(`DELETE FROM main.${LEDGER} WHERE run = ? AND sink = ?`).run(runId, params.sinkId);
  if (database.prepare(`SELECT 1 FROM main.${LEDGER} LIMIT 1`).get() === undefined)
    database.exec(`DROP TABLE main.${LEDGER}`);
}

/** The end of a run for an sqlite sink: what was staged is published, and what the run noted or staged is taken away. */
import { existsSync } from 'node:fs';
import type { Committable, JsonObject, SlotContext } from '../connector.js';
import { openDatabase, type Database } from './open-database.js';
import type { SqliteSinkParams } from './sink-params.js';
import { isDeadRun, runMark } from './run-mark.js';
import { quoteName } from './sql-text.js';
import { sqliteError } from './sqlite-error.js';
import { LEDGER, hasTable, publishSql, stagingName, stagingRun } from './target-table.js';
import { withPatience } from './with-patience.js';

export function commitRun(json: JsonObject, committables: readonly Committable[], context: SlotContext): Promise<void> {
  return inTransaction(json, context, (database, params) => publish(database, params, committables, runMark(context)));
}

export async function abortRun(json: JsonObject, context: SlotContext): Promise<void> {
  if (!existsSync((json as unknown as SqliteSinkParams).file)) return;
  await inTransaction(json, context, (database, params) => discard(database, params, runMark(context)));
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
  run: string,
): void {
  if (params.isStaged) {
    const staging = stagingName(params, run);
    const staged = hasTable(database, staging);
    const isEmptied = params.mode === 'replace' && (staged || committables.length === 0);
    if (isEmptied) database.exec(`DELETE FROM main.${quoteName(params.table)}`);
    if (staged) database.exec(publishSql(params, staging));
  }
  discard(database, params, run);
}

/** What this run noted or staged, and what runs that were killed have left of this sink. */
function discard(database: Database, params: SqliteSinkParams, run: string): void {
  const isOver = (mark: string): boolean => mark === run || isDeadRun(mark);
  const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all() as string[];
  for (const name of tables) {
    const owner = stagingRun(params, name);
    if (owner !== null && isOver(owner)) database.exec(`DROP TABLE main.${quoteName(name)}`);
  }
  if (!hasTable(database, LEDGER)) return;
  const runs = database.prepare(`SELECT DISTINCT run FROM main.${LEDGER} WHERE sink = ?`).pluck();
  const clear = database.prepare(`DELETE FROM main.${LEDGER} WHERE run = ? AND sink = ?`);
  for (const mark of runs.all(params.sinkId) as string[]) if (isOver(mark)) clear.run(mark, params.sinkId);
  if (database.prepare(`SELECT 1 FROM main.${LEDGER} LIMIT 1`).get() === undefined)
    database.exec(`DROP TABLE main.${LEDGER}`);
}

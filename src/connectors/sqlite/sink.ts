/**
 * The sqlite sink. While a split runs, its rows wait in a temporary table of the slot's own connection and the file is not
 * locked; at its end one transaction moves them.
 *
 *     write ─▶ temp.etl_rows ─▶ endSplit: BEGIN IMMEDIATE · ledger · INSERT … SELECT · COMMIT ─▶ target
 *
 * append and replace note the split in the ledger within that transaction, so that a split whose success was not heard of
 * is not moved twice. replace moves to a staging table in the file, which `commit` publishes in one transaction.
 */
import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MAX_BATCH_ROWS, type Batch } from '../../columnar/batch.js';
import { createBuilder } from '../../columnar/column-builder.js';
import { ValueError } from '../../columnar/row-errors.js';
import type { AttemptId, Committable, JsonObject, SinkContext, SinkModule, SinkWriter, SlotContext } from '../connector.js';
import { cellBinder } from './cell-binder.js';
import { cellReader, type SqliteValue } from './cell-reader.js';
import { openDatabase, type Database, type Statement } from './open-database.js';
import type { SqliteSinkParams } from './sink-params.js';
import { quoteName } from './sql-text.js';
import { isRowError, sqliteError } from './sqlite-error.js';
import { LEDGER, cloneSql, createLedgerSql, hasTable, moveSql, stagingName } from './target-table.js';
import { withPatience } from './with-patience.js';

export const sqliteSink: SinkModule = {
  openSink: async (json, _input, context) => {
    const params = json as unknown as SqliteSinkParams;
    const database = await openTarget(params, context);
    return new SqliteSinkWriter(database, params, context);
  },
  commit: (json, committables, context) => finish(json, context, (database, params) => publish(database, params, committables, context.runId)),
  abort: async (json, context) => {
    if (!existsSync((json as unknown as SqliteSinkParams).file)) return;
    await finish(json, context, (database, params) => discard(database, params, context.runId));
  },
};

class SqliteSinkWriter implements SinkWriter {
  private readonly stage: Statement;
  private readonly move: Statement;
  private attempt: AttemptId | null = null;
  private signal: AbortSignal | undefined;
  private staged = 0n;

  constructor(
    private readonly database: Database,
    private readonly params: SqliteSinkParams,
    private readonly context: SinkContext,
  ) {
    const names = params.input.fields.map((_, i) => `c${i}`);
    // Columns without a type keep every value as it is bound; the target's own types apply when it is moved.
    database.exec(`CREATE TEMP TABLE etl_rows (${names.join(', ')})`);
    this.stage = database.prepare(`INSERT INTO temp.etl_rows VALUES (${names.map(() => '?').join(', ')})`);
    this.move = database.prepare(moveSql(params, targetOf(params, context.runId)));
  }

  beginSplit(attempt: AttemptId, signal?: AbortSignal): Promise<void> {
    this.attempt = attempt;
    this.signal = signal;
    this.forget();
    return Promise.resolve();
  }

  async write(batch: Batch): Promise<void> {
    const binders = batch.columns.map(cellBinder);
    const values: SqliteValue[] = new Array<SqliteValue>(binders.length);
    const { selection } = batch;
    const count = selection === null ? batch.length : selection.length;
    await this.attempted(() => {
      this.database.exec('BEGIN');
      for (let i = 0; i < count; i++) {
        const row = selection === null ? i : selection[i];
        try {
          for (let column = 0; column < binders.length; column++) values[column] = binders[column](row);
        } catch (error) {
          if (!(error instanceof ValueError)) throw error;
          this.context.reject(batch, row, { code: 'ETL-5201', sqlState: error.sqlState, message: error.message });
          continue;
        }
        this.stage.run(values);
        this.staged++;
      }
      this.database.exec('COMMIT');
    });
  }

  async endSplit(): Promise<Committable> {
    if (this.staged === 0n) return null;
    const rejected = await this.attempted(async () => {
      await this.patiently(() => this.database.exec('BEGIN IMMEDIATE'));
      const rejectedRows = this.enterLedger() ? await this.moveRows() : 0;
      await this.patiently(() => this.database.exec('COMMIT'));
      return rejectedRows;
    });
    this.context.written(Number(this.staged) - rejected);
    this.forget();
    return null;
  }

  abortSplit(): Promise<void> {
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
    this.forget();
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.database.close();
    return Promise.resolve();
  }

  private forget(): void {
    // Without a condition SQLite frees the pages as a whole.
    if (this.staged > 0n) this.database.exec('DELETE FROM temp.etl_rows');
    this.staged = 0n;
  }

  /** False: an attempt before has moved this split already. */
  private enterLedger(): boolean {
    if (this.params.mode === 'upsert') return true;
    const { vertex, split } = this.attempt!;
    // Here, not when the sink opens: another run that ends takes an empty ledger away.
    this.database.exec(createLedgerSql);
    const entered = this.database
      .prepare(`INSERT OR IGNORE INTO main.${LEDGER} VALUES (?, ?, ?, ?)`)
      .run(this.context.runId, this.params.sinkId, vertex, BigInt(split));
    return entered.changes === 1;
  }

  /** In slices, so that heartbeats go out between them. Gives the number of rows that the target refused. */
  private async moveRows(): Promise<number> {
    const end = this.database.prepare('SELECT max(rowid) FROM temp.etl_rows').pluck().get() as bigint;
    const slice = BigInt(MAX_BATCH_ROWS);
    let rejected = 0;
    for (let from = 0n; from < end; from += slice) {
      const to = from + slice < end ? from + slice : end;
      try {
        this.move.run(from, to);
      } catch (error) {
        if (!isRowError(error)) throw error;
        rejected += this.moveOneByOne(from, to);
      }
      await nextTurn();
      this.signal?.throwIfAborted();
    }
    return rejected;
  }

  private moveOneByOne(from: bigint, to: bigint): number {
    let rejected = 0;
    for (let row = from + 1n; row <= to; row++) {
      try {
        this.move.run(row - 1n, row);
      } catch (error) {
        if (!isRowError(error)) throw error;
        const sqlState = (error as { code?: string }).code?.startsWith('SQLITE_CONSTRAINT') === true ? '23000' : '22000';
        this.context.reject(this.stagedRow(row), 0, { code: 'ETL-5201', sqlState, message: (error as Error).message });
        rejected++;
      }
    }
    return rejected;
  }

  /** A staged row as a batch again: that it came from is gone. */
  private stagedRow(rowid: bigint): Batch {
    const values = this.database.prepare('SELECT * FROM temp.etl_rows WHERE rowid = ?').raw().get(rowid) as SqliteValue[];
    const columns = this.params.input.fields.map(({ type }, i) => {
      const builder = createBuilder(type, 1);
      cellReader(type)(values[i], builder);
      return builder.finish();
    });
    return { schema: this.params.input, columns, length: 1, selection: null };
  }

  private patiently(work: () => unknown): Promise<unknown> {
    return withPatience(work, { budgetMs: this.context.settings['sink.outage.budget'], signal: this.signal, waited: this.context.waited });
  }

  private async attempted<Answer>(work: () => Answer | Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      if (this.signal?.aborted === true) throw error;
      throw isDriverError(error) ? sqliteError(error, this.params.file, 'sink') : error;
    }
  }
}

/** Rejects throw errors of their own, which are not the driver's to explain. */
function isDriverError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'SqliteError' || 'code' in error);
}

function targetOf(params: SqliteSinkParams, runId: string): string {
  return params.mode === 'replace' ? stagingName(params, runId) : params.table;
}

/** The file with all tables that the writer needs. */
async function openTarget(params: SqliteSinkParams, context: SinkContext): Promise<Database> {
  const { file, createSql, mode } = params;
  const database = await openDatabase(file, { side: 'sink', write: true, create: createSql !== null });
  try {
    await withPatience(() => prepareTables(database, params, context.runId), { budgetMs: context.settings['sink.outage.budget'], waited: context.waited });
    return database;
  } catch (error) {
    database.close();
    throw sqliteError(error, file, 'sink');
  }

  function prepareTables(target: Database, { table }: SqliteSinkParams, runId: string): void {
    target.transaction(() => {
      if (createSql !== null && !hasTable(target, table)) target.exec(createSql);
      const staging = stagingName(params, runId);
      if (mode === 'replace' && !hasTable(target, staging)) for (const sql of cloneSql(target, table, staging)) target.exec(sql);
    }).immediate();
  }
}

async function finish(json: JsonObject, context: SlotContext, work: (database: Database, params: SqliteSinkParams) => void): Promise<void> {
  const params = json as unknown as SqliteSinkParams;
  const { file } = params;
  try {
    const database = await openDatabase(file, { side: 'sink', write: true });
    try {
      await withPatience(() => database.transaction(() => work(database, params)).immediate(), { budgetMs: context.settings['sink.outage.budget'] });
    } finally {
      database.close();
    }
  } catch (error) {
    throw sqliteError(error, file, 'sink');
  }
}

/** A staging table that is gone was published before; without a single split there was none, and the result is no rows. */
function publish(database: Database, params: SqliteSinkParams, committables: readonly Committable[], runId: string): void {
  if (params.mode === 'replace') {
    const target = `main.${quoteName(params.table)}`;
    const staging = stagingName(params, runId);
    const staged = hasTable(database, staging);
    if (staged || committables.length === 0) database.exec(`DELETE FROM ${target}`);
    if (staged) {
      const list = params.columns.map(quoteName).join(', ');
      database.exec(`INSERT INTO ${target} (${list}) SELECT ${list} FROM main.${quoteName(staging)}`);
    }
  }
  discard(database, params, runId);
}

function discard(database: Database, params: SqliteSinkParams, runId: string): void {
  database.exec(`DROP TABLE IF EXISTS main.${quoteName(stagingName(params, runId))}`);
  if (!hasTable(database, LEDGER)) return;
  database.prepare(`DELETE FROM main.${LEDGER} WHERE run = ? AND sink = ?`).run(runId, params.sinkId);
  if (database.prepare(`SELECT 1 FROM main.${LEDGER} LIMIT 1`).get() === undefined) database.exec(`DROP TABLE main.${LEDGER}`);
}

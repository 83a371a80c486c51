/**
 * The sqlite sink. While a split runs, its rows wait in a temporary table of the slot's own connection and the file is not
 * locked; at its end one transaction moves them.
 *
 *     write ─▶ temp.etl_rows ─▶ endSplit: BEGIN IMMEDIATE · ledger · INSERT … SELECT · COMMIT ─▶ target
 *
 * append and replace note the split in the ledger within that transaction, so that a split whose success was not heard of
 * is not moved twice. replace, and whatever is to be atomic, moves to a staging table in the file, which `commit` publishes in
 * one transaction.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MAX_BATCH_ROWS, fieldIndex, type Batch } from '../../columnar/batch.js';
import { isValid } from '../../columnar/column.js';
import { createBuilder } from '../../columnar/column-builder.js';
import { ValueError } from '../../columnar/row-errors.js';
import { EtlError } from '../../errors/etl-error.js';
import type { AttemptId, Committable, SinkContext, SinkModule, SinkWriter } from '../connector.js';
import { cellBinder } from './cell-binder.js';
import { cellReader, type SqliteValue } from './cell-reader.js';
import { abortRun, commitRun } from './finish-run.js';
import { openDatabase, type Database, type Statement } from './open-database.js';
import type { SqliteSinkParams } from './sink-params.js';
import { isConstraint, isRowError, sqliteError } from './sqlite-error.js';
import { runMark } from './run-mark.js';
import { LEDGER, cloneSql, createLedgerSql, hasTable, moveSql, stagingName } from './target-table.js';
import { withPatience } from './with-patience.js';

export const sqliteSink: SinkModule = {
  openSink: async (json, _input, context) => {
    const params = json as unknown as SqliteSinkParams;
    const database = await openTarget(params, context);
    return new SqliteSinkWriter(database, params, context);
  },
  commit: commitRun,
  abort: abortRun,
};

/** A staged row that the target did not take. */
interface Refusal {
  readonly rowid: string;
  readonly sqlState: string;
  readonly message: string;
}

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
    this.move = database.prepare(moveSql(params, targetOf(params, runMark(context))));
  }

  beginSplit(attempt: AttemptId, signal?: AbortSignal): Promise<void> {
    this.attempt = attempt;
    this.signal = signal;
    this.forget();
    return Promise.resolve();
  }

  async write(batch: Batch): Promise<void> {
    const binders = batch.columns.map(cellBinder);
    const keys = this.params.keys.map((name) => batch.columns[fieldIndex(batch.schema, name)]);
    const values: SqliteValue[] = new Array<SqliteValue>(binders.length);
    const { selection } = batch;
    const count = selection === null ? batch.length : selection.length;
    await this.attempted(() => {
      this.database.exec('BEGIN');
      for (let i = 0; i < count; i++) {
        const row = selection === null ? i : selection[i];
        // NULLs differ from each other in a unique index: such a row would be there once more with every repetition.
        if (keys.some((column) => !isValid(column, row))) {
          this.context.reject(batch, row, { code: 'ETL-5110', sqlState: '22004', message: 'the key is NULL' });
          continue;
        }
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
    const refused = await this.attempted(async () => {
      await this.patiently(() => this.database.exec('BEGIN IMMEDIATE'));
      let refusals = this.findInLedger();
      if (refusals === null) {
        refusals = await this.moveRows();
        this.enterLedger(refusals);
      } else {
        for (const refusal of refusals) this.reject(refusal);
      }
      await this.patiently(() => this.database.exec('COMMIT'));
      return refusals.length;
    });
    this.context.written(Number(this.staged) - refused);
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

  /** What an attempt that moved this split already had to leave out; null if there was none. */
  private findInLedger(): Refusal[] | null {
    if (this.params.mode === 'upsert') return null;
    // Here, not when the sink opens: another run that ends takes an empty ledger away.
    this.database.exec(createLedgerSql);
    const found = this.database
      .prepare(`SELECT refusals FROM main.${LEDGER} WHERE run = ? AND sink = ? AND vertex = ? AND split = ?`)
      .pluck()
      .get(...this.ledgerKey());
    return found === undefined ? null : (JSON.parse(found as string) as Refusal[]);
  }

  private enterLedger(refusals: readonly Refusal[]): void {
    if (this.params.mode === 'upsert') return;
    this.database
      .prepare(`INSERT INTO main.${LEDGER} VALUES (?, ?, ?, ?, ?)`)
      .run(...this.ledgerKey(), JSON.stringify(refusals));
  }

  private ledgerKey(): readonly SqliteValue[] {
    const { vertex, split } = this.attempt!;
    return [runMark(this.context), this.params.sinkId, vertex, BigInt(split)];
  }

  /** In slices, so that heartbeats go out between them. Gives the rows that the target refused. */
  private async moveRows(): Promise<Refusal[]> {
    const end = this.database.prepare('SELECT max(rowid) FROM temp.etl_rows').pluck().get() as bigint;
    const slice = BigInt(MAX_BATCH_ROWS);
    const refusals: Refusal[] = [];
    for (let from = 0n; from < end; from += slice) {
      const to = from + slice < end ? from + slice : end;
      try {
        this.move.run(from, to);
      } catch (error) {
        if (!isRowError(error)) throw error;
        this.moveOneByOne(from, to, refusals);
      }
      await nextTurn();
      this.signal?.throwIfAborted();
    }
    return refusals;
  }

  private moveOneByOne(from: bigint, to: bigint, refusals: Refusal[]): void {
    for (let rowid = from + 1n; rowid <= to; rowid++) {
      try {
        this.move.run(rowid - 1n, rowid);
      } catch (error) {
        if (!isRowError(error)) throw error;
        const sqlState = isConstraint(error) ? '23000' : '22000';
        const refusal = { rowid: String(rowid), sqlState, message: this.messageOf(error as Error) };
        this.reject(refusal);
        refusals.push(refusal);
      }
    }
  }

  /** The user knows the target, not the table in which its rows wait. */
  private messageOf({ message }: Error): string {
    return message.replaceAll(targetOf(this.params, runMark(this.context)), this.params.table);
  }

  private reject({ rowid, sqlState, message }: Refusal): void {
    this.context.reject(this.stagedRow(BigInt(rowid)), 0, { code: 'ETL-5201', sqlState, message });
  }

  /** A staged row as a batch again: that it came from is gone. */
  private stagedRow(rowid: bigint): Batch {
    const values = this.database
      .prepare('SELECT * FROM temp.etl_rows WHERE rowid = ?')
      .raw()
      .get(rowid) as SqliteValue[];
    const columns = this.params.input.fields.map(({ type }, i) => {
      const builder = createBuilder(type, 1);
      cellReader(type)(values[i], builder);
      return builder.finish();
    });
    return { schema: this.params.input, columns, length: 1, selection: null };
  }

  private patiently(work: () => unknown): Promise<unknown> {
    return withPatience(work, {
      budgetMs: this.context.settings['sink.outage.budget'],
      signal: this.signal,
      waited: this.context.waited,
    });
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

function targetOf(params: SqliteSinkParams, run: string): string {
  return params.isStaged ? stagingName(params, run) : params.table;
}

/** The file with all tables that the writer needs. */
async function openTarget(params: SqliteSinkParams, context: SinkContext): Promise<Database> {
  const { file, createSql, isStaged } = params;
  if (createSql !== null) makeFolder(file);
  const database = await openDatabase(file, { side: 'sink', write: true, create: createSql !== null });
  try {
    await withPatience(() => prepareTables(database, params, runMark(context)), {
      budgetMs: context.settings['sink.outage.budget'],
      waited: context.waited,
    });
    return database;
  } catch (error) {
    database.close();
    throw sqliteError(error, file, 'sink');
  }

  function prepareTables(target: Database, { table }: SqliteSinkParams, run: string): void {
    target
      .transaction(() => {
        if (createSql !== null && !hasTable(target, table)) target.exec(createSql);
        const staging = stagingName(params, run);
        if (isStaged && !hasTable(target, staging))
          for (const sql of cloneSql(target, table, staging)) target.exec(sql);
      })
      .immediate();
  }
}

function makeFolder(file: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    throw new EtlError('ETL-4201', `SQLite ${file}: ${(error as Error).message}`, { cause: error });
  }
}

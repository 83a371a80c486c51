/**
 * Asks an SQLite file for the rows of some keys: one statement, prepared once, run for key after key. It is this process that
 * looks them up, so it lets others have their turn now and then.
 */
import { setImmediate as otherTurns } from 'node:timers/promises';
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch } from '../../columnar/batch.js';
import { isValid, type Column } from '../../columnar/column.js';
import { ByteWriter } from '../../columnar/byte-writer.js';
import { ValueError } from '../../columnar/row-errors.js';
import { textWriter } from '../../columnar/write-text.js';
import type { FindOptions, FoundRows, JsonObject, LookupModule, LookupReader, SlotContext } from '../connector.js';
import { cellBinder, type CellBinder } from './cell-binder.js';
import type { SqliteValue } from './cell-reader.js';
import { keyBind, lookupSql, type LookupParams } from './lookup-params.js';
import { openDatabase, type Database, type Statement } from './open-database.js';
import { RowBuilders, type Row } from './row-builders.js';
import { bindValues } from './sql-text.js';
import { sqliteError } from './sqlite-error.js';
import { withPatience } from './with-patience.js';

const LONGEST_TURN_MS = 25;

export const sqliteLookup: LookupModule = {
  openLookup: (params: JsonObject, context: SlotContext): Promise<LookupReader> =>
    Promise.resolve(new SqliteLookup(params as unknown as LookupParams, context)),
};

class SqliteLookup implements LookupReader {
  private database: Database | null = null;
  private statement: Statement | null = null;

  constructor(
    private readonly params: LookupParams,
    private readonly context: SlotContext,
  ) {}

  async *find(keys: Batch, { signal, reject }: FindOptions): AsyncGenerator<FoundRows> {
    signal.throwIfAborted();
    const { params, context } = this;
    const settings = context.settings;
    let key = 0;
    const rows = new RowBuilders(params.columns, settings['source.max-row-bytes'], (sqlState, message) =>
      reject(key, sqlState, message),
    );
    let ofRow: number[] = [];
    const finish = (): FoundRows => {
      const found = { rows: rows.finish(), keys: Int32Array.from(ofRow) };
      ofRow = [];
      return found;
    };
    try {
      const statement = await this.prepare();
      const bindKey = keyBinder(keys);
      const fixed = bindValues(params.binds);
      let turn = performance.now();
      for (; key < keys.length; key++) {
        const own = bindKey(key);
        if (own === null) continue;
        const found = await withPatience(() => statement.all({ ...fixed, ...own }) as Row[], {
          budgetMs: settings['source.idle.timeout'],
          signal,
        });
        for (const row of found) {
          const before = rows.length;
          rows.append(row);
          if (rows.length > before) ofRow.push(key);
          if (rows.length >= MAX_BATCH_ROWS || rows.byteSize >= TARGET_BATCH_BYTES) yield finish();
        }
        if (performance.now() - turn < LONGEST_TURN_MS) continue;
        await otherTurns();
        turn = performance.now();
        signal.throwIfAborted();
      }
      if (rows.length > 0) yield finish();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw sqliteError(error, params.file, 'source');
    }
  }

  close(): Promise<void> {
    this.database?.close();
    this.database = this.statement = null;
    return Promise.resolve();
  }

  private async prepare(): Promise<Statement> {
    this.database ??= await openDatabase(this.params.file, { side: 'source' });
    return (this.statement ??= this.database.prepare(lookupSql(this.params)).raw());
  }
}

/** The values of a key by name; null for one that SQLite cannot hold, and so has nothing for. */
function keyBinder({ columns }: Batch): (row: number) => Record<string, SqliteValue> | null {
  const binders = columns.map((column) => (isExact(column) ? numberBinder(column) : cellBinder(column)));
  return (row) => {
    try {
      return Object.fromEntries(binders.map((bind, i) => [keyBind(i), bind(row)]));
    } catch (error) {
      if (error instanceof ValueError) return null;
      throw error;
    }
  };
}

function isExact({ type }: Column): boolean {
  return type.kind === 'numeric' || type.kind === 'decimal';
}

/** As a number of SQLite's, which a column without a type does not make of a text. */
function numberBinder(column: Column): CellBinder {
  const out = new ByteWriter(64);
  const write = textWriter(column);
  return (row) => {
    if (!isValid(column, row)) return null;
    out.clear();
    write(row, out);
    const text = out.view().toString();
    return /^-?\d{1,18}(\.0*)?$/.test(text) ? BigInt(text.split('.')[0]) : Number(text);
  };
}

/**
 * Asks PostgreSQL for the rows of some keys: one connection, one statement a request, its keys as arrays, its rows read into columns.
 *
 * Whatever ends a request early (an error, a signal, a consumer that has enough) also ends the connection, and what the server was
 * doing for it.
 */
import { MAX_BATCH_ROWS, type Batch, type Schema } from '../../columnar/batch.js';
import { int64ToNumber, type Int64Column } from '../../columnar/column.js';
import { compactBatch } from '../../columnar/take.js';
import { EtlError } from '../../errors/etl-error.js';
import type { FindOptions, FoundRows, JsonObject, LookupModule, LookupReader, SlotContext } from '../connector.js';
import { BatchMaker } from './batch-maker.js';
import type { ConnectionConfig } from './config.js';
import { connectionOptions, type ConnectionOptions } from './connection-options.js';
import { DataRowFieldFinder } from './find-fields.js';
import { keyArrays } from './key-arrays.js';
import { lookupStatement, type LookupParams } from './lookup-params.js';
import { DATA_ROW } from './message-scanner.js';
import { RowStream, statementProtocol } from './row-stream.js';
import { Session, sessionName } from './session.js';
import { checkSchema } from './source.js';

export const postgresLookup: LookupModule = {
  openLookup: (params: JsonObject, context: SlotContext): Promise<LookupReader> =>
    Promise.resolve(new PostgresLookup(params as unknown as LookupParams, context)),
};

class PostgresLookup implements LookupReader {
  private readonly options: ConnectionOptions;
  private readonly statement: string;
  private readonly doing: string;
  /** Of an answer: the number of the key, from 1, and what is wanted. */
  private readonly answer: Schema;
  private session: Session | null = null;

  constructor(
    private readonly params: LookupParams,
    private readonly context: SlotContext,
  ) {
    this.options = connectionOptions(params.connection as ConnectionConfig, context.baseDir);
    this.statement = lookupStatement(params);
    this.doing = `lookup "${params.id}"`;
    this.answer = { fields: [{ name: '#n', type: { kind: 'int64' }, nullable: false }, ...params.columns.fields] };
  }

  async *find(keys: Batch, { signal, reject }: FindOptions): AsyncGenerator<FoundRows> {
    const { answer, doing, statement } = this;
    const session = await this.connect(signal);
    let stream: RowStream | null = null;
    let finished = false;
    try {
      stream = new RowStream({
        session,
        statement: { sql: statement, values: keyArrays(keys) },
        maker: new BatchMaker(
          answer,
          new DataRowFieldFinder(answer.fields.length),
          MAX_BATCH_ROWS,
          rejectKey(reject, doing),
        ),
        rowCode: DATA_ROW,
        protocol: statementProtocol,
        maxRowBytes: this.context.settings['source.max-row-bytes'],
        doing,
        signal,
      });
      session.submit(stream);
      for (let batch = await stream.next(); batch !== null; batch = await stream.next()) yield this.found(batch);
      finished = true;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      stream?.close();
      if (!finished) {
        this.session = null;
        await session.cancel();
      }
    }
  }

  async close(): Promise<void> {
    const { session } = this;
    this.session = null;
    await session?.close();
  }

  private found(given: Batch): FoundRows {
    const { columns, length } = compactBatch(given);
    const [numbers, ...found] = columns;
    const { words } = numbers as Int64Column;
    const keys = Int32Array.from({ length }, (_, row) => int64ToNumber(words, row) - 1);
    return { rows: { schema: this.params.columns, columns: found, length, selection: null }, keys };
  }

  private async connect(signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted();
    if (this.session !== null && this.session.broken === null) return this.session;
    const { settings, runId, slot } = this.context;
    const { id, searchPath, serverTypes } = this.params;
    const session = await Session.open(
      {
        options: this.options,
        idleMs: settings['source.idle.timeout'],
        applicationName: sessionName(this.options.applicationName, runId, `${id}/slot ${slot}`),
        searchPath,
      },
      signal,
    );
    // A wait that is not a stream's own must end with the signal, too.
    const onAbort = (): void => session.destroy();
    signal.addEventListener('abort', onAbort);
    try {
      const [, ...columns] = await session.describe(this.statement, this.doing);
      await checkSchema(session, serverTypes, columns, this.doing);
      return (this.session = session);
    } catch (error) {
      session.destroy();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** The text of a row that cannot be read begins with the number of its key. */
function rejectKey(reject: FindOptions['reject'], doing: string) {
  return (sqlState: string, message: string, text: string): void => {
    const number = /^(\d+)(?:\t|$)/.exec(text)?.[1];
    if (number === undefined) throw new EtlError('ETL-4108', `${doing}: ${message}`, { sqlState });
    reject(Number(number) - 1, sqlState, message);
  };
}

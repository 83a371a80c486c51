/**
 * Reads splits in a slot: one connection, used from split to split, each split in a transaction of its own.
 *
 *     BEGIN REPEATABLE READ READ ONLY · join the run's snapshot · is the schema what was planned? · rows · COMMIT
 *
 * Whatever ends a split early (an error, a consumer that has enough, an abort) also ends the connection, and what the
 * server was doing for it; the next split opens another.
 */
import { MAX_BATCH_ROWS, type Batch, type Schema } from '../../columnar/batch.js';
import { EtlError } from '../../errors/etl-error.js';
import type { JsonObject, ReadOptions, SlotContext, SourceModule, SourceReader } from '../connector.js';
import type { Split } from '../../split/split.js';
import { BatchMaker } from './batch-maker.js';
import type { ConnectionConfig } from './config.js';
import { connectionOptions, type ConnectionOptions } from './connection-options.js';
import type { ServerColumn } from './describe-query.js';
import { CopyFieldFinder, DataRowFieldFinder } from './find-fields.js';
import { COPY_DATA, DATA_ROW } from './message-scanner.js';
import { describableStatement, splitStatement, type ReadParams } from './read-sql.js';
import { resolveTypes } from './resolve-types.js';
import { copyProtocol, portalProtocol, RowStream } from './row-stream.js';
import { Session, sessionName } from './session.js';
import { snapshotId } from './snapshot-holder.js';
import { quoteText } from './sql-text.js';

export const source: SourceModule = {
  openSource: (params: JsonObject, context: SlotContext): Promise<SourceReader> =>
    Promise.resolve(new PostgresReader(params as unknown as ReadParams, context)),
};

class PostgresReader implements SourceReader {
  private readonly options: ConnectionOptions;
  private readonly schema: Schema;
  private session: Session | null = null;

  constructor(
    private readonly params: ReadParams,
    private readonly context: SlotContext,
  ) {
    this.options = connectionOptions(params.connection as ConnectionConfig, context.baseDir);
    this.schema = params.schema;
  }

  async *read(split: Split, options: ReadOptions): AsyncGenerator<Batch> {
    const { attempt, signal } = options;
    const doing = `reading split ${split.index}`;
    signal.throwIfAborted();
    const session = await this.connect(attempt.vertex, signal);
    let finished = false;
    let stream: RowStream | null = null;
    // A wait that is not the stream's own must end with the signal, too.
    const onAbort = (): void => void session.cancel();
    signal.addEventListener('abort', onAbort);
    try {
      await this.begin(session, options, split);
      const { params, schema } = this;
      const statement = splitStatement(params, split, options.limit);
      const isCopy = params.read === 'copy';
      const columns = schema.fields.length;
      const finder = isCopy ? new CopyFieldFinder(columns) : new DataRowFieldFinder(columns);
      const maker = new BatchMaker(schema, finder, Math.min(params.fetchSize, MAX_BATCH_ROWS), options.reject);
      stream = new RowStream({
        session,
        statement,
        maker,
        rowCode: isCopy ? COPY_DATA : DATA_ROW,
        protocol: isCopy ? copyProtocol : portalProtocol(params.fetchSize),
        maxRowBytes: this.context.settings['source.max-row-bytes'],
        doing,
        signal,
      });
      session.submit(stream);
      for (let batch = await stream.next(); batch !== null; batch = await stream.next()) yield batch;
      stream.close();
      await session.query('COMMIT', doing);
      finished = true;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', onAbort);
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

  private async connect(vertex: string, signal: AbortSignal): Promise<Session> {
    if (this.session !== null && this.session.broken === null) return this.session;
    const { settings, runId, slot } = this.context;
    this.session = await Session.open(
      {
        options: this.options,
        idleMs: settings['source.idle.timeout'],
        applicationName: sessionName(this.options.applicationName, runId, `${vertex}/slot ${slot}`),
        searchPath: this.params.searchPath,
      },
      signal,
    );
    return this.session;
  }

  private async begin(session: Session, { attempt, snapshot }: ReadOptions, split: Split): Promise<void> {
    const doing = `reading split ${split.index}`;
    const name = sessionName(
      this.options.applicationName,
      this.context.runId,
      `${attempt.vertex}/${attempt.split}.${attempt.attempt}`,
    );
    const id = snapshotId(snapshot);
    const join = id === null ? '' : `; SET TRANSACTION SNAPSHOT ${quoteText(id)}`;
    const setName = `; SET LOCAL application_name = ${quoteText(name)}`;
    await session.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY${join}${setName}`, doing);
    // Describing locks the tables until COMMIT: what is checked here is what the statement will give.
    const columns = await session.describe(describableStatement(this.params), doing);
    await checkSchema(session, this.params.serverTypes, columns, doing);
  }
}

/** @throws EtlError ETL-4105 naming the columns that differ */
export async function checkSchema(
  session: Session,
  planned: ReadParams['serverTypes'],
  found: readonly ServerColumn[],
  doing: string,
): Promise<void> {
  const changed = planned.filter(({ name, oid, typmod }, i) => {
    const now = found[i];
    return now?.name !== name || now.oid !== oid || now.typmod !== typmod;
  });
  if (changed.length === 0 && planned.length === found.length) return;
  const types = await resolveTypes(session, found, doing);
  const changes = changed.map(({ name, serverName }) => {
    const now = found.findIndex((column) => column.name === name);
    return `${name} was ${serverName}, is ${now < 0 ? 'gone' : `now ${types[now].serverName}`}`;
  });
  const { address } = session.request.options;
  throw new EtlError('ETL-4105', `postgres ${address}: the columns are not what was planned: ${changes.join('; ')}`);
}

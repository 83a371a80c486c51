/**
 * One connection to a server, made safe to wait for.
 *
 * Every wait has an end: an answer, an error, or ETL-4103 after `idleMs` without one, and then the socket is destroyed.
 * A session whose connection failed is never used again. Values are the server's own text; the session can only read.
 */
import type { Client, Connection, Submittable } from 'pg';
import type { Socket } from 'node:net';
import { EtlError, type ErrorPlace } from '../../errors/etl-error.js';
import { classifyError } from './classify-error.js';
import type { ConnectionOptions } from './connection-options.js';
import { DescribeQuery, type ServerColumn } from './describe-query.js';

/** The parts of the driver that its types leave out. */
export type DriverConnection = Connection & {
  stream: Socket;
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
};
type DriverClient = Client & { connection: DriverConnection; processID: number; secretKey: number };

export interface SessionRequest {
  readonly options: ConnectionOptions;
  /** `source.idle.timeout`. */
  readonly idleMs: number;
  readonly applicationName: string;
  /** Names in the user's own SQL are looked up where the role's search_path says; ours are qualified. */
  readonly searchPath: 'pg_catalog' | 'role';
}

const rawText = { getTypeParser: () => (text: string) => text };

export class Session {
  /** Why the session cannot be used any more. */
  broken: Error | null = null;
  private turn: Promise<void> = Promise.resolve();
  private cancelled: Promise<void> | null = null;

  private constructor(
    private readonly client: DriverClient,
    readonly request: SessionRequest,
    private readonly newConnection: (config: object) => DriverConnection,
    /** Does this connection use TLS? Known after `prefer` was tried. */
    readonly usesTls: boolean,
  ) {
    client.on('error', (error) => void (this.broken ??= error));
    client.on('end', () => void (this.broken ??= new Error('the connection was closed')));
  }

  /** Connects and fixes what the values look like. Throws EtlError; leaves nothing open then. */
  static async open(request: SessionRequest, signal?: AbortSignal): Promise<Session> {
    const { default: pg } = await import('pg');
    const newConnection = (config: object): DriverConnection => new pg.Connection(config) as DriverConnection;
    const connect = async (ssl: ConnectionOptions['client']['ssl']): Promise<Session> => {
      const client = new pg.Client({
        ...request.options.client,
        ssl,
        keepAlive: true,
        keepAliveInitialDelayMillis: 10_000,
        application_name: request.applicationName,
        client_encoding: 'UTF8',
        types: rawText as never,
      }) as DriverClient;
      const session = new Session(client, request, newConnection, ssl !== false);
      await session.within(client.connect(), 'connecting', undefined, undefined, signal);
      return session;
    };
    const { ssl } = request.options.client;
    const session = await connect(ssl).catch((error: unknown) => {
      if (
        !request.options.mayFallBackToPlain ||
        !(error instanceof EtlError) ||
        !/does not support SSL/.test(error.message)
      )
        throw error;
      return connect(false);
    });
    await session.query(sessionSettings(request.searchPath), 'setting up the session');
    return session;
  }

  /** Rows as arrays of the server's text. `doing` is for messages. */
  async query(
    sql: string,
    doing: string,
    values?: readonly (string | null)[],
    at?: ErrorPlace,
  ): Promise<(string | null)[][]> {
    return this.inTurn(async () => {
      const answer = this.client.query({ text: sql, values: values as unknown[] | undefined, rowMode: 'array' });
      const result = await this.within(answer, doing, sql, at);
      return (Array.isArray(result) ? result.at(-1) : result).rows as (string | null)[][];
    });
  }

  /** The columns of a statement's result, without executing it. */
  async describe(sql: string, doing: string, at?: ErrorPlace): Promise<ServerColumn[]> {
    return this.inTurn(async () => {
      const query = new DescribeQuery(sql);
      this.client.query(query);
      return this.within(query.columns, doing, sql, at);
    });
  }

  /** One statement at a time; who waits for its turn is not yet waiting for the server. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.turn;
    let done = (): void => undefined;
    this.turn = new Promise((resolve) => (done = resolve));
    await before;
    try {
      return await work();
    } finally {
      done();
    }
  }

  /** Waits for the server, but no longer than it may be silent. */
  async within<T>(answer: Promise<T>, doing: string, sql?: string, at?: ErrorPlace, signal?: AbortSignal): Promise<T> {
    const { idleMs, options } = this.request;
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const stop = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(silence(options, doing, idleMs, at)), idleMs);
      onAbort = () => reject(signal!.reason as Error);
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort);
    });
    try {
      return await Promise.race([answer, stop]);
    } catch (error) {
      answer.catch(() => undefined);
      if (!isStatementError(error)) this.destroy();
      if (signal?.aborted === true) throw error;
      throw this.explain(error, doing, sql, at);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort!);
    }
  }

  explain(error: unknown, doing: string, sql?: string, at?: ErrorPlace): EtlError {
    return classifyError(error, { options: this.request.options, doing, sql, at });
  }

  submit(query: Submittable): void {
    this.client.query(query);
  }

  get socket(): Socket {
    return this.client.connection.stream;
  }

  /** Stops what the server is doing for this session, over a connection of its own, and closes. Never throws, never hangs. */
  cancel(): Promise<void> {
    return (this.cancelled ??= this.sendCancel());
  }

  private async sendCancel(): Promise<void> {
    const { options, idleMs } = this.request;
    const { processID, secretKey } = this.client;
    this.destroy();
    if (!processID) return;
    const ssl = this.usesTls ? options.client.ssl : false;
    const connection = this.newConnection({ ssl });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(idleMs, 5_000));
      const send = (): void => connection.cancel(processID, secretKey);
      connection.on('connect', () => (ssl === false ? send() : connection.requestSsl()));
      connection.on('sslconnect', send);
      // The server closes this connection when it has passed the request on.
      for (const event of ['end', 'error']) connection.on(event, () => (clearTimeout(timer), resolve()));
      const { host, port } = options.client;
      if (host!.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
      else connection.connect(port!, host);
    });
    connection.stream.destroy();
  }

  /** Closes at once, whatever is under way. */
  destroy(): void {
    this.broken ??= new Error('the session was given up');
    this.socket.destroy();
  }

  /** Says goodbye if there is somebody to say it to. Never throws, never hangs. */
  async close(): Promise<void> {
    if (this.broken !== null) return this.destroy();
    this.broken = new Error('the session was closed');
    await this.within(this.client.end(), 'closing').catch(() => undefined);
  }
}

/** The server refused one statement, and would take another. */
function isStatementError(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
}

export function silence(options: ConnectionOptions, doing: string, idleMs: number, at?: ErrorPlace): EtlError {
  return new EtlError('ETL-4103', `postgres ${options.address}: ${doing}: no byte for ${idleMs / 1000} s`, {
    at,
    hint: 'source.idle.timeout is how long a source may be silent; raise it for statements that sort before their first row',
  });
}

/** One message: values look the same whatever the role, the database or the server is set to. */
function sessionSettings(searchPath: SessionRequest['searchPath']): string {
  const settings: Record<string, string> = {
    default_transaction_read_only: 'on',
    timezone: 'UTC',
    datestyle: 'ISO, YMD',
    intervalstyle: 'postgres',
    extra_float_digits: '1',
    bytea_output: 'hex',
    xmloption: 'content',
    standard_conforming_strings: 'on',
    synchronize_seqscans: 'off',
    max_parallel_workers_per_gather: '0',
    statement_timeout: '0',
    lock_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    ...(searchPath === 'pg_catalog' && { search_path: 'pg_catalog' }),
  };
  return Object.entries(settings)
    .map(([name, value]) => `SET ${name} = ${value === '' ? "''" : `'${value}'`}`)
    .join('; ');
}

/** PostgreSQL cuts names at 63 bytes; we cut the run so that split and attempt stay. */
export function sessionName(prefix: string, runId: string, rest: string): string {
  const tail = `/${rest}`.slice(-(62 - prefix.length));
  return `${prefix}/${runId.slice(0, Math.max(0, 62 - prefix.length - tail.length))}${tail}`.slice(0, 63);
}

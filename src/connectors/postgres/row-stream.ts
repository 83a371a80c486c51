/**
 * The rows of one statement as batches, straight from the socket.
 *
 * While it runs, the stream takes over the socket's `data` from the driver and gives it every message that is not a row.
 * At most one finished batch waits for the consumer; then the socket is paused, and TCP makes the server wait. `next`
 * never hangs: no byte for `idleMs` while we listen is ETL-4103. After an error the session is not usable any more.
 */
import type { Connection, Submittable } from 'pg';
import type { Batch } from '../../columnar/batch.js';
import { EtlError, toEtlError } from '../../errors/etl-error.js';
import type { BatchMaker } from './batch-maker.js';
import { MessageScanner } from './message-scanner.js';
import { silence, type DriverConnection, type Session } from './session.js';

export interface Statement {
  readonly sql: string;
  /** A statement for COPY takes none; for a portal, `$1` … in text form. */
  readonly values: readonly (string | null)[];
}

export interface RowStreamRequest {
  readonly session: Session;
  readonly statement: Statement;
  readonly maker: BatchMaker;
  /** The code of the messages that are rows: COPY data or DataRow. */
  readonly rowCode: number;
  /** How the statement is sent, and what follows when the server stops before its end. */
  readonly protocol: Protocol;
  readonly maxRowBytes: number;
  readonly doing: string;
  readonly signal: AbortSignal;
}

export interface Protocol {
  start(connection: Connection, statement: Statement): void;
  /** The portal has more rows. */
  suspended(connection: Connection): void;
  /** The server has sent the last row and says how many (`COPY 3`). Null: it does not say. */
  complete(connection: Connection, tag: string): number | null;
}

type DataListener = (chunk: Buffer) => void;

export class RowStream implements Submittable {
  private connection: DriverConnection | null = null;
  private driverListener: DataListener | null = null;
  private readonly scanner: MessageScanner;
  /** What is left of a chunk after the batch was full. */
  private rest: { readonly bytes: Buffer; at: number } | null = null;
  private ready: Batch | null = null;
  private announced: number | null = null;
  private ended = false;
  private failure: unknown = null;
  private wake: (() => void) | null = null;
  private lastByteMs = performance.now();
  private readonly idleTimer: NodeJS.Timeout;
  private readonly onAbort = (): void => this.fail(this.request.signal.reason);

  constructor(private readonly request: RowStreamRequest) {
    const { maker, rowCode, maxRowBytes, session, signal } = request;
    this.scanner = new MessageScanner(rowCode, maker, maxRowBytes, (message) => this.driverListener!(message));
    const { idleMs } = session.request;
    // Looks a few times per limit: a clock read per chunk is cheaper than a timer reset per chunk.
    this.idleTimer = setInterval(() => this.checkSilence(), Math.max(10, idleMs / 8));
    signal.addEventListener('abort', this.onAbort);
    if (signal.aborted) this.onAbort();
  }

  /** The next batch, or null after the last one. Throws EtlError, or the signal's reason. */
  async next(): Promise<Batch | null> {
    for (;;) {
      if (this.failure !== null) throw this.failure;
      if (this.ready !== null) return this.take();
      if (this.ended) return null;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Has the server answered completely, so that the session can be used on? */
  get isComplete(): boolean {
    return this.ended && this.failure === null;
  }

  /** Stops listening. An unfinished stream leaves the session unusable. */
  close(): void {
    clearInterval(this.idleTimer);
    this.request.signal.removeEventListener('abort', this.onAbort);
    if (!this.isComplete) this.request.session.destroy();
  }

  private take(): Batch {
    const batch = this.ready!;
    this.ready = null;
    this.lastByteMs = performance.now();
    this.advance();
    return batch;
  }

  // ── called by the driver ──────────────────────────────────────────────────────────────────────────────────────────

  submit(connection: Connection): void {
    this.connection = connection as DriverConnection;
    const { stream } = this.connection;
    const listeners = stream.listeners('data') as DataListener[];
    if (listeners.length !== 1)
      throw new EtlError('ETL-9001', `the driver listens ${listeners.length} times to its socket`);
    this.driverListener = listeners[0];
    stream.removeListener('data', this.driverListener);
    stream.on('data', this.onData);
    this.lastByteMs = performance.now();
    this.request.protocol.start(connection, this.request.statement);
  }

  handleRowDescription(): void {}
  handleCopyInResponse(): void {
    this.fail(new EtlError('ETL-4109', `${this.request.doing}: the server wants to be sent rows`));
  }

  handlePortalSuspended(): void {
    this.request.protocol.suspended(this.connection!);
  }

  handleCommandComplete(message: { text: string }): void {
    this.announced = this.request.protocol.complete(this.connection!, message.text);
  }

  handleReadyForQuery(): void {
    this.release();
    const { maker, doing } = this.request;
    if (this.announced !== null && this.announced !== maker.totalRows) {
      this.fail(
        new EtlError(
          'ETL-4109',
          `${doing}: the server says that it sent ${this.announced} rows, but ${maker.totalRows} arrived`,
        ),
      );
      return;
    }
    this.ready = maker.finish();
    this.ended = true;
    this.notify();
  }

  handleError(error: unknown): void {
    this.fail(error);
  }

  // ── the socket ────────────────────────────────────────────────────────────────────────────────────────────────────

  private readonly onData = (chunk: Buffer): void => {
    this.lastByteMs = performance.now();
    this.rest = { bytes: chunk, at: 0 };
    this.advance();
  };

  /** Scans what is there until a batch is full or more bytes are needed; then the socket is paused or goes on. */
  private advance(): void {
    if (this.failure !== null || this.ended) return;
    const { rest, scanner, request } = this;
    try {
      if (rest !== null) rest.at = scanner.scan(rest.bytes, rest.at);
    } catch (error) {
      this.fail(toEtlError(error)); // ours: a reject policy's, or a bug
      return;
    }
    if (rest !== null && rest.at === rest.bytes.length) this.rest = null;
    if (this.ended) return;
    if (request.maker.isFull) {
      this.ready = request.maker.finish();
      this.notify();
    }
    const { stream } = this.connection!;
    if (this.ready !== null) stream.pause();
    else stream.resume();
  }

  private checkSilence(): void {
    const isListening = this.ready === null && !this.ended;
    const { session, doing } = this.request;
    const { idleMs, options } = session.request;
    if (isListening && performance.now() - this.lastByteMs > idleMs) this.fail(silence(options, doing, idleMs));
  }

  private fail(error: unknown): void {
    if (this.failure !== null || this.isComplete) return;
    const { session, statement, doing, signal } = this.request;
    clearInterval(this.idleTimer);
    this.failure = signal.aborted ? signal.reason : session.explain(error, doing, statement.sql);
    this.notify();
  }

  /** Gives the socket back to the driver. */
  private release(): void {
    clearInterval(this.idleTimer);
    const { stream } = this.connection!;
    stream.removeListener('data', this.onData);
    stream.on('data', this.driverListener!);
    stream.resume(); // the end may have been found in what was left of a chunk, while the socket was paused
  }

  private notify(): void {
    this.wake?.();
    this.wake = null;
  }
}

/** `COPY (SELECT …) TO STDOUT`, in one message. */
export const copyProtocol: Protocol = {
  start: (connection, { sql }) => connection.query(sql),
  suspended: () => undefined,
  complete: (_, tag) => Number(/^COPY (\d+)/.exec(tag)?.[1] ?? NaN),
};

/**
 * A portal with bound parameters, `fetchRows` rows at a time. The next fetch is asked for when the message that ends the
 * last one is reached: that is after its last batch was taken, while the consumer works on it.
 */
export function portalProtocol(fetchRows: number): Protocol {
  const fetch = (connection: Connection): void => {
    connection.execute({ portal: '', rows: fetchRows as never }, true);
    connection.flush();
  };
  return {
    start: (connection, { sql, values }) => {
      connection.parse({ name: '', text: sql, types: [] }, true);
      connection.bind({ portal: '', values: [...values] }, true);
      fetch(connection);
    },
    suspended: fetch,
    complete: (connection) => {
      connection.sync();
      return null; // each fetch counts its own rows only
    },
  };
}

/** A statement with bound parameters, all its rows at once: everything is sent in one packet, so that it costs one round trip. */
export const statementProtocol: Protocol = {
  start: (connection, { sql, values }) => {
    const { stream } = connection as DriverConnection;
    stream.cork();
    connection.parse({ name: '', text: sql, types: [] }, true);
    connection.bind({ portal: '', values: [...values] }, true);
    connection.execute({ portal: '', rows: 0 as never }, true);
    connection.sync();
    stream.uncork();
  },
  suspended: () => undefined,
  complete: (_, tag) => Number(/^SELECT (\d+)/.exec(tag)?.[1] ?? NaN),
};

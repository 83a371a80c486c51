/**
 * A connection to Redis that carries raw bytes: ioredis does the handshake, then we take its socket over.
 *
 * Why not its commands: see decisions/2026-11-22-redis-raw-writes.md. Nothing is retried, queued or sent again here; a connection
 * that is lost stays lost, and says so once (`onLost`).
 */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { RedisOptions } from 'ioredis';
import { bulk } from './bulk-string.js';
import { firstWords } from './first-words.js';
import { addressName, type RedisAddress } from './redis-address.js';
import { replyText, ReplyScanner, type ReplyReceiver } from './reply-scanner.js';

/** The server answered with an error; `message` is its text without the leading `-`. */
export class RedisReplyError extends Error {}

/** Replies that belong to commands written with `write`. */
export interface ConnectionEvents {
  oks(count: number): void;
  /** The reply itself is `bytes[start, end)`. */
  reply(error: string | null, bytes: Buffer, start: number, end: number): void;
  drained(): void;
  lost(reason: string): void;
}

interface Question {
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export class RedisConnection implements ReplyReceiver {
  private readonly scanner = new ReplyScanner(this);
  private readonly questions: Question[] = [];
  private events: ConnectionEvents | null = null;
  private lostReason: string | null = null;

  constructor(
    private readonly socket: Socket,
    /** `INFO server`, `memory`, `replication` … as it was at the start; empty where the account may not ask. */
    readonly info: ReadonlyMap<string, string>,
    readonly clientId: string | null,
  ) {
    socket.removeAllListeners('data');
    socket.on('data', (data: Buffer) => this.take(data));
    socket.on('drain', () => this.events?.drained());
    socket.on('error', (error) => this.lose(error.message));
    socket.on('close', () => this.lose('the connection was closed'));
    if (socket.destroyed) this.lose('the connection was closed');
  }

  /** From now on these hear of replies and of the end, also of one that has come already. */
  listen(events: ConnectionEvents): void {
    this.events = events;
    if (this.lostReason !== null) events.lost(this.lostReason);
  }

  get lost(): boolean {
    return this.lostReason !== null;
  }

  /** False: write no more until `drained`. */
  write(bytes: Uint8Array): boolean {
    return this.socket.write(bytes);
  }

  /**
   * One command while none written by `write` is unanswered. Rejects with `RedisReplyError`, or when the connection is
   * lost; a server that does not answer within `timeoutMs` loses it.
   */
  ask(timeoutMs: number, ...words: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.lostReason !== null) return reject(new Error(this.lostReason));
      const timer = setTimeout(() => this.lose(`no answer within ${timeoutMs} ms`), timeoutMs);
      this.questions.push({ resolve, reject, timer });
      this.socket.write(`*${words.length}\r\n${words.map(bulk).join('')}`);
    });
  }

  /** Loses the connection, which its listener hears. */
  drop(reason: string): void {
    this.lose(reason);
  }

  /** Ends it in silence. */
  close(): void {
    this.events = null;
    this.lose('the connection was closed');
  }

  oks(count: number): void {
    for (; count > 0 && this.questions.length > 0; count--) this.answered().resolve('OK');
    if (count > 0) this.events?.oks(count);
  }

  reply(error: string | null, bytes: Buffer, start: number, end: number): void {
    if (this.questions.length === 0) return this.events?.reply(error, bytes, start, end);
    const question = this.answered();
    if (error === null) question.resolve(replyText(bytes, start, end));
    else question.reject(new RedisReplyError(error));
  }

  private answered(): Question {
    const question = this.questions.shift()!;
    clearTimeout(question.timer);
    return question;
  }

  private take(data: Buffer): void {
    try {
      if (this.lostReason === null) this.scanner.push(data);
    } catch (error) {
      this.lose(error instanceof Error ? error.message : String(error));
    }
  }

  private lose(reason: string): void {
    if (this.lostReason !== null) return;
    this.lostReason = reason;
    this.socket.destroy();
    while (this.questions.length > 0) this.answered().reject(new Error(reason));
    this.events?.lost(reason);
  }
}

/** What CLIENT SETNAME takes: no spaces, no control characters. */
export function connectionName(name: string): string {
  return name.replace(/[^!-~]/g, '_');
}

/** Connects within `timeoutMs`, or throws: `RedisReplyError` for what the server said, else the network's error. */
export async function openConnection(address: RedisAddress, name: string, timeoutMs: number): Promise<RedisConnection> {
  const { Redis: Client } = await import('ioredis');
  const client = new Client(await clientOptions(address, name, timeoutMs));
  let networkError: Error | null = null;
  client.on('error', (error: Error) => (networkError ??= error));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    client.disconnect();
  }, timeoutMs);
  try {
    await client.connect();
    // The first reply proves what ioredis does not wait for: that AUTH and SELECT went well.
    const id = await optional(client.call('CLIENT', 'ID'));
    const info = await optional(client.info());
    if (networkError !== null) throw networkError as Error;
    return new RedisConnection(client.stream as Socket, parseInfo(info ?? ''), id);
  } catch (error) {
    client.disconnect();
    if (timedOut) throw new Error(`${addressName(address)} did not answer within ${timeoutMs} ms`);
    const shown = networkError ?? (error as Error);
    if (isReply(shown)) throw new RedisReplyError(shown.message);
    const words = wasReset(shown) ? await firstWords(address) : null;
    throw words === null ? shown : new RedisReplyError(words);
  } finally {
    clearTimeout(timer);
  }
}

async function clientOptions(address: RedisAddress, name: string, timeoutMs: number): Promise<RedisOptions> {
  const { host, port, path, username, password, database, tls } = address;
  const read = async (file: string | undefined): Promise<Buffer | undefined> =>
    file === undefined ? undefined : readFile(file);
  return {
    ...(path === null ? { host, port, family: 0 } : { path }),
    ...(username !== null && { username }),
    ...(password !== null && { password }),
    ...(tls !== null && {
      tls: {
        ...tls,
        ca: await read(tls.ca),
        cert: await read(tls.cert),
        key: await read(tls.key),
        servername: tls.servername ?? serverName(host),
      },
    }),
    db: database,
    connectionName: name,
    lazyConnect: true,
    connectTimeout: timeoutMs,
    keepAlive: 30_000,
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  };
}

/** Server name indication takes no addresses. */
function serverName(host: string): string | undefined {
  return /^[\d.]+$|:/.test(host) ? undefined : host;
}

/** The reply as text; null where the account may not ask (an ACL, a proxy). Other errors are the connection's. */
async function optional(reply: Promise<unknown>): Promise<string | null> {
  try {
    return String(await reply);
  } catch (error) {
    if (isReply(error) && /^(NOPERM|ERR unknown (sub)?command)/.test(error.message)) return null;
    throw error;
  }
}

/** The server was there, and hung up. */
function wasReset(error: Error): boolean {
  return /ECONNRESET|EPIPE|Connection is closed/.test(error.message);
}

function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

export function parseInfo(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) entries.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return entries;
}
